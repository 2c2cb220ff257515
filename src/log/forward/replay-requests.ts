/** Replays as they are asked for: checked, counted, and turned into one job per destination. */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { Log } from '../commit/event-log';
import type { ReplayRequest, ReplayResult } from '../contract';
import type { Forwarding } from './forwarding';
import type { ReplaySpec } from './replays';

type Parts = { webhook: WebhookRecord; log: Log; forwarding: Forwarding };

/** Sends a range of the log again; it ends at the last event there is now. */
export async function replayRange(
  { webhook, log, forwarding }: Parts,
  request: ReplayRequest,
): Promise<ReplayResult> {
  const { destinationId, dryRun, fromSequence, toSequence, ...filter } = request;
  const ids = destinationsFor(webhook, destinationId);
  if (ids === null) return { kind: 'unknown_destination' };
  const { lastSequence } = log.head;
  let count = 0;
  for (const id of ids) {
    const spec: ReplaySpec = {
      ...filter,
      destinationId: id,
      fromSequence: Math.max(fromSequence ?? 1, log.segments.firstSequence),
      toSequence: Math.min(toSequence ?? lastSequence, lastSequence),
      unasked: false,
    };
    count += await forwarding.countReplay(spec);
    if (!dryRun) forwarding.startReplay(spec);
  }
  return { kind: 'ok', count };
}

/** Sends one event again: to the destinations that want it, or to the one that was chosen. */
export async function replayOne(
  { webhook, log, forwarding }: Parts,
  sequence: number,
  destinationId: string | null,
  newId: boolean,
): Promise<ReplayResult> {
  const ids = destinationsFor(webhook, destinationId);
  if (ids === null) return { kind: 'unknown_destination' };
  const event = log.segments.get(sequence);
  if (event === null) return { kind: 'unknown_event' };
  if (event.status !== 'forwardable') return { kind: 'not_forwarded' };
  if (log.segments.body(sequence) === null) return { kind: 'redacted' };
  let count = 0;
  for (const id of ids) {
    const spec: ReplaySpec = {
      destinationId: id,
      fromSequence: sequence,
      toSequence: sequence,
      since: null,
      until: null,
      topic: null,
      status: null,
      newId,
      unasked: destinationId !== null,
    };
    count += await forwarding.countReplay(spec);
    forwarding.startReplay(spec);
  }
  return { kind: 'ok', count };
}

/** The ids a replay goes to; null for a destination that the webhook does not have. */
function destinationsFor({ destinations }: WebhookRecord, id: string | null): string[] | null {
  const ids = destinations.map(destination => destination.id);
  if (id === null) return ids;
  return ids.includes(id) ? [id] : null;
}
