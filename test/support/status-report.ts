/** What a webhook's object says of itself: nothing has happened, but for what is given. */
import type { CurrentReport } from '../../src/api/reports';
import type { DestinationStatus } from '../../src/log/contract/status';
import { NO_TOTALS } from '../../src/log/forward/totals';

export const statusReport = (given: Partial<CurrentReport> = {}): CurrentReport => ({
  name: null,
  provider: 'shipstream',
  isActive: true,
  secretOverlapUntil: null,
  numbered: true,
  lastSequence: 0,
  lastEventAt: null,
  eventsPerHour: Array(24).fill(0),
  acceptedPerMinute: Array(60).fill(0),
  counters: { accepted: 0, duplicate: 0, ignored: 0, quarantined: 0 },
  epoch: null,
  highestIncrementId: null,
  openGaps: 0,
  missingIds: 0,
  awaitedIds: 0,
  uncertainIds: 0,
  rejected: {},
  refusedLastDay: 0,
  storage: { usedBytes: 1, limitBytes: 1000, droppedEvents: 0, droppedUpTo: 0, refusingSince: null },
  destinations: [],
  ...given,
});

export function destinationStatus(
  destinationId: string,
  given: Partial<DestinationStatus> = {},
): DestinationStatus {
  const { lost: lostEvents, deliveredPerMinute: _, failedPerMinute: __, ...totals } = NO_TOTALS;
  return {
    ...totals,
    destinationId,
    name: null,
    url: 'https://app.example.com/hooks',
    isActive: true,
    lastFailure: null,
    retrying: 0,
    dead: 0,
    lag: 0,
    oldestUndeliveredAt: null,
    failingSince: null,
    behindAlertSeconds: 3600,
    disabledReason: null,
    circuit: 'closed',
    circuitSince: null,
    nextProbeAt: null,
    waiting: { count: 0, exact: true },
    nextAttemptAt: null,
    secretOverlapUntil: null,
    lost: [],
    lostEvents,
    perMinute: { delivered: Array(60).fill(0), failed: Array(60).fill(0) },
    ...given,
  };
}
