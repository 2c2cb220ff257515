/** Requests for replays: they are checked, counted, and turned into one job per destination; and what became of them. */

import type { Clock } from '../clock';
import type { WebhookRecord } from '../subscriptions/webhook';
import { chooseEvents } from './chosen-events';
import { NO_FILTER, NO_TOPIC } from './contract/event-filter';
import type { AskedReplay, Replay, ReplayList, ReplayRequest, ReplayResult } from './contract/replays';
import type { Forwarding } from './forward/forwarding';
import type { ReplaySpec } from './forward/replay-job';
import type { ReplayStart } from './forward/replays';
import { wants } from './forward/wants';
import type { NewEvents } from './read/new-events';
import type { StreamedReplay, StreamedReplays } from './read/streamed-replays';
import type { Views } from './read/views';
import type { Feed } from './store/feed';
import type { StoredEvent } from './store/stored-event';

/** How many events are examined at a time while a replay is counted. */
const COUNT_STEP = 2000;

/** What a replay is asked of: a webhook as it is. */
type Parts = Views & {
  clock: Clock;
  forwarding: Forwarding;
  streamed: StreamedReplays;
  newEvents: Pick<NewEvents, 'announce'>;
};

type Chosen = NonNullable<ReplayRequest['chosen']>;

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
  if (chosen !== undefined) {
    const none = { since: null, until: null, topic: NO_TOPIC, status: null };
    const spec = { ...filter, ...range, ...none, unasked: false };
    const found = await chooseEvents(parts, ids, range, chosen);
    if (found.kind === 'too_scattered') return found;
    const starts = found.places.map(({ destinationId: id, ranges, count }) => ({
      ...{ spec: { ...spec, destinationId: id, chosen: ranges }, counted: count },
    }));
    const streamed = { ...spec, chosen: found.streamed };
    return begun(parts, starts, { streamed, events: await countStreamed(parts, streamed) }, asked, dryRun);
  }
  const spec = { ...filter, ...range, unasked: false };
  const starts: ReplayStart[] = [];
  for (const id of ids) {
    const own: ReplaySpec = { ...spec, destinationId: id };
    starts.push({ spec: own, counted: await countReplay(parts, own) });
  }
  const streamed = await streamedOf(parts, ids, spec);
  return begun(parts, starts, { streamed, events: await countStreamed(parts, streamed) }, asked, dryRun);
}

/** What listeners get of a range, which no destination has a part in: how an event stands at one is looked up here. */
async function streamedOf(
  parts: Parts,
  ids: readonly string[],
  spec: StreamedReplay & Pick<ReplaySpec, 'status'>,
): Promise<StreamedReplay> {
  const { status, since, until, topic } = spec;
  if (status === null || status === 'accepted') return spec;
  if (status !== 'dead' && status !== 'retrying') return { ...spec, chosen: [] };
  const chosen: Chosen = { filter: { ...NO_FILTER, since, until }, state: status, topic };
  const found = await chooseEvents(parts, ids, spec, chosen);
  // Of so many, the destinations are sent all, and listeners none.
  return { ...spec, chosen: found.kind === 'chosen' ? found.streamed : [] };
}

/** Begins a replay, where it is more than a plan and has anything to send. Listeners get theirs at once, and whether there is a destination or not. */
function begun(
  { forwarding, streamed: replays, newEvents }: Parts,
  starts: readonly ReplayStart[],
  { streamed, events }: { streamed: StreamedReplay; events: number },
  asked: AskedReplay | null,
  dryRun: boolean,
): ReplayResult {
  const count = starts.reduce((sum, { counted }) => sum + (counted ?? 0), 0);
  const { fromSequence, toSequence, since, until, topic, newId, chosen } = streamed;
  if (dryRun || (count === 0 && events === 0)) return { kind: 'ok', count, events, replayId: null };
  const replayId = forwarding.startReplay(count === 0 ? [] : starts, asked);
  if (replayId !== null && events > 0) {
    const kept = { fromSequence, toSequence, since, until, topic, newId };
    replays.add(replayId, { ...kept, ...(chosen === undefined ? {} : { chosen }) });
    newEvents.announce();
  }
  return { kind: 'ok', count, events, replayId: count === 0 ? null : replayId };
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
  const one = { fromSequence: sequence, toSequence: sequence, since: null, until: null, topic: null, newId };
  const starts: ReplayStart[] = [];
  for (const id of ids) {
    const spec = { ...one, destinationId: id, status: null, unasked: destinationId !== null };
    starts.push({ spec, counted: await countReplay(parts, spec) });
  }
  return begun(parts, starts, { streamed: one, events: 1 }, asked, false);
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
  parts.streamed.cancel(replayId);
  return findReplay(parts, replayId);
}

/** Counts what a replay would send to its destination. */
export const countReplay = (
  parts: Pick<Parts, 'forwarding' | 'clock'> & { log: { feed: Feed } },
  spec: ReplaySpec,
): Promise<number> =>
  countInSteps(parts, spec, () => {
    const destination = parts.forwarding.destination(spec.destinationId)?.destination;
    return destination === undefined ? null : event => wants(destination, event, parts.log.feed);
  });

/** Counts the events that listeners get, whatever destinations want. */
async function countStreamed(parts: Parts, streamed: StreamedReplay): Promise<number> {
  const { chosen } = streamed;
  if (chosen !== undefined) return chosen.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const spec: ReplaySpec = { ...streamed, destinationId: '', status: null, unasked: true };
  return countInSteps(parts, spec, () => () => true);
}

/**
 * Works in steps, between which the object can do other work.
 * @param wanted asked for each step, as the destination may have changed; null ends the count
 */
async function countInSteps(
  { forwarding, clock }: Pick<Parts, 'forwarding' | 'clock'>,
  spec: ReplaySpec,
  wanted: () => ((event: StoredEvent) => boolean) | null,
): Promise<number> {
  let count = 0;
  for (let after: number | null = spec.fromSequence - 1; after !== null && !forwarding.isStopped; ) {
    const wants = wanted();
    if (wants === null) break;
    const step: { count: number; next: number | null } = forwarding.replays.count(
      spec,
      after,
      COUNT_STEP,
      wants,
    );
    count += step.count;
    after = step.next;
    if (after !== null) await new Promise<void>(resolve => void clock.later(0, resolve));
  }
  return count;
}

/** The ids of the destinations of a replay; null when the webhook does not have the given one. */
function destinationsFor({ destinations }: WebhookRecord, id: string | null): string[] | null {
  const ids = destinations.map(destination => destination.id);
  if (id === null) return ids;
  return ids.includes(id) ? [id] : null;
}
