/** Secrets and readings of them that may have been used in place of the one that is set. Never quotes a secret. */
import type { Secret } from '../keys';
import type { KeyEncoding, Scheme } from '../scheme';
import { type Mistake, SECRET_BLANKS, secretEncoding, secretPrefix } from './mistakes';

export type SecretChange = { scheme: Scheme; secret: Secret; mistake: Mistake };

/** What providers put before their secrets, where some programs take it off and some do not. */
const PREFIXES = ['whsec_', 'whpk_', 'sha256='];

const READINGS: readonly [enc: KeyEncoding, inWords: string][] = [
  ['utf8', 'the text itself'],
  ['base64', 'base64 of the key'],
  ['hex', 'hex of the key'],
];

/** Of an HMAC or a token; a public key has one reading. */
export function* secretChanges(scheme: Scheme, { text }: Secret): Generator<SecretChange> {
  const isHmac = scheme.alg.startsWith('hmac-');
  if (!isHmac && scheme.alg !== 'token') return;
  const changed = (changedText: string, mistake: Mistake, key = scheme.key): SecretChange => ({
    scheme: key === scheme.key ? scheme : { ...scheme, key },
    secret: { id: 'changed', text: changedText },
    mistake,
  });

  for (const bare of cleaned(text)) yield changed(bare, SECRET_BLANKS);
  // The sender read it out of a file.
  yield changed(`${text}\n`, SECRET_BLANKS);
  if (!isHmac) return;
  const [bare = text] = cleaned(text);
  for (const prefix of PREFIXES) {
    const without = bare.startsWith(prefix) ? bare.slice(prefix.length) : bare;
    const isKnown = bare !== without || scheme.key.strip === prefix || prefix === 'whsec_';
    if (!isKnown) continue;
    yield changed(without, secretPrefix(prefix, 'as text, without it'), { enc: 'utf8' });
    yield changed(prefix + without, secretPrefix(prefix, 'as text, with it'), { enc: 'utf8' });
    yield changed(without, secretPrefix(prefix, 'without it, decoded from base64'), { enc: 'base64' });
  }
  for (const [enc, inWords] of READINGS) {
    if (enc !== scheme.key.enc) yield changed(bare, secretEncoding(inWords), { enc });
  }
  const upper = bare.toUpperCase();
  const lower = bare.toLowerCase();
  for (const other of [upper, lower]) {
    if (other !== bare) yield changed(other, secretEncoding('text in the other case'), { enc: 'utf8' });
  }
}

/** The text without what programs and people put around it, where there is something. */
function cleaned(text: string): string[] {
  const trimmed = text.trim();
  const unquoted = trimmed.replace(/^(["'`])(.*)\1$/s, '$2').trim();
  const all = [trimmed, unquoted, unquoted.replaceAll('\\n', '').trim(), unquoted.replace(/^\uFEFF/, '')];
  return [...new Set(all)].filter(one => one !== text && one !== '');
}
