/** How far one destination is, how it does, and what waits for it. */

import { lastHour } from '../../minute-counts';
import type { DestinationRecord, StoredSecret } from '../../subscriptions/webhook';
import type { DestinationStatus } from '../contract/status';
import { CLOSED } from '../forward/circuit';
import { NO_TOTALS } from '../forward/totals';
import type { Views } from './views';
import { waitingFor } from './waiting';

/** How many events that were erased are passed on the way to the first that waits. */
const MAX_PASSED = 64;

/** Counts the rows of the destination, and looks at a bounded part of what waits for it. `now` in ms since 1970. */
export function destinationStatus(
  views: Views,
  { id, name, url, isActive, secrets, behindAlertSeconds }: DestinationRecord,
  now: number,
): DestinationStatus {
  const { log, forwarding } = views;
  const state = forwarding.destination(id);
  const { lost: lostEvents, deliveredPerMinute, failedPerMinute, ...totals } = state?.totals ?? NO_TOTALS;
  const circuit = state?.gate.circuit ?? CLOSED;
  const cursor = state?.queue.cursor.sequence ?? 0;
  const unscanned = firstUnscanned(log, cursor);
  const undelivered = [unscanned, forwarding.rows.oldestRetrying(id)].filter(sequence => sequence != null);
  const oldest = undelivered.toSorted((a, b) => a - b)[0];
  const counts = forwarding.rows.count(id);
  return {
    ...totals,
    destinationId: id,
    name,
    url,
    isActive,
    behindAlertSeconds,
    ...counts,
    failingSince: state?.failing?.since ?? null,
    lastFailure: lastFailure(views, id),
    waiting: state === null ? { count: 0, exact: true } : waitingFor(views, state, counts.retrying),
    lag: Math.max(0, log.state.lastSequence - cursor),
    oldestUndeliveredAt: oldest === undefined ? null : (log.feed.event(oldest)?.receivedAt ?? null),
    nextAttemptAt: state === null ? null : forwarding.times.nextAttemptAt(state, now),
    disabledReason: state?.disabledReason ?? null,
    circuit: circuit.state,
    circuitSince: circuit.state === 'closed' ? null : circuit.since,
    nextProbeAt: circuit.state === 'open' ? circuit.probeAt : null,
    secretOverlapUntil: overlapUntil(secrets, now),
    lost: state?.losses ?? [],
    lostEvents,
    perMinute: { delivered: lastHour(deliveredPerMinute, now), failed: lastHour(failedPerMinute, now) },
  };
}

/** Past events that were erased, as far as a bounded number of them goes. */
function firstUnscanned({ feed }: Views['log'], cursor: number): number | undefined {
  const [first] = feed.eventsAfter(cursor, 1);
  if (first === undefined || !feed.isErased(first)) return first?.sequence;
  return feed.eventsAfter(first.sequence, MAX_PASSED).find(event => !feed.isErased(event))?.sequence;
}

function lastFailure({ forwarding }: Views, id: string): DestinationStatus['lastFailure'] {
  const failing = forwarding.destination(id)?.failing ?? null;
  if (failing === null) return null;
  const { status, error } = failing;
  return { status, error, answer: forwarding.journal.lastAnswer(id) };
}

/** Until when a secret is in use that is not the newest, ms since 1970; null where none is. */
export function overlapUntil(secrets: readonly StoredSecret[], now: number): number | null {
  const ends = secrets.flatMap(({ usableUntil }) =>
    usableUntil !== null && usableUntil > now ? [usableUntil] : [],
  );
  return ends.length === 0 ? null : Math.max(...ends);
}
