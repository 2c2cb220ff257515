/**
 * Replays as listeners get them: each event of a replay once, whatever destinations it is for, and also where there are none.
 *
 * What a replay covers is fixed when it is asked for, and kept, so that a listener that comes again goes on in the middle of one.
 * The last 100 are kept, fewer where they lie in many places of the log: a listener that missed more gets those. One that was
 * cancelled is not kept. Events whose body was erased are passed over.
 */
import type { ReplayPosition } from '../contract/events';
import { nextRange, type ReplaySpec, wantsReplay } from '../forward/replay-job';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import { StreamedReplayRows } from '../store/streamed-replay-rows';

const KEPT = 100;
/** Ranges of all that are kept, together: memory while someone listens. */
const KEPT_RANGES = 20_000;

/** Which events, and whether under new ids. */
export type StreamedReplay = Pick<ReplaySpec, 'fromSequence' | 'toSequence' | 'since' | 'until'> &
  Pick<ReplaySpec, 'topic' | 'newId' | 'chosen'>;

export type KeptReplay = { id: number; replay: StreamedReplay };

/** One step along the replays. Null: only the position moves. */
export type ReplayEntry = { at: ReplayPosition; event: StoredEvent | null; newId: boolean };

export class StreamedReplays {
  #rows: StreamedReplayRows<StreamedReplay>;
  /** Oldest first; read when someone asks. */
  #kept: KeptReplay[] | null = null;

  constructor(sql: SqlStorage) {
    this.#rows = new StreamedReplayRows(sql);
  }

  get #all(): KeptReplay[] {
    this.#kept ??= this.#rows.all();
    return this.#kept;
  }

  /** The position after all that there are. */
  get end(): ReplayPosition {
    const last = this.#all.at(-1);
    return last === undefined ? { id: 0, sequence: 0 } : { id: last.id, sequence: last.replay.toSequence };
  }

  goesOnAfter(position: ReplayPosition): boolean {
    return nextReplay(this.#all, position) !== undefined;
  }

  /** The next entries after a position, at most `limit`, all of one replay. */
  after(position: ReplayPosition, limit: number, feed: Pick<Feed, 'eventsAfter'>): ReplayEntry[] {
    return entriesAfter(this.#all, position, limit, feed);
  }

  /** A replay was asked for. Its id is higher than those before. */
  add(id: number, replay: StreamedReplay): void {
    this.#rows.add(id, replay);
    const all = [...this.#all.filter(kept => kept.id !== id), { id, replay }];
    let ranges = all.reduce((sum, kept) => sum + rangesOf(kept), 0);
    while (all.length > KEPT || (all.length > 1 && ranges > KEPT_RANGES)) {
      const [oldest] = all.splice(0, 1);
      if (oldest === undefined) break;
      ranges -= rangesOf(oldest);
      this.#rows.delete(oldest.id);
    }
    this.#kept = all;
  }

  /** What was not sent of it yet is not sent. */
  cancel(id: number): void {
    if (!this.#all.some(kept => kept.id === id)) return;
    this.#rows.delete(id);
    this.#kept = this.#all.filter(kept => kept.id !== id);
  }
}

const rangesOf = ({ replay: { chosen } }: KeptReplay): number => chosen?.length ?? 1;

const nextReplay = (kept: readonly KeptReplay[], { id, sequence }: ReplayPosition): KeptReplay | undefined =>
  kept.find(one => one.id > id || (one.id === id && one.replay.toSequence > sequence));

/** The next entries after a position, at most `limit`, all of one replay; none at the end. Pure. @param kept oldest first */
export function entriesAfter(
  kept: readonly KeptReplay[],
  position: ReplayPosition,
  limit: number,
  feed: Pick<Feed, 'eventsAfter'>,
): ReplayEntry[] {
  const next = nextReplay(kept, position);
  if (next === undefined) return [];
  const { id, replay } = next;
  const { newId } = replay;
  const begin = Math.max(replay.fromSequence - 1, id === position.id ? position.sequence : 0);
  const [from, to] = nextRange(replay, begin);
  // The position may lie within the range.
  const scanned = Math.max(begin, from - 1);
  const events = feed
    .eventsAfter(scanned, Math.min(limit, Math.max(1, to - scanned)))
    .filter(({ sequence }) => sequence <= to);
  if (events.length === 0) return [{ at: { id, sequence: Math.max(to, scanned) }, event: null, newId }];
  const asked = { ...replay, status: null, createdAt: 0 };
  return events.map(event => ({
    at: { id, sequence: event.sequence },
    event: wantsReplay(asked, event, null) ? event : null,
    newId,
  }));
}
