/** The counters of a webhook, and how far each of its destinations is. */

export type DestinationStatus = {
  destinationId: string;
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
  /** ms since 1970 */
  lastDeliveredAt: number | null;
  disabledReason: string | null;
  /** `open`: it failed too often in a row and is only probed. `recovering`: it answers again, and gets ever more. */
  circuit: 'closed' | 'open' | 'recovering';
  /** Ranges of sequences that retention dropped before they were delivered; `at` in ms since 1970. */
  lost: { from: number; to: number; at: number }[];
};

export type StatusReport = {
  numbered: boolean;
  lastSequence: number;
  /** ms since 1970 */
  lastEventAt: number | null;
  counters: { accepted: number; duplicate: number; ignored: number; quarantined: number };
  epoch: number | null;
  highestIncrementId: number | null;
  openGaps: number;
  missingIds: number;
  /** Increment ids that may be missing (`uncertain` in the gap list). */
  uncertainIds: number;
  /** Refused requests by reason, those that the edge has reported. */
  rejected: Record<string, number>;
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
