/**
 * What one destination received, held against what it should have received: every event of its feed at least once,
 * the same bytes, `webhook-id` and `gapless-previous` on every attempt, nothing that is not in its feed, and the order
 * it asked for. The feed comes from the test; what arrived says the rest. No clock: arrivals are counted.
 *
 * In order means: an event first arrives after the receiver has accepted the event of the same key before it. Replays
 * have no place in the order.
 */

export type Arrival = {
  sequence: number;
  /** The exact bytes, as a text that differs where they differ. */
  body: string;
  messageId: string;
  /** `gapless-previous`, or null where there is none. */
  previous: number | null;
  replay: boolean;
  /** The receiver answers it with a 2xx. */
  accepted: boolean;
};

/** An event of the feed. `keys`: events that share one go one after the other. */
export type Expected = { sequence: number; body: string; keys: readonly string[] };

type Entry = {
  body: string;
  messageId: string | null;
  previous: number | null;
  /** Which arrival it was, over all events; null for none. */
  firstArrived: number | null;
  firstAccepted: number | null;
  /** Replays do not count, here and below. */
  arrived: number;
  accepted: number;
  replays: { arrived: number; accepted: number };
};

const NO_REPLAYS = { arrived: 0, accepted: 0 };
const MAX_PROBLEMS = 20;

export class ReceivedFeed {
  readonly problems: string[] = [];
  arrivals = 0;
  replays = 0;
  /** Accepted more than once without being asked for. */
  redeliveries = 0;
  #name: string;
  #entries = new Map<number, Entry>();

  constructor(name: string) {
    this.#name = name;
  }

  arrive({ sequence, body, messageId, previous, replay, accepted }: Arrival): void {
    this.arrivals++;
    const known = this.#entries.get(sequence);
    const entry: Entry = known ?? {
      body,
      messageId: null,
      previous: null,
      firstArrived: null,
      firstAccepted: null,
      arrived: 0,
      accepted: 0,
      replays: { ...NO_REPLAYS },
    };
    this.#entries.set(sequence, entry);
    if (entry.body !== body) this.#problem(sequence, 'came with other bytes');
    if (replay) {
      this.replays++;
      entry.replays.arrived++;
      if (accepted) entry.replays.accepted++;
      if (previous !== null) this.#problem(sequence, 'a replay says what was before it');
      return;
    }
    entry.arrived++;
    if (previous === null) this.#problem(sequence, 'does not say what was before it');
    if (entry.firstArrived === null) {
      entry.firstArrived = this.arrivals;
      entry.messageId = messageId;
      entry.previous = previous;
    }
    if (entry.messageId !== messageId) this.#problem(sequence, `${entry.messageId} became ${messageId}`);
    if (entry.previous !== previous) this.#problem(sequence, `came after ${entry.previous} and ${previous}`);
    if (!accepted) return;
    if (++entry.accepted > 1) this.redeliveries++;
    entry.firstAccepted ??= this.arrivals;
  }

  /** Whether this event was accepted, not counting replays. */
  has(sequence: number): boolean {
    return (this.#entries.get(sequence)?.accepted ?? 0) > 0;
  }

  /** How often this event came, accepted or not, not counting replays. */
  arrivalsOf(sequence: number): number {
    return this.#entries.get(sequence)?.arrived ?? 0;
  }

  /** How often this event came as a replay. */
  replaysOf(sequence: number): { arrived: number; accepted: number } {
    return this.#entries.get(sequence)?.replays ?? NO_REPLAYS;
  }

  /** Which of these were not accepted. */
  missing(feed: readonly Expected[]): number[] {
    return feed.map(({ sequence }) => sequence).filter(sequence => !this.has(sequence));
  }

  /**
   * Everything that is wrong, given the whole feed of this destination in its order.
   * @param dead events that were given up on
   */
  check(feed: readonly Expected[], dead: ReadonlySet<number> = new Set()): string[] {
    const before = new Map<string, { sequence: number; accepted: number }>();
    const wanted = new Set(feed.map(({ sequence }) => sequence));
    let previous = 0;
    for (const { sequence, body, keys } of feed) {
      const entry = this.#entries.get(sequence);
      const accepted = entry?.firstAccepted ?? null;
      if (accepted === null && !dead.has(sequence)) this.#problem(sequence, 'was never delivered');
      if (entry !== undefined) {
        if (entry.body !== body) this.#problem(sequence, 'is not what was accepted');
        if (entry.previous !== null && entry.previous !== previous) {
          this.#problem(sequence, `came after ${entry.previous} instead of ${previous}`);
        }
        for (const key of keys) {
          const last = before.get(key);
          if (last !== undefined && entry.firstArrived !== null && entry.firstArrived < last.accepted) {
            this.#problem(sequence, `came before ${last.sequence} of the same key was accepted`);
          }
        }
      }
      previous = sequence;
      if (accepted !== null) for (const key of keys) before.set(key, { sequence, accepted });
    }
    for (const sequence of this.#entries.keys()) {
      if (!wanted.has(sequence)) this.#problem(sequence, 'was delivered, and should not have been');
    }
    return this.problems;
  }

  #problem(sequence: number, what: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(`${this.#name}/${sequence} ${what}`);
  }
}
