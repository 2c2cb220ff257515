/**
 * What is counted of a destination since it was made: attempts by what came of them, and how long events took. Pure.
 *
 * It is stored in the document that every flush writes, so an attempt costs no row for it. Counts of a crash's last moments are lost
 * with the attempts, which are made again.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import { countedInMinute, type MinuteCounts, NO_MINUTES } from '../../minute-counts';
import { type AnswerClass, LATENCY_BOUNDS_SECONDS } from '../contract/status';

/** Times in ms since 1970. */
export type Totals = {
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly lastDeliveredAt: number | null;
  readonly attempts: Readonly<Record<AnswerClass, number>>;
  readonly latency: Latency;
  /** Attempts of the last hour, by the minute. */
  readonly deliveredPerMinute: MinuteCounts;
  readonly failedPerMinute: MinuteCounts;
  /** Events that retention dropped before they were delivered. */
  readonly lost: number;
};

/**
 * How long it took from the provider's answer to the delivery, of events that were delivered for the first time: how many up to each
 * bound of `LATENCY_BOUNDS_SECONDS` and above the one before, those above the last, and the sum of the seconds.
 */
type Latency = { readonly counts: readonly number[]; readonly seconds: number };

export const NO_TOTALS: Totals = {
  delivered: 0,
  failedAttempts: 0,
  lastDeliveredAt: null,
  attempts: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, timeout: 0, connection: 0 },
  latency: { counts: Array<number>(LATENCY_BOUNDS_SECONDS.length + 1).fill(0), seconds: 0 },
  deliveredPerMinute: NO_MINUTES,
  failedPerMinute: NO_MINUTES,
  lost: 0,
};

/** An attempt that ended at `at`. `receivedAt`: when its event was accepted; null for a replay, which says nothing about speed. */
export type Attempted = { result: AttemptResult; at: number; receivedAt: number | null };

/** The totals after an attempt. */
export function afterAttempt(totals: Totals, { result, at, receivedAt }: Attempted): Totals {
  // Nothing was sent of an event that has been erased: no attempt was made.
  if (result.error === 'redacted') return totals;
  const answer = answerClass(result);
  const counted = { ...totals, attempts: { ...totals.attempts, [answer]: totals.attempts[answer] + 1 } };
  if (result.outcome !== 'delivered') {
    return {
      ...counted,
      failedAttempts: totals.failedAttempts + 1,
      failedPerMinute: countedInMinute(totals.failedPerMinute, at),
    };
  }
  return {
    ...counted,
    delivered: totals.delivered + 1,
    deliveredPerMinute: countedInMinute(totals.deliveredPerMinute, at),
    lastDeliveredAt: at,
    latency: receivedAt === null ? totals.latency : took(totals.latency, Math.max(0, at - receivedAt) / 1000),
  };
}

function answerClass({ status, error }: AttemptResult): AnswerClass {
  if (status === null) return error === 'timeout' ? 'timeout' : 'connection';
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}

function took({ counts, seconds }: Latency, more: number): Latency {
  const found = LATENCY_BOUNDS_SECONDS.findIndex(bound => more <= bound);
  const index = found < 0 ? LATENCY_BOUNDS_SECONDS.length : found;
  return {
    counts: counts.with(index, (counts[index] ?? 0) + 1),
    // Whole ms, or a long sum would end in a tail of digits.
    seconds: Math.round((seconds + more) * 1000) / 1000,
  };
}
