/**
 * A request that a provider might send: the gateway's own sample, with values set in its body, and signed as that provider
 * signs. Pure but for the signing.
 */
import { addDigest, plainSample, unsignedSample } from '../../../src/providers/plain-sample';
import type { Provider } from '../../../src/providers/provider';
import { SAMPLES, type Sample, type SampleWish } from '../../../src/providers/samples';
import { err, ok, type Result } from '../../../src/result';
import { sign } from '../../../src/signature/sign';
import type { Change } from '../given/pairs';
import { withChanges } from './changed-body';
import { needsOwn, ofFirstElement, type Signer, signedBy } from './own-signature';

export type SampleRequest = { url: string; headers: Headers; body: Uint8Array };

export type Wanted = {
  wish: Omit<SampleWish, 'secret'>;
  signer: Signer;
  /** Where it goes; what the provider says in the query is added. */
  url: string;
  /** Settings of the webhook, which some providers sign. */
  cfg: Readonly<Record<string, string>>;
  changes: readonly Change[];
};

/** An error is a sentence. */
export async function sampleRequest(
  provider: Provider,
  wanted: Wanted,
): Promise<Result<SampleRequest, string>> {
  const { wish, signer, url, cfg, changes } = wanted;
  const at = (query: string): string =>
    query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
  const signing = ofFirstElement(provider);
  const own = needsOwn(provider);
  const made = own
    ? await unsignedSample(signing, { ...wish, secret: '' })
    : await gatewaySample(provider, { ...wish, secret: signer.secret }, at, cfg);
  if (made === null) return err(`With this secret nothing can be signed: ${provider.guide.secret}.`);

  const changed = changes.length === 0 ? ok(made.body) : withChanges(made.body, changes, isForm(made));
  if (!changed.ok) return changed;
  const headers = new Headers({ 'content-type': 'application/json', ...made.headers });
  const body = new TextEncoder().encode(changed.value);
  const query = new URLSearchParams(made.query);
  if (changes.length > 0) await addDigest(provider.scheme, { headers, query }, body);
  const request = { method: 'POST', url: at(query.toString()), headers, body, cfg };
  if (own) return signedBy(signing, signer, request);
  if (changes.length === 0 || provider.scheme.alg === 'token') return ok(request);

  const signed = await sign(provider.scheme, { id: 'sample', text: signer.secret }, request, wish.now);
  if (signed === null) return err('With these values it cannot be signed.');
  for (const [name, value] of signed.set) headers.set(name, value);
  return ok(request);
}

const isForm = ({ headers }: Sample): boolean => headers['content-type']?.includes('form') === true;

/** Signed already. */
async function gatewaySample(
  provider: Provider,
  wish: SampleWish,
  at: (query: string) => string,
  cfg: Wanted['cfg'],
): Promise<Sample | null> {
  const known = SAMPLES.get(provider.name);
  if (known !== undefined) return known(wish);
  return plainSample(provider, wish, ({ headers, query, body }) => ({
    ...{ method: 'POST', url: at(query), headers, body, cfg },
  }));
}
