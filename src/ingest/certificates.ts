/**
 * Public keys of providers whose requests name a certificate by its address (PayPal).
 *
 * A certificate is trusted because it comes from the provider's own host over TLS. Its key is kept while the certificate
 * is valid, and fetched again after a day.
 *
 * Anybody who knows a webhook's address can make the gateway look for certificates that do not exist. What that can cost
 * is bounded:
 * - Addresses that led nowhere are remembered apart from the keys, so that they push no key out.
 * - Only an address that is not known yet counts against a quota. There is one for each sender to a webhook, and a wider
 *   one for the webhook.
 *
 * Not prevented: a sender with many network addresses can use up a webhook's quota. Then events of this webhook whose
 * certificate this isolate has not seen are answered 503, and the provider sends them again. Other webhooks and known
 * certificates are not affected.
 */
import { keep } from '../bounded-map';
import type { CertificateRule } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { readCertificate } from '../signature/certificate';

/** A provider has a handful of certificates. */
const MAX_KEYS = 50;
const MAX_MISSES = 500;
/** Unknown addresses that are fetched in a minute: for one sender to one webhook, and for one webhook. */
const FETCHES_PER_SENDER = 3;
const FETCHES_PER_WEBHOOK = 30;
const FETCHES_WINDOW_MS = 60_000;
const MAX_COUNTED = 2000;
const FRESH_MS = 86_400_000;
/** An address that led nowhere is not fetched again for this long. */
const MISS_MS = 60_000;
const TIMEOUT_MS = 3000;
const MAX_BYTES = 32 * 1024;

/** `unverified`: no certificate of the provider is there, or none can be. `unavailable`: it cannot be fetched now. */
type KeyFailure = 'unverified' | 'unavailable';

/** Whose request names the certificate. */
type Sender = { webhookId: number; address: string };

/** Used without fetching again before `freshUntil`, and never after `validUntil`. Both in ms since 1970. */
type KnownKey = { publicKey: string; freshUntil: number; validUntil: number };

export class Certificates {
  #keys = new Map<string, KnownKey>();
  /** Until when an address that led nowhere is not fetched again, in ms since 1970. */
  #misses = new Map<string, number>();
  /** When unknown addresses were fetched, in ms since 1970, by sender and by webhook. */
  #fetches = new Map<string, number[]>();
  #fetch: typeof fetch;

  constructor(fetcher: typeof fetch) {
    this.#fetch = fetcher;
  }

  /** The key behind an address, base64 of its SubjectPublicKeyInfo. `now` in ms since 1970. */
  async keyAt(
    rule: CertificateRule,
    address: string,
    sender: Sender,
    now: number,
  ): Promise<Result<string, KeyFailure>> {
    if (!isAllowed(rule, address)) return err('unverified');
    const known = this.#keys.get(address);
    if (known !== undefined && now < Math.min(known.freshUntil, known.validUntil)) return ok(known.publicKey);
    if (known === undefined) {
      if (now < (this.#misses.get(address) ?? 0)) return err('unverified');
      if (!this.#mayFetch(sender, now)) return err('unavailable');
    }
    const pem = await this.#load(address);
    if (!pem.ok && pem.error === 'unavailable') {
      // The certificate itself says how long it is valid; only a newer one would be missed.
      return known !== undefined && now < known.validUntil ? ok(known.publicKey) : pem;
    }
    const certificate = pem.ok ? readCertificate(pem.value) : pem;
    this.#keys.delete(address);
    if (!certificate.ok || now < certificate.value.notBefore || now >= certificate.value.notAfter) {
      keep(this.#misses, address, now + MISS_MS, MAX_MISSES);
      return err('unverified');
    }
    const { publicKey, notAfter } = certificate.value;
    keep(this.#keys, address, { publicKey, freshUntil: now + FRESH_MS, validUntil: notAfter }, MAX_KEYS);
    return ok(publicKey);
  }

  /** Whether an unknown address may be fetched now. If so, the fetch is counted. */
  #mayFetch({ webhookId, address }: Sender, now: number): boolean {
    const recent = (key: string) => (this.#fetches.get(key) ?? []).filter(at => now - at < FETCHES_WINDOW_MS);
    const [webhook, sender] = [`${webhookId}`, `${webhookId} ${address}`];
    const [ofWebhook, ofSender] = [recent(webhook), recent(sender)];
    if (ofWebhook.length >= FETCHES_PER_WEBHOOK || ofSender.length >= FETCHES_PER_SENDER) return false;
    keep(this.#fetches, webhook, [...ofWebhook, now], MAX_COUNTED);
    keep(this.#fetches, sender, [...ofSender, now], MAX_COUNTED);
    return true;
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

/** https, one of the hosts, and one plain name below the path: no query, no escapes, no further path. */
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
