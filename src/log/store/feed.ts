/**
 * The feed: the order in which a webhook's events become forwardable.
 *
 * An event that is forwardable at acceptance stands at its own sequence. One that was held, quarantined or
 * unconfirmed and is let go later stands right after the event that was the last one then. So the order is total,
 * never changes afterwards, and costs a row only for the exceptions.
 */
import type { Log } from '../commit/event-log';
import type { StoredEvent } from './event-tables';

/** A position in the feed: everything up to this sequence and up to this release has been passed. */
export type FeedPosition = { sequence: number; release: number };

export type FeedEntry = {
  /** The position right after this entry. */
  at: FeedPosition;
  /** Null for a sequence that has its place elsewhere: only the position moves. */
  event: StoredEvent | null;
};

type ReleaseRow = { position: number; after_sequence: number; sequence: number };

/** The next entries after a position, at most `limit`, in feed order. */
export function readFeed(
  sql: SqlStorage,
  { segments, head: { lastRelease } }: Pick<Log, 'segments' | 'head'>,
  after: FeedPosition,
  limit: number,
): FeedEntry[] {
  const events = segments.after(after.sequence, limit);
  const releases = after.release < lastRelease ? readReleases(sql, after.release, limit) : [];
  const entries: FeedEntry[] = [];
  // No more than the position: a cursor passed as `after` carries other things.
  let position: FeedPosition = { sequence: after.sequence, release: after.release };
  while (entries.length < limit) {
    const [event] = events;
    const [release] = releases;
    // A release goes before every event that came after it; events of dropped days do not hold it back.
    if (release !== undefined && (event === undefined || release.after_sequence < event.sequence)) {
      releases.shift();
      position = { ...position, release: release.position };
      entries.push({ at: position, event: segments.get(release.sequence) });
    } else if (event !== undefined) {
      events.shift();
      position = { ...position, sequence: event.sequence };
      entries.push({ at: position, event: event.deferred ? null : event });
    } else break;
  }
  return entries;
}

const readReleases = (sql: SqlStorage, after: number, limit: number): ReleaseRow[] =>
  sql
    .exec<ReleaseRow>(
      'SELECT position, after_sequence, sequence FROM releases WHERE position > ? ORDER BY position LIMIT ?',
      after,
      limit,
    )
    .toArray();

/** The last release that stands before the event with this sequence. */
export function releaseBefore(sql: SqlStorage, sequence: number): number {
  const [row] = sql
    .exec<{ release: number | null }>(
      'SELECT max(position) AS release FROM releases WHERE after_sequence < ?',
      sequence,
    )
    .toArray();
  return row?.release ?? 0;
}
