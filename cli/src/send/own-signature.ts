/**
 * Signs what the gateway itself cannot: with a private key, or where the signature stands in the body. The message is the one
 * by which the gateway verifies.
 */
import type { KeyObject } from 'node:crypto';
import { parsePointer } from '../../../src/json/pointer';
import type { Provider } from '../../../src/providers/provider';
import { err, ok, type Result } from '../../../src/result';
import { encode } from '../../../src/signature/encoding';
import { expectedOf } from '../../../src/signature/explain/expected';
import type { SignedRequest } from '../../../src/signature/request-view';
import type { Scheme } from '../../../src/signature/scheme';
import { canSign } from '../../../src/signature/sign';
import { withValue } from '../given/changed';
import { signatureBy } from './signing-key';

/** What signs: a text, as the webhook has it, or a private key. */
export type Signer = { secret: string; key: KeyObject | null };

export const needsOwn = ({ scheme }: Provider): boolean => scheme.alg !== 'token' && !canSign(scheme);

/** The provider with a scheme for the first of its elements alone, where it signs them one by one: a sample has one. */
export function ofFirstElement(provider: Provider): Provider {
  const { each, ...scheme } = provider.scheme;
  if (each === undefined) return provider;
  const first = `${each}/0`;
  return {
    ...provider,
    scheme: {
      ...scheme,
      msg: scheme.msg.map(template => template.replaceAll(/\{(json\??):/g, `{$1:${first}`)),
      sig: scheme.sig.map(source =>
        source.json === undefined ? source : { ...source, json: first + source.json },
      ),
    },
  };
}

/** Puts the signature in its place, a header or the body. An error is a sentence. */
export async function signedBy(
  { title, scheme }: Provider,
  { secret, key }: Signer,
  request: SignedRequest,
): Promise<Result<SignedRequest, string>> {
  const { expected, problem } = await expectedOf(scheme, { id: 'sample', text: secret }, request);
  const [first] = expected;
  const [source] = scheme.sig;
  if (first === undefined || source === undefined)
    return err(`It cannot be signed: ${problem}. --setting gives settings.`);
  const signature =
    key === null ? first.signature : encode(signatureBy(key, scheme, first.signed), scheme.enc);
  if (signature === null) return err(`${title} signs with a private key: --new-key FILE makes one.`);
  if (source.h !== undefined) {
    const headers = new Headers(request.headers);
    headers.set(source.h, written(signature, source));
    return ok({ ...request, headers });
  }
  const json = withValue(
    JSON.parse(new TextDecoder().decode(request.body)),
    parsePointer(source.json) ?? [],
    signature,
  );
  return ok({ ...request, body: new TextEncoder().encode(JSON.stringify(json)) });
}

const written = (signature: string, { prefix = '', pick, kv = '' }: Scheme['sig'][number]): string =>
  pick === undefined ? prefix + signature : `${pick}${kv}${prefix}${signature}`;
