/**
 * What would have been right: the bytes that are signed, and the signature that they and a secret give. It is for whoever has
 * the secret anyway, as on a command line. Never answer a request with it: it would sign whatever anyone sends.
 */
import { compileScheme } from '../compile';
import { encode } from '../encoding';
import { keysOf, type Secret } from '../keys';
import { expandTemplate } from '../message';
import { RequestView, type SignedRequest } from '../request-view';
import type { Scheme } from '../scheme';
import { readSignatures } from '../signatures';

/** One reading of the scheme: the template, the bytes it gives, and their signature; null where only the provider has the key. */
export type Expected = { template: string; signed: Uint8Array; signature: string | null };

export type ExpectedOf = {
  /** The signatures that came, as the scheme writes them. */
  received: string[];
  /** Why no message could be made of the request, in words; null where one could. */
  problem: string | null;
  expected: Expected[];
};

/** @param secret the one that should fit. Of a list of elements that are signed one by one nothing is said. */
export async function expectedOf(
  scheme: Scheme,
  secret: Secret,
  request: SignedRequest,
): Promise<ExpectedOf> {
  const compiled = compileScheme(scheme);
  if (!compiled.ok) return { received: [], problem: 'the scheme has mistakes', expected: [] };
  const { places, templates, timestamp, each } = compiled.value;
  if (each !== null) return { received: [], problem: 'its elements are signed one by one', expected: [] };
  const view = new RequestView(request);
  const { signatures, fields, problem } = readSignatures(scheme, places, view, null);
  const time = timestamp === null ? null : view.read(timestamp, null, fields);
  const context = { element: null, timestamp: time?.ok ? time.value : null, signatureFields: fields };
  const [key] = scheme.alg.startsWith('hmac-') ? await keysOf(scheme, secret) : [];
  const expected: Expected[] = [];
  let unreadable: string | null = null;
  for (const template of templates) {
    const message = expandTemplate(template, view, context);
    if (!message.ok) {
      unreadable ??= message.error;
      continue;
    }
    const mac = key === undefined ? null : await crypto.subtle.sign('HMAC', key, message.value);
    const signature = mac === null ? null : encode(new Uint8Array(mac), scheme.enc);
    expected.push({ template: template.source, signed: message.value, signature });
  }
  return {
    received: signatures.map(signature => encode(signature, scheme.enc)),
    problem: expected.length > 0 ? (problem?.detail ?? null) : (unreadable ?? problem?.detail ?? null),
    expected,
  };
}
