/** The counters of a webhook, and how far each of its destinations is. */
import type { Clock } from '../../clock';
import { lastDay } from '../../hour-counts';
import { lastHour } from '../../minute-counts';
import { highestGiven } from '../../numbering/epoch';
import type { StatusReport } from '../contract/status';
import type { WriteWatch } from '../forward/write-watch';
import type { Refusals } from '../store/refusals';
import { destinationStatus, overlapUntil } from './destination-status';
import { awaitedIds, isNumbered } from './gaps';
import type { Views } from './views';

/** The status as it is now. Reads all open gaps, and counts the rows of every destination. */
export function readStatus(
  views: Views & {
    clock: Pick<Clock, 'now'>;
    refusals: Pick<Refusals, 'counts' | 'lastDay'>;
    space: { size: { usedBytes: number; limitBytes: number } };
    writes: Pick<WriteWatch, 'suspendedSince'>;
  },
): StatusReport {
  const { webhook, log } = views;
  const now = views.clock.now();
  const { lastSequence, lastEventAt, perHour, perMinute, counters, tracker } = log.state;
  const { name, provider, isActive } = webhook;
  const open = log.tables.gaps.list('open');
  return {
    ...{ name, provider, isActive },
    secretOverlapUntil: overlapUntil(webhook.secrets, now),
    numbered: isNumbered(webhook),
    lastSequence,
    lastEventAt,
    eventsPerHour: lastDay(perHour, now),
    acceptedPerMinute: lastHour(perMinute, now),
    counters,
    epoch: tracker.current?.number ?? null,
    highestIncrementId: tracker.current === null ? null : highestGiven(tracker.current),
    openGaps: open.length,
    missingIds: open.reduce((sum, gap) => sum + gap.missing, 0),
    awaitedIds: awaitedIds(log),
    uncertainIds: log.tables.gaps.list('uncertain').reduce((sum, gap) => sum + gap.missing, 0),
    rejected: views.refusals.counts,
    refusedLastDay: views.refusals.lastDay(now),
    storage: {
      ...views.space.size,
      droppedEvents: log.state.dropped.events,
      droppedUpTo: log.state.dropped.upTo,
      refusingSince: views.writes.suspendedSince,
    },
    destinations: webhook.destinations.map(destination => destinationStatus(views, destination, now)),
  };
}
