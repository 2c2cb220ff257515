/** What a webhook counts, and how far its destinations are. */

export type DestinationStatus = {
  destinationId: string;
  url: string;
  isActive: boolean;
  delivered: number;
  failedAttempts: number;
  retrying: number;
  dead: number;
  /** Events of the log that this destination's scan has not passed yet. */
  lag: number;
  /** When the oldest event was accepted that it still has to get, ms since 1970; null when it has all. */
  oldestUndeliveredAt: number | null;
  lastDeliveredAt: number | null;
  disabledReason: string | null;
  /** `open`: it failed too often in a row and is only probed; `recovering`: it answers again and is filled gently. */
  circuit: 'closed' | 'open' | 'recovering';
  /** Ranges of sequences that retention dropped before they were delivered; `at` in ms since 1970. */
  lost: { from: number; to: number; at: number }[];
};

export type StatusReport = {
  numbered: boolean;
  lastSequence: number;
  lastEventAt: number | null;
  counters: { accepted: number; duplicate: number; ignored: number; quarantined: number };
  epoch: number | null;
  highestIncrementId: number | null;
  openGaps: number;
  missingIds: number;
  /** Refused requests by reason, as far as the edge has reported them. */
  rejected: Record<string, number>;
  destinations: DestinationStatus[];
};
