/**
 * Signs a request as its provider would. Only HMAC schemes with the signature in a header can be used for that: the gateway
 * has no private keys of providers, and must not change a body.
 *
 * A time in a header becomes the present time. A time in the body stays as it is. Named parts of the signature header that
 * are signed too, such as a nonce, stay as they were sent. Others, such as signatures of other versions, are left out.
 */
import { compileScheme } from './compile';
import { encode } from './encoding';
import type { Fields } from './form';
import { keysOf, type Secret } from './keys';
import { expandTemplate, type Template } from './message';
import { RequestView, type SignedRequest } from './request-view';
import type { Scheme, SignatureSource } from './scheme';
import { readSignatures } from './signatures';
import { writeTime } from './timestamp';

/** Headers to set, and old signature headers to remove. */
export type Signing = { set: [string, string][]; remove: string[] };

/** Whether requests can be signed in this scheme. */
export const canSign = ({ alg, each, sig }: Scheme): boolean =>
  alg.startsWith('hmac-') && each === undefined && sig[0]?.h !== undefined;

/**
 * Signs a request. Null where it cannot be signed: the scheme does not allow it, the secret is no key of it, or the
 * request lacks what the message is made of.
 * @param request with the address it will have; its old signature may be among its headers
 * @param nowMs ms since 1970
 * @param older secrets that are in use besides: they sign too, where receivers look at several signatures
 */
export async function sign(
  scheme: Scheme,
  secret: Secret,
  request: SignedRequest,
  nowMs: number,
  older: readonly Secret[] = [],
): Promise<Signing | null> {
  const compiled = compileScheme(scheme);
  const [source] = scheme.sig;
  if (!canSign(scheme) || !compiled.ok || source?.h === undefined) return null;
  const { timestamp, templates, places } = compiled.value;

  const set: Signing['set'] = [];
  const view = new RequestView(request);
  const signed = signedParts(templates);
  const { fields: before } = readSignatures(scheme, places, view, null);
  const names = before.map(([name]) => name);
  const fields = before.filter(([name], i) => signed.has(name) && names.indexOf(name) === i);
  let time: string | null = null;
  if (scheme.ts !== undefined && timestamp !== null) {
    time = writeTime(nowMs, scheme.ts.fmt);
    if (timestamp.kind === 'h') set.push([timestamp.name, time]);
    else if (timestamp.kind === 'sig') put(fields, timestamp.name, time);
    else {
      const sent = view.read(timestamp);
      if (!sent.ok) return null;
      time = sent.value;
    }
  }
  const headers = new Headers(request.headers);
  for (const [name, value] of set) headers.set(name, value);
  const message = messageOf(templates, new RequestView({ ...request, headers }, [], view.body), time, fields);
  const [key] = await keysOf(scheme, secret);
  if (message === null || key === undefined) return null;
  const besides = source.several === true ? await Promise.all(older.map(one => keysOf(scheme, one))) : [];
  const keys = [key, ...besides.flatMap(readings => readings.slice(0, 1))];
  const macs = await Promise.all(keys.map(each => crypto.subtle.sign('HMAC', each, message)));
  const signatures = macs.map(mac => encode(new Uint8Array(mac), scheme.enc));
  set.push([source.h.toLowerCase(), written(signatures, source, fields)]);
  const others = scheme.sig.slice(1).flatMap(({ h }) => (h === undefined ? [] : [h.toLowerCase()]));
  return { set, remove: others.filter(name => name !== source.h) };
}

/** The named parts that messages are made of. */
const signedParts = (templates: readonly Template[]): Set<string> =>
  new Set(
    templates.flatMap(({ parts }) =>
      parts.flatMap(part => {
        if (part.kind === 'headers') return [part.named];
        return part.kind === 'reference' && part.reference.kind === 'sig' ? [part.reference.name] : [];
      }),
    ),
  );

/** Replaces the value of a named part; adds the part in front where it was not sent. */
function put(fields: Fields, name: string, value: string): void {
  const at = fields.findIndex(field => field[0] === name);
  if (at === -1) fields.unshift([name, value]);
  else fields[at] = [name, value];
}

/** The first message that the request can fill: what its sender would have signed. */
function messageOf(
  templates: readonly Template[],
  view: RequestView,
  timestamp: string | null,
  signatureFields: Fields,
): Uint8Array | null {
  for (const template of templates) {
    const message = expandTemplate(template, view, { element: null, timestamp, signatureFields });
    if (message.ok) return message.value;
  }
  return null;
}

/** The value of the signature header: the first signature after its prefix, or all of them beside the other named parts. */
function written(
  signatures: readonly string[],
  { prefix = '', split = ',', kv, pick }: SignatureSource,
  fields: Fields,
): string {
  if (kv === undefined || pick === undefined) return prefix + (signatures[0] ?? '');
  const own = signatures.map((signature): [string, string] => [pick, signature]);
  return [...fields, ...own].map(([name, value]) => `${prefix}${name}${kv}${value}`).join(split);
}
