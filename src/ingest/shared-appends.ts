/**
 * Several requests of one isolate append to one webhook in a single call, because under load a call to the object costs
 * more than what it carries.
 *
 * Up to four calls run at once; later requests join the next call. The request that makes a call is its leader. It prepares what goes
 * along (`prepare.ts`). When a leader's own event has been answered, it goes on making calls for the requests that wait, up to a limit.
 *
 * Requests share plain data only. Each waits for a promise of its own, which the runtime continues in the request that
 * made it (compatibility flag `handle_cross_request_promise_resolution`,
 * https://github.com/cloudflare/workerd/pull/2719).
 *
 * A request that gets no answer in time, because its leader was cut off or the object is slow, makes a call of its own.
 * An event that is appended twice this way is recognised by the log.
 */
import type { AppendRequest, AppendResult } from '../log/contract/append';
import type { Prepared, Work } from './prepare';

/** Calls that run at once before requests wait for each other. Several, as each takes long where the object is far away. */
const MAX_CALLS = 4;
/** Appends in one call. */
const MAX_TOGETHER = 64;
/** Bytes of bodies in one call; a single larger body goes alone. */
const MAX_BYTES = 1024 * 1024;
/** What one request watches over: a quarter of a call, so that a call takes along whole groups. */
const MAX_GROUP = MAX_TOGETHER / 4;
const MAX_GROUP_BYTES = MAX_BYTES / 4;
/** Calls that a leader makes for others after its own. Limited, because its own request is charged for them. */
const MAX_CALLS_FOR_OTHERS = 4;
/** How long a request waits to join a call, and then for the answer. */
const WAIT_MS = 2000;
const ANSWER_MS = 5000;

/**
 * Null: the event could not be stored. `unanswered`: nobody knows, and another call may store it. `broken`: preparing it threw, which is a
 * fault of ours and none of the others’ in its call.
 */
export type Answer =
  | AppendResult
  | Exclude<Prepared, { kind: 'event' }>
  | { kind: 'broken'; error: unknown }
  | null
  | 'unanswered';
type Waiting = { work: Work; answer: (answer: Answer) => void };
/** Requests that came one after the other and go along with the same call. The first of them watches over all; `bytes` of bodies. */
type Group = { members: Waiting[]; bytes: number };
/** The requests of this isolate to one webhook: how many of its calls run, and who waits for the next. */
type Queue = { calls: number; waiting: Group[] };

/** How a request calls the object and stays alive meanwhile. */
type Caller = {
  /** Appends in one call to the object; answers in their order. Never rejects. */
  send: (requests: AppendRequest[]) => Promise<Answer[]>;
  /** Keeps the request's context alive until the promise has settled. */
  waitUntil: (promise: Promise<unknown>) => void;
};

/** By webhook; only those with calls that run. */
const queues = new Map<number, Queue>();

/** Prepares and appends with others or alone, in the context of the request that `caller` belongs to. Never rejects. */
export function appendTogether(webhookId: number, work: Work, caller: Caller): Promise<Answer> {
  const queue = queues.get(webhookId) ?? { calls: 0, waiting: [] };
  queues.set(webhookId, queue);
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const own = { work, answer: resolve };
  if (queue.calls < MAX_CALLS) {
    caller.waitUntil(lead(webhookId, queue, own, caller.send));
    return promise;
  }
  // Keeps the request alive until it is answered, even when its client has gone.
  caller.waitUntil(promise);
  const last = queue.waiting.at(-1);
  if (last !== undefined && hasRoom(last, work)) {
    last.members.push(own);
    last.bytes += work.bytes;
    return promise;
  }
  const group = { members: [own], bytes: work.bytes };
  queue.waiting.push(group);
  return watching(webhookId, queue, group, promise);
}

const hasRoom = ({ members, bytes }: Group, work: Work): boolean =>
  members.length < MAX_GROUP && bytes + work.bytes <= MAX_GROUP_BYTES;

/** Makes a call with `own` and those who wait, and then a few more calls while somebody waits. */
async function lead(webhookId: number, queue: Queue, own: Waiting, send: Caller['send']): Promise<void> {
  queue.calls++;
  for (let made = 0; made <= MAX_CALLS_FOR_OTHERS; made++) {
    const batch = takeFrom(queue, made === 0 ? own : null);
    if (batch.length === 0) break;
    const { requests, senders } = await prepareAll(batch);
    if (requests.length === 0) continue;
    const answers = await send(requests);
    for (const [index, { answer }] of senders.entries()) {
      const { [index]: result = 'unanswered' } = answers;
      answer(result);
    }
  }
  queue.calls--;
  if (queue.calls > 0) return;
  if (queues.get(webhookId) === queue) queues.delete(webhookId);
  // The last leader is done: who still waits makes a call of its own.
  for (const group of queue.waiting.splice(0)) giveUp(group);
}

/** Who was answered before stays so. */
function giveUp({ members }: Group): void {
  for (const { answer } of members) answer('unanswered');
}

/** Answers those that bring no event at once; gives the events of the others, and whose they are. */
async function prepareAll(
  batch: readonly Waiting[],
): Promise<{ requests: AppendRequest[]; senders: Waiting[] }> {
  const broken = (error: unknown) => ({ kind: 'broken', error }) as const;
  const prepared = await Promise.all(batch.map(({ work }) => work.prepare().catch(broken)));
  const requests: AppendRequest[] = [];
  const senders: Waiting[] = [];
  for (const [index, waiting] of batch.entries()) {
    const { [index]: one = broken(undefined) } = prepared;
    if (one.kind === 'event') {
      requests.push(one.request);
      senders.push(waiting);
    } else waiting.answer(one);
  }
  return { requests, senders };
}

/**
 * The answer of the group's first; `unanswered` for all of them where no call takes them along in time, or the call is lost.
 * One request watches over them all, because a timer for each is a thirtieth of what an event takes.
 */
async function watching(
  webhookId: number,
  queue: Queue,
  group: Group,
  promise: Promise<Answer>,
): Promise<Answer> {
  // A timer that is cleared costs less than a promise of the runtime's that nobody waits for any more.
  let timer = setTimeout(() => {
    const place = queue.waiting.indexOf(group);
    if (place < 0) {
      timer = setTimeout(() => giveUp(group), ANSWER_MS);
      return;
    }
    // The leaders were cut off or are stuck: requests that come now start a queue of their own.
    if (queues.get(webhookId) === queue) queues.delete(webhookId);
    queue.waiting.splice(place, 1);
    giveUp(group);
  }, WAIT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** The leader's own, and as many groups of those who wait as one call may carry besides. */
function takeFrom({ waiting }: Queue, own: Waiting | null): Waiting[] {
  const batch = own === null ? [] : [own];
  let bytes = own?.work.bytes ?? 0;
  for (let [group] = waiting; group !== undefined; [group] = waiting) {
    bytes += group.bytes;
    const isFull = batch.length + group.members.length > MAX_TOGETHER || bytes > MAX_BYTES;
    if (batch.length > 0 && isFull) break;
    batch.push(...group.members);
    waiting.shift();
  }
  return batch;
}
