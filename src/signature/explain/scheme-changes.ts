/** Other ways to write a signature, for the sender that makes it itself, as tests, relays and shops' own code do. */
import type { Algorithm, Scheme, TimeFormat } from '../scheme';
import { type Mistake, signatureAlgorithm, signatureEncoding, signaturePrefix, timeUnit } from './mistakes';

export type SchemeChange = { scheme: Scheme; mistake: Mistake };

const ENCODINGS = ['hex', 'base64', 'base64url'] as const;
const HMACS: readonly Algorithm[] = ['hmac-sha1', 'hmac-sha256', 'hmac-sha512'];

const UNITS: Record<TimeFormat, string> = {
  s: 'seconds since 1970',
  ms: 'milliseconds since 1970',
  rfc3339: 'RFC 3339',
  'http-date': 'the form of HTTP dates',
};

export function* schemeChanges(scheme: Scheme): Generator<SchemeChange> {
  const { ts } = scheme;
  if (ts !== undefined) {
    for (const [fmt, inWords] of Object.entries(UNITS) as [TimeFormat, string][]) {
      if (fmt !== ts.fmt)
        yield { scheme: { ...scheme, ts: { ...ts, fmt } }, mistake: timeUnit(inWords, UNITS[ts.fmt]) };
    }
  }
  if (scheme.alg === 'token') return;
  for (const enc of ENCODINGS) {
    if (enc !== scheme.enc) yield { scheme: { ...scheme, enc }, mistake: signatureEncoding(enc, scheme.enc) };
  }
  const [prefix] = scheme.sig.flatMap(source => source.prefix ?? []);
  if (prefix !== undefined) {
    const bare = scheme.sig.map(source => ({ ...source, prefix: undefined }));
    yield { scheme: { ...scheme, sig: bare }, mistake: signaturePrefix(prefix) };
  }
  if (!HMACS.includes(scheme.alg)) return;
  for (const alg of HMACS) {
    if (alg !== scheme.alg)
      yield { scheme: { ...scheme, alg }, mistake: signatureAlgorithm(alg, scheme.alg) };
  }
}
