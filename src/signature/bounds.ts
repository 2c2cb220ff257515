/**
 * Where the parts of a signed message begin and end, as far as its bytes alone say it.
 *
 * Two texts of any length that stand side by side, as in `{h:x-id}{body}`, can hand bytes to each other without a change of the
 * message. Written text between them helps only where one of them cannot contain it: `7.0` and `{}` have the message of `7`
 * and `0.{}`. So the message is read from both ends. From the left it is known where a part ends that has one length, or that
 * cannot contain what is written after it; from the right likewise. What has a known beginning and a known end is fixed.
 *
 * An address ends in a query that its sender chooses. A JSON object or list is as good as fixed: nothing that is cut off
 * it or put before or behind it makes another one.
 */
import type { CompiledScheme } from './compiled-scheme';
import type { Part } from './message';
import { cannotContain, isTime } from './parts';
import { isSameReference } from './request-view';

/** What may come as a body: anything, or a JSON object or list, of which no part is one too. */
export type BodyKind = 'any' | 'json';

export type Bound = { part: Part; isFixed: boolean };

export function boundsOf(compiled: CompiledScheme, parts: readonly Part[], body: BodyKind): Bound[] {
  const hasOneEnd = (part: Part) => isSelfDelimiting(part, compiled, body);
  // Whether it is known, from the left, where part i begins; and from the right, where it ends.
  const begins = [true];
  for (const [i, part] of parts.entries()) {
    begins.push(begins[i] === true && (hasOneEnd(part) || endsBefore(part, parts[i + 1])));
  }
  const ends = [true];
  for (const [i, part] of [...parts.entries()].reverse()) {
    ends.unshift(ends[0] === true && (hasOneEnd(part) || beginsAfter(part, parts[i - 1])));
  }
  const isKnown = (at: number) => begins[at] === true || ends[at] === true;
  return parts.map((part, i) => ({ part, isFixed: isKnown(i) && isKnown(i + 1) }));
}

function isSelfDelimiting(part: Part, { timestamp, digest }: CompiledScheme, body: BodyKind): boolean {
  if (isTime(part, timestamp)) return true;
  switch (part.kind) {
    case 'text':
    case 'ts':
    case 'method':
    case 'cjson':
      return true;
    case 'body':
      return body === 'json';
    case 'reference': {
      // A digest has the length of its algorithm.
      const isDigest = digest !== null && isSameReference(part.reference, digest);
      return part.reference.kind === 'cfg' || isDigest;
    }
    default:
      return false;
  }
}

const endsBefore = (part: Part, next: Part | undefined): boolean =>
  (part.kind === 'reference' && part.until !== undefined) || isSeparated(part, next);

const beginsAfter = (part: Part, before: Part | undefined): boolean => isSeparated(part, before);

const isSeparated = (part: Part, text: Part | undefined): boolean =>
  text?.kind === 'text' && cannotContain(part, new TextDecoder().decode(text.bytes));
