/**
 * The feed: the order in which a webhook's events become forwardable. Forwarding and reading see the log through it.
 *
 * An event that is forwardable at acceptance stands at its own sequence. An event that is held first and released later
 * stands right after the last event at the time of its release. So the order is total and never changes afterwards, and
 * only a release costs a row.
 */
import type { FeedPosition } from '../contract/events';
import type { EventRows } from './event-rows';
import type { Releases } from './releases';
import type { StoredEvent } from './stored-event';

/** One step along the feed. */
export type FeedEntry = {
  /** The position right after this entry. */
  at: FeedPosition;
  /** Null where the event of this sequence has another place, or none: only the position moves. */
  event: StoredEvent | null;
};

/** Where the log ends, by its state. */
type End = { readonly lastSequence: number; readonly lastRelease: number };

/** Reads the feed. Its end is that of the last commit. */
export class Feed {
  #events: EventRows;
  #releases: Releases;
  #end: () => End;

  constructor(events: EventRows, releases: Releases, end: () => End) {
    this.#events = events;
    this.#releases = releases;
    this.#end = end;
  }

  /** The last position. */
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
    // Copies only the two fields, because `after` may be a cursor, which has more.
    let position: FeedPosition = { sequence: after.sequence, release: after.release };
    while (entries.length < limit) {
      const [event] = events;
      const [release] = releases;
      // A release stands before all events that came after it. That also holds when the events before it were dropped.
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

  /** The lowest sequence that may still be stored. */
  get firstSequence(): number {
    return this.#events.firstSequence;
  }

  /** The event without its body, or null when it is unknown or past its retention. */
  event(sequence: number): StoredEvent | null {
    return this.#events.get(sequence);
  }

  /** Whether what the event says was erased: there is nothing to send. */
  isErased({ sequence, bodyBytes }: StoredEvent): boolean {
    return bodyBytes === 0 && !this.hasBody(sequence);
  }

  /** Whether `body` gives any. */
  hasBody(sequence: number): boolean {
    return this.#events.hasBody(sequence);
  }

  /** The body's bytes; null when redacted or gone. */
  body(sequence: number): Uint8Array | null {
    return this.#events.body(sequence);
  }
}
