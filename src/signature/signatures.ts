/**
 * Reads the signatures of a request from the places that its scheme names: the first MAX_SIGNATURES. One that cannot be
 * read is skipped, and is the reason that is given where no other is found.
 */
import type { JsonDocument } from '../json/parse';
import { decode } from './encoding';
import type { Fields } from './form';
import { detailOf, type Reference, type RequestView } from './request-view';
import type { Scheme, SignatureSource } from './scheme';

const MAX_SIGNATURES = 16;

type ReadSignatures = {
  signatures: Uint8Array[];
  /** The other named parts of signature headers, such as `t` of `t=…,v1=…`. */
  fields: Fields;
  /** Why there are none, or fewer than were sent; null where all could be read. */
  problem: { reason: 'missing' | 'malformed'; detail: string } | null;
};

/** A place of signatures, compiled. */
export type Place = { source: SignatureSource; reference: Reference };

/** @param element where JSON pointers start; null: the whole body */
export function readSignatures(
  scheme: Scheme,
  places: readonly Place[],
  view: RequestView,
  element: JsonDocument | null,
): ReadSignatures {
  const found: ReadSignatures = { signatures: [], fields: [], problem: null };
  const absent: string[] = [];
  for (const { source, reference } of places) {
    const name = source.h ?? source.json ?? '';
    const value = view.read(reference, element);
    if (!value.ok) {
      if (value.error.cause === 'missing') absent.push(name);
      else found.problem ??= { reason: 'malformed', detail: detailOf(value.error) };
      continue;
    }
    const { texts, fields } = readingOf(value.value, source);
    found.fields.push(...fields);
    if (texts.length === 0) found.problem ??= { reason: 'malformed', detail: `${name}: no signature in it` };
    for (const text of texts.slice(0, MAX_SIGNATURES - found.signatures.length)) {
      const bytes = text === '' ? null : decode(text, scheme.enc);
      if (bytes !== null) found.signatures.push(bytes);
      else found.problem ??= { reason: 'malformed', detail: `${name}: not a ${scheme.enc} signature` };
    }
  }
  if (absent.length === places.length) {
    found.problem = { reason: 'missing', detail: `${absent.join(', ')}: not sent` };
  }
  return found;
}

/** Header values that come together: so many copies of one are looked for. */
const MAX_COPIES = 4;

/**
 * A header's value without its copies: proxies send one twice, and HTTP joins the values (`a, a`). The same signature again says
 * nothing new, other values stay as they are.
 */
function withoutCopies(value: string): string {
  for (let copies = 2; copies <= MAX_COPIES; copies++) {
    const one = value.slice(0, Math.floor((value.length + 2) / copies) - 2);
    if (one !== '' && Array(copies).fill(one).join(', ') === value) return one;
  }
  return value;
}

/** What is in the text of one place. Where it is not split, it may also be one signature that repeats itself, as a token can. */
function readingOf(value: string, source: SignatureSource): { texts: string[]; fields: Fields } {
  const single = source.h === undefined ? value : withoutCopies(value);
  const { texts, fields } = entriesOf(single, source);
  if (single === value || source.split !== undefined) return { texts, fields };
  return { texts: [...texts, ...entriesOf(value, source).texts], fields };
}

/** Splits the text of one place into signatures and other named parts. */
function entriesOf(value: string, source: SignatureSource): { texts: string[]; fields: Fields } {
  const { prefix = '', split, kv, pick } = source;
  const entries = split === undefined ? [value] : value.split(split).map(entry => entry.trim());
  const texts: string[] = [];
  const fields: Fields = [];
  for (const entry of entries) {
    if (!entry.startsWith(prefix)) continue;
    const text = entry.slice(prefix.length);
    if (kv === undefined) {
      if (text !== '' || split === undefined) texts.push(text);
      continue;
    }
    const at = text.indexOf(kv);
    if (at === -1) continue;
    const name = text.slice(0, at);
    if (name === pick) texts.push(text.slice(at + kv.length));
    else fields.push([name, text.slice(at + kv.length)]);
  }
  return { texts, fields };
}
