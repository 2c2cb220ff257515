/** What the parts of a message can be, as far as that says where they end. */
import type { Part } from './message';
import { isSameReference, type Reference } from './request-view';

/** The time: as `{ts}`, or by a reference to the place that it is read from. */
export const isTime = (part: Part | undefined, timestamp: Reference | null): boolean =>
  part !== undefined &&
  (part.kind === 'ts' ||
    (part.kind === 'reference' && timestamp !== null && isSameReference(part.reference, timestamp)));

/**
 * The parts of a template, in which values before written text and a time, as in `{h:webhook-id}.{ts}.{body}`, end where that
 * text first stands: a request whose value contains it is refused. Such values are ids, which Standard Webhooks forbids to.
 */
export const withEnds = (parts: readonly Part[], timestamp: Reference | null): Part[] =>
  parts.map((part, i) => {
    const [text, time] = [parts[i + 1], parts[i + 2]];
    if (part.kind !== 'reference' || text?.kind !== 'text' || !isTime(time, timestamp)) return part;
    return isTime(part, timestamp) ? part : { ...part, until: new TextDecoder().decode(text.bytes) };
  });

/** Whether the part can never contain the text, whoever writes it. */
export function cannotContain(part: Part, text: string): boolean {
  switch (part.kind) {
    case 'url':
      // What an address has of these is escaped.
      return /[\0- #\x7f]/.test(text);
    case 'crc32':
      return /\D/.test(text);
    default:
      return false;
  }
}
