/**
 * The attempts of a destination since its last success, where all failed: since when, how many, and why the last one did. Pure.
 *
 * A circuit that only counts never opens for a destination that gets little, or waits for one event: three attempts of the
 * default schedule take five minutes. So it opens by time as well. One failed attempt alone says nothing about a destination,
 * and attempts of notices never count: nobody is told of them, and an address for alerts is tried by its schedule.
 */

/** Longer than a deploy of the receiver, shorter than anybody should wait for an alert. */
const LASTING_MS = 5 * 60_000;
const MIN_ATTEMPTS = 2;
const MAX_TOPICS = 10;

export type Failing = {
  /** When the first of them failed, ms since 1970. */
  since: number;
  attempts: number;
  /** How many of them were of events, not of notices. */
  ofEvents: number;
  error: string | null;
  status: number | null;
  /** Of those events. */
  topics: string[];
};

type Failed = {
  event: { operational: boolean; topics: readonly string[] };
  error: string | null;
  status: number | null;
};

/** After one more failed attempt, at `now` (ms since 1970). */
export function failedAgain(before: Failing | null, { event, error, status }: Failed, now: number): Failing {
  const { since, attempts, ofEvents, topics } = before ?? {
    since: now,
    attempts: 0,
    ofEvents: 0,
    topics: [],
  };
  const counted = { since, attempts: attempts + 1, error, status };
  if (event.operational) return { ...counted, ofEvents, topics };
  const all = [...new Set([...topics, ...event.topics])].slice(0, MAX_TOPICS);
  return { ...counted, ofEvents: ofEvents + 1, topics: all };
}

/** When it has lasted so long that the circuit opens, ms since 1970; null where that is not known yet. */
export const lastsAt = (failing: Failing | null): number | null =>
  failing !== null && failing.ofEvents >= MIN_ATTEMPTS ? failing.since + LASTING_MS : null;
