/** Requests for replays: they are checked, counted, and turned into one job per destination. */

import type { Clock } from '../../clock';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { ReplayRequest, ReplayResult } from '../contract/replays';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import type { Forwarding } from './forwarding';
import type { ReplaySpec } from './replays';
import { wants } from './wants';

/** How many events are examined at a time while a replay is counted. */
const COUNT_STEP = 2000;

export type ReplayParts = { webhook: WebhookRecord; feed: Feed; forwarding: Forwarding; clock: Clock };

/** Sends a range of the log again. The range ends at the last event at the time of the request. */
export async function replayRange(parts: ReplayParts, request: ReplayRequest): Promise<ReplayResult> {
  const { webhook, feed } = parts;
  const { destinationId, dryRun, fromSequence, toSequence, ...filter } = request;
  const ids = destinationsFor(webhook, destinationId);
  if (ids === null) return { kind: 'unknown_destination' };
  const { sequence: lastSequence } = feed.end;
  let count = 0;
  for (const id of ids) {
    const spec: ReplaySpec = {
      ...filter,
      destinationId: id,
      fromSequence: Math.max(fromSequence ?? 1, feed.firstSequence),
      toSequence: Math.min(toSequence ?? lastSequence, lastSequence),
      unasked: false,
    };
    count += await countReplay(parts, spec);
    if (!dryRun) parts.forwarding.startReplay(spec);
  }
  return { kind: 'ok', count };
}

/** Sends one event again. @param destinationId null for all that want the event; the given one gets it in any case */
export async function replayOne(
  parts: ReplayParts,
  sequence: number,
  destinationId: string | null,
  newId: boolean,
): Promise<ReplayResult> {
  const { webhook, feed } = parts;
  const ids = destinationsFor(webhook, destinationId);
  if (ids === null) return { kind: 'unknown_destination' };
  const event = feed.event(sequence);
  if (event === null) return { kind: 'unknown_event' };
  if (event.status !== 'forwardable') return { kind: 'not_forwarded' };
  if (feed.body(sequence) === null) return { kind: 'redacted' };
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
    count += await countReplay(parts, spec);
    parts.forwarding.startReplay(spec);
  }
  return { kind: 'ok', count };
}

/** Counts what a replay would send. Works in steps, between which the object can do other work. */
export async function countReplay(
  { forwarding, feed, clock }: Omit<ReplayParts, 'webhook'>,
  spec: ReplaySpec,
): Promise<number> {
  const job = { ...spec, id: 0, createdAt: clock.now() };
  let count = 0;
  for (let after: number | null = spec.fromSequence - 1; after !== null; ) {
    const destination = forwarding.destination(spec.destinationId)?.destination;
    if (destination === undefined) return count;
    const wanted = (event: StoredEvent) => wants(destination, event, feed);
    const step: { count: number; next: number | null } = forwarding.replays.count(
      job,
      after,
      COUNT_STEP,
      wanted,
    );
    count += step.count;
    after = step.next;
    if (after !== null) await new Promise<void>(resolve => void clock.later(0, resolve));
    if (forwarding.isStopped) return count;
  }
  return count;
}

/** The ids of the destinations of a replay; null when the webhook does not have the given one. */
function destinationsFor({ destinations }: WebhookRecord, id: string | null): string[] | null {
  const ids = destinations.map(destination => destination.id);
  if (id === null) return ids;
  return ids.includes(id) ? [id] : null;
}
