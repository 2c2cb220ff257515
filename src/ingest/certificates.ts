/**
 * Public keys that a provider names by the address of a certificate (PayPal): fetched only from the provider's own hosts over
 * TLS, which is what makes them its, and kept while they are valid, at most a day.
 *
 * Anybody can make the gateway look for a certificate that is not there, so few are looked for: MAX_FETCHES a minute in an
 * isolate. Beyond that, and while the provider does not answer, an event with an unknown certificate is answered 503 and comes
 * again; those with a known one are not concerned.
 */
import type { CertificateRule } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { readCertificate } from '../signature/certificate';

const MAX_KEPT = 20;
const MAX_FETCHES = 6;
const FETCHES_WINDOW_MS = 60_000;
const MAX_AGE_MS = 86_400_000;
/** What was not there is looked for again after this. */
const MISS_MS = 60_000;
const TIMEOUT_MS = 3000;
const MAX_BYTES = 32 * 1024;

/** `unverified`: no address a certificate may be at, or none there. `unavailable`: it could not be asked for now. */
export type KeyFailure = 'unverified' | 'unavailable';

export class Certificates {
  #kept = new Map<string, { publicKey: string | null; until: number }>();
  #fetches: number[] = [];
  #fetch: typeof fetch;

  constructor(fetcher: typeof fetch) {
    this.#fetch = fetcher;
  }

  /** The key behind an address, base64 of its SubjectPublicKeyInfo. `now` in ms since 1970. */
  async keyAt(rule: CertificateRule, address: string, now: number): Promise<Result<string, KeyFailure>> {
    if (!isAllowed(rule, address)) return err('unverified');
    const kept = this.#kept.get(address);
    if (kept !== undefined && now < kept.until) {
      return kept.publicKey === null ? err('unverified') : ok(kept.publicKey);
    }
    this.#fetches = this.#fetches.filter(at => now - at < FETCHES_WINDOW_MS);
    if (this.#fetches.length >= MAX_FETCHES) return err('unavailable');
    this.#fetches.push(now);
    const pem = await this.#load(address);
    if (!pem.ok && pem.error === 'unavailable') return pem;
    const certificate = pem.ok ? readCertificate(pem.value) : pem;
    const isValid = certificate.ok && certificate.value.notBefore <= now && now < certificate.value.notAfter;
    this.#kept.delete(address);
    this.#kept.set(
      address,
      certificate.ok && isValid
        ? {
            publicKey: certificate.value.publicKey,
            until: Math.min(now + MAX_AGE_MS, certificate.value.notAfter),
          }
        : { publicKey: null, until: now + MISS_MS },
    );
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
    return certificate.ok && isValid ? ok(certificate.value.publicKey) : err('unverified');
  }

  async #load(address: string): Promise<Result<string, KeyFailure>> {
    try {
      const response = await this.#fetch(address, {
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status >= 500 || response.status === 429) return err('unavailable');
      const bytes = response.status === 200 ? await limitedBytes(response) : null;
      return bytes === null ? err('unverified') : ok(new TextDecoder().decode(bytes));
    } catch {
      return err('unavailable');
    }
  }
}

/** https, one of the hosts, and below the path, spelled as plainly as the provider spells it. */
function isAllowed({ hosts, path }: CertificateRule, address: string): boolean {
  return hosts.some(host => {
    const base = `https://${host}${path}`;
    return address.startsWith(base) && /^[A-Za-z0-9_-]{1,100}$/.test(address.slice(base.length));
  });
}

async function limitedBytes(response: Response): Promise<Uint8Array | null> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > MAX_BYTES) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
