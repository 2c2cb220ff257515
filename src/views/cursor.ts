/**
 * Positions as clients carry them: always text, which nobody has to understand.
 *
 * One in the feed is the sequence and the release that were passed, and the life of a webhook whose id
 * may come again, so that nobody goes on in the feed of one with the cursor of another. A stream with replays adds which one, and
 * how far in it.
 */
import type { FieldError } from '../input/field-errors';
import type { FeedStart, StreamCursor } from '../log/contract/events';
import { err, ok, type Result } from '../result';

export const cursorText = ({ sequence, release, life, replay }: StreamCursor): string =>
  `${sequence}.${release}${life ? `.${life}` : ''}${replay ? `~${replay.id}.${replay.sequence}` : ''}`;

const CURSOR = /^(\d{1,15})(?:\.(\d{1,15})(?:\.([0-9a-f]{1,64}))?)?(?:~(\d{1,15})\.(\d{1,15}))?$/;

/** A place in a list that is ordered by numbers (sequences, ids), as clients carry it; null at the end. */
export const nextText = (next: number | null): string | null => (next === null ? null : String(next));

/** Where `?after=` says to begin. */
export function positionOf(text: string): Result<FeedStart, FieldError[]> {
  if (text === 'now') return ok('now');
  const [, sequence, release, life = null, id, replayed] = CURSOR.exec(text) ?? [];
  if (sequence !== undefined)
    return ok({
      ...{ sequence: Number(sequence), release: Number(release ?? 0), life },
      ...(release === undefined && sequence !== '0' ? { bare: true } : {}),
      ...(id === undefined ? {} : { replay: { id: Number(id), sequence: Number(replayed) } }),
    });
  return err([{ path: 'query:after', message: 'must be 0, now, or the cursor of a page before' }]);
}
