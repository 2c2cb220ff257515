/** Requests for replays: they are checked, counted, and turned into one job per destination; and what became of them. */

import type { Clock } from '../clock';
import type { WebhookRecord } from '../subscriptions/webhook';
import { NO_TOPIC } from './contract/event-filter';
import type { EventsPage } from './contract/events';
import type { AskedReplay, Replay, ReplayList, ReplayRequest, ReplayResult } from './contract/replays';
import type { Forwarding } from './forward/forwarding';
import type { ReplaySpec } from './forward/replay-job';
import type { ReplayStart } from './forward/replays';
import type { SequenceRange } from './forward/settled-ahead';
import { wants } from './forward/wants';
import { readEvents } from './read/event-pages';
import type { Views } from './read/views';
import type { Feed } from './store/feed';
import type { StoredEvent } from './store/stored-event';

/** How many events are examined at a time while a replay is counted. */
const COUNT_STEP = 2000;

/** In how many places of the log what one replay sends may lie: its job is a row, and holds them all. */
const MAX_RANGES = 10_000;
/** How many events are found at a time. */
const FIND_STEP = 500;

/** What a replay is asked of: a webhook as it is. */
type Parts = Views & { clock: Clock; forwarding: Forwarding };

/** Sends a range of the log again, or what is chosen of it. The range ends at the last event at the time of the request. */
export async function replayRange(parts: Parts, request: ReplayRequest): Promise<ReplayResult> {
  const { webhook } = parts;
  const { destinationId, dryRun, fromSequence, toSequence, chosen, asked = null, ...filter } = request;
  const ids = destinationsFor(webhook, destinationId);
  if (ids === null) return { kind: 'unknown_destination' };
  const { since, until } = chosen?.filter ?? request;
  const { log } = parts;
  const { first, last } = log.tables.times.span(since, until, log.state.lastSequence);
  const range = {
    fromSequence: Math.max(fromSequence ?? 1, first),
    toSequence: Math.min(toSequence ?? last, last),
  };
  const starts: ReplayStart[] = [];
  for (const id of ids) {
    const spec: ReplaySpec = { ...filter, ...range, destinationId: id, unasked: false };
    if (chosen === undefined) {
      starts.push({ spec, counted: await countReplay(parts, spec) });
      continue;
    }
    const found = await choose(parts, spec, chosen);
    if (found.kind === 'too_scattered') return found;
    const none = { since: null, until: null, topic: NO_TOPIC, status: null };
    starts.push({ spec: { ...spec, ...none, chosen: found.ranges }, counted: found.count });
  }
  return begun(parts, starts, asked, dryRun);
}

/** Begins a replay, where it is more than a plan and has anything to send. */
function begun(
  { forwarding }: Parts,
  starts: readonly ReplayStart[],
  asked: AskedReplay | null,
  dryRun: boolean,
): ReplayResult {
  const count = starts.reduce((sum, { counted }) => sum + (counted ?? 0), 0);
  const replayId = dryRun || count === 0 ? null : forwarding.startReplay(starts, asked);
  return { kind: 'ok', count, replayId };
}

type Found = { kind: 'found'; ranges: SequenceRange[]; count: number };

/** The listed events of a range that a destination can get again. Works in steps, between which the object can do other work. */
async function choose(
  parts: Parts,
  { destinationId, fromSequence, toSequence }: ReplaySpec,
  { filter, state, topic }: NonNullable<ReplayRequest['chosen']>,
): Promise<Found | Extract<ReplayResult, { kind: 'too_scattered' }>> {
  const { forwarding, clock } = parts;
  const { feed } = parts.log;
  const delivery = state === null ? null : { destinationId, state };
  const ranges: SequenceRange[] = [];
  let count = 0;
  for (let after: number | null = fromSequence - 1; after !== null && after < toSequence; ) {
    const query = { after, limit: FIND_STEP, topic, status: null, filter: { ...filter, delivery } };
    const page: EventsPage = readEvents(parts, query);
    const destination = forwarding.destination(destinationId)?.destination;
    if (destination === undefined || page.beyondEnd || page.unknownDestination) break;
    for (const { sequence } of page.events) {
      const event = sequence > toSequence ? null : feed.event(sequence);
      if (event === null || event.status !== 'forwardable' || event.bodyBytes === 0) continue;
      if (!wants(destination, event, feed)) continue;
      count++;
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === sequence - 1) last[1] = sequence;
      else if (ranges.length === MAX_RANGES) return { kind: 'too_scattered', upTo: sequence - 1 };
      else ranges.push([sequence, sequence]);
    }
    after = page.next;
    await new Promise<void>(resolve => void clock.later(0, resolve));
    if (forwarding.isStopped) break;
  }
  return { kind: 'found', ranges, count };
}

/** Sends one event again. @param destinationId null for all that want the event; the given one gets it in any case */
export async function replayOne(
  parts: Parts,
  sequence: number,
  destinationId: string | null,
  newId: boolean,
  asked: AskedReplay | null,
): Promise<ReplayResult> {
  const { webhook } = parts;
  const { feed } = parts.log;
  const ids = destinationsFor(webhook, destinationId);
  if (ids === null) return { kind: 'unknown_destination' };
  const event = feed.event(sequence);
  if (event === null) return { kind: 'unknown_event' };
  if (event.status !== 'forwardable') return { kind: 'not_forwarded' };
  if (feed.body(sequence) === null) return { kind: 'redacted' };
  const starts: ReplayStart[] = [];
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
    starts.push({ spec, counted: await countReplay(parts, spec) });
  }
  return begun(parts, starts, asked, false);
}

/** How many replays a list has at most: all that are kept of those that ended, and as many that run. */
const MAX_LISTED = 100;

export function listReplays({ forwarding }: Parts): ReplayList {
  const { all } = forwarding.replays;
  return { replays: all.slice(0, MAX_LISTED), more: all.length > MAX_LISTED };
}

/** Null where it is not known, or not any more. */
export const findReplay = ({ forwarding }: Parts, replayId: number): Replay | null =>
  forwarding.replays.all.find(({ id }) => id === replayId) ?? null;

export const isRunning = ({ parts }: Replay): boolean => parts.some(({ state }) => state === 'running');

/** Gives it as it is then. */
export function cancelReplay(parts: Parts, replayId: number): Replay | null {
  parts.forwarding.cancelReplay(replayId);
  return findReplay(parts, replayId);
}

/** Counts what a replay would send. Works in steps, between which the object can do other work. */
export async function countReplay(
  { forwarding, log, clock }: Pick<Parts, 'forwarding' | 'clock'> & { log: { feed: Feed } },
  spec: ReplaySpec,
): Promise<number> {
  let count = 0;
  for (let after: number | null = spec.fromSequence - 1; after !== null; ) {
    const destination = forwarding.destination(spec.destinationId)?.destination;
    if (destination === undefined) return count;
    const wanted = (event: StoredEvent) => wants(destination, event, log.feed);
    const step: { count: number; next: number | null } = forwarding.replays.count(
      spec,
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
