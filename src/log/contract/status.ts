/** The counters of a webhook, and how far each of its destinations is. */
import type { AttemptView } from './events';

/** What came of an attempt: the class of the answer's status, or why there was none. */
export const ANSWER_CLASSES = ['2xx', '3xx', '4xx', '5xx', 'timeout', 'connection'] as const;
export type AnswerClass = (typeof ANSWER_CLASSES)[number];

/** How long deliveries take is counted up to each of these. Stored counts are in their order: others need another name. */
export const LATENCY_BOUNDS_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400] as const;

/** Times in ms since 1970. */
export type DestinationStatus = {
  destinationId: string;
  name: string | null;
  url: string;
  isActive: boolean;
  delivered: number;
  failedAttempts: number;
  retrying: number;
  dead: number;
  /** How many sequences the log is ahead of this destination's cursor. */
  lag: number;
  /** When the oldest event that it still has to get was accepted, ms since 1970; null when it has all. */
  oldestUndeliveredAt: number | null;
  lastDeliveredAt: number | null;
  /** How old its oldest waiting event may be before it is told, in seconds; 0 for never. Absent from an object of an earlier release. */
  behindAlertSeconds?: number;
  /** Why the gateway itself turned it off; null where it did not. */
  disabledReason: string | null;
  /** `open`: it failed too often in a row and is only probed. `recovering`: it answers again, and gets ever more. */
  circuit: 'closed' | 'open' | 'recovering';
  /** Since when it is open or recovering; null while it is closed. */
  circuitSince: number | null;
  /** When the next probe may start; null while it is not open. */
  nextProbeAt: number | null;
  /** Since when every attempt has failed; null when the latest one did not. */
  failingSince: number | null;
  /** Of the latest of those attempts: the status, null without an answer; why it failed; and what was said, where that is known yet. */
  lastFailure: {
    status: number | null;
    error: string | null;
    answer: NonNullable<AttemptView['answer']> | null;
  } | null;
  /** Deliveries that have not succeeded and are not dead. `exact`: false where some were counted that it may not want. */
  waiting: { count: number; exact: boolean };
  /** When the next attempt begins, the present where one is under way; null when nothing waits, or it is paused. */
  nextAttemptAt: number | null;
  /** Until when an earlier secret signs beside the newest; null where none does. */
  secretOverlapUntil: number | null;
  attempts: Record<AnswerClass, number>;
  /** Deliveries by how long they took, not added up: one more than there are bounds; and the sum of their seconds. */
  latency: { counts: readonly number[]; seconds: number };
  /** Ranges of sequences that retention dropped before they were delivered, and how many events were. */
  lost: { from: number; to: number; at: number }[];
  lostEvents: number;
  /** Attempts that delivered, and that failed, in each of the last 60 minutes, the running one last; null as in `eventsPerHour`. */
  perMinute: { delivered: (number | null)[]; failed: (number | null)[] };
};

export type StatusReport = {
  name: string | null;
  provider: string;
  isActive: boolean;
  /** Until when an earlier inbound secret is accepted beside the newest, ms since 1970; null where none is. */
  secretOverlapUntil: number | null;
  numbered: boolean;
  lastSequence: number;
  /** ms since 1970 */
  lastEventAt: number | null;
  /**
   * Events stored in each of the last 24 hours of the clock in UTC, the running one last; null for an hour in which nobody counted.
   * Absent, with all else that is new since 0.1.0, from an object of an earlier release.
   */
  eventsPerHour?: (number | null)[];
  /** Events accepted in each of the last 60 minutes, likewise. */
  acceptedPerMinute: (number | null)[];
  counters: { accepted: number; duplicate: number; ignored: number; quarantined: number };
  epoch: number | null;
  highestIncrementId: number | null;
  openGaps: number;
  missingIds: number;
  /** Increment ids that are not here and within their grace: no gap yet. Absent from an object of an earlier release. */
  awaitedIds?: number;
  /** Increment ids that may be missing (`uncertain` in the gap list). */
  uncertainIds: number;
  /** Refused requests by reason, those that the edge has reported. */
  rejected: Record<string, number>;
  /** Those of the last 24 hours, the running one included; null where a part of it was not counted. */
  refusedLastDay: number | null;
  storage: {
    usedBytes: number;
    limitBytes: number;
    /** Dropped before their retention was over, to make room; and the highest sequence of them, 0 for none. */
    droppedEvents: number;
    droppedUpTo: number;
    /** Since when writes fail and deliveries wait, ms since 1970; null while they do not. */
    refusingSince: number | null;
  };
  destinations: DestinationStatus[];
};
