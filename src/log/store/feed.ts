/**
 * The feed: the order in which a webhook's events become forwardable; and what forwarding and reading see of the log.
 *
 * An event that is forwardable at acceptance stands at its own sequence. One that was held, quarantined or
 * unconfirmed and is let go later stands right after the event that was the last one then. So the order is total,
 * never changes afterwards, and costs a row only for the exceptions.
 */
import type { FeedPosition } from '../contract/events';
import type { EventRows } from './event-rows';
import type { Releases } from './releases';
import type { StoredEvent } from './stored-event';

export type FeedEntry = {
  /** The position right after this entry. */
  at: FeedPosition;
  /** Null for a sequence that has its place elsewhere: only the position moves. */
  event: StoredEvent | null;
};

/** Where the log ends, as its state knows it. */
type End = { readonly lastSequence: number; readonly lastRelease: number };

export class Feed {
  #events: EventRows;
  #releases: Releases;
  #end: () => End;

  constructor(events: EventRows, releases: Releases, end: () => End) {
    this.#events = events;
    this.#releases = releases;
    this.#end = end;
  }

  /** The last position there is. */
  get end(): FeedPosition {
    const { lastSequence, lastRelease } = this.#end();
    return { sequence: lastSequence, release: lastRelease };
  }

  /** Whether there is anything after a position. */
  goesOnAfter({ sequence, release }: FeedPosition): boolean {
    const { lastSequence, lastRelease } = this.#end();
    return sequence < lastSequence || release < lastRelease;
  }

  /** The next entries after a position, at most `limit`, in feed order. */
  after(after: FeedPosition, limit: number): FeedEntry[] {
    const events = this.#events.after(after.sequence, limit);
    const hasReleases = after.release < this.#end().lastRelease;
    const releases = hasReleases ? this.#releases.after(after.release, limit) : [];
    const entries: FeedEntry[] = [];
    // No more than the position: a cursor passed as `after` carries other things.
    let position: FeedPosition = { sequence: after.sequence, release: after.release };
    while (entries.length < limit) {
      const [event] = events;
      const [release] = releases;
      // A release goes before every event that came after it; events of dropped days do not hold it back.
      if (release !== undefined && (event === undefined || release.afterSequence < event.sequence)) {
        releases.shift();
        position = { ...position, release: release.position };
        entries.push({ at: position, event: this.#events.get(release.sequence) });
      } else if (event !== undefined) {
        events.shift();
        position = { ...position, sequence: event.sequence };
        entries.push({ at: position, event: event.deferred ? null : event });
      } else break;
    }
    return entries;
  }

  /** The position right before the event with this sequence. */
  before(sequence: number): FeedPosition {
    return { sequence: sequence - 1, release: this.#releases.lastBefore(sequence) };
  }

  /** Events after a sequence, ascending, at most `limit`, whether or not they are in the feed. */
  eventsAfter(sequence: number, limit: number): StoredEvent[] {
    return this.#events.after(sequence, limit);
  }

  /** The lowest sequence that may still be here. */
  get firstSequence(): number {
    return this.#events.firstSequence;
  }

  event(sequence: number): StoredEvent | null {
    return this.#events.get(sequence);
  }

  /** The body's bytes; null when redacted or gone. */
  body(sequence: number): Uint8Array | null {
    return this.#events.body(sequence);
  }
}
