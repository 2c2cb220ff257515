/**
 * Several requests of one isolate append to one webhook in a single call, because under load a call to the object costs
 * more than what it carries.
 *
 * Up to four calls run at once; later requests join the next call. The request that makes a call is its leader. It prepares what goes
 * along (`prepare.ts`). When a leader's own event has been answered, it goes on making calls for the requests that wait, up to a limit.
 * Then one of those leads.
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
/**
 * After so many requests or calls a leader makes no more: its own request is charged for all, and a free plan gives each 10 ms of CPU
 * and any plan 30 s.
 */
const MAX_LED = MAX_TOGETHER;
const MAX_LED_CALLS = 8;
/** How long a request waits to join a call, and then for the answer. */
const WAIT_MS = 2000;
const ANSWER_MS = 5000;

/** Preparing a request threw, which is a fault of ours and none of the others’ in its call. */
type Broken = { kind: 'broken'; error: unknown };
/** Null: the event could not be stored. `unanswered`: nobody knows, and another call may store it. */
export type Answer = AppendResult | Exclude<Prepared, { kind: 'event' }> | Broken | null | 'unanswered';
/** `lead`: nobody else makes calls any more. */
type Waiting = { work: Work; answer: (answer: Answer | 'lead') => void };
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
  return join(webhookId, queue, work, caller);
}

function join(webhookId: number, queue: Queue, work: Work, caller: Caller): Promise<Answer> {
  if (queue.calls < MAX_CALLS) {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    caller.waitUntil(lead(webhookId, queue, { work, answer: resolve as Waiting['answer'] }, caller.send));
    return promise;
  }
  const answered = follow(webhookId, queue, work, caller);
  // Keeps the request alive until it is answered, even when its client has gone.
  caller.waitUntil(answered);
  return answered;
}

/** Waits for the answer that a leader brings, or for its turn to lead. */
async function follow(webhookId: number, queue: Queue, work: Work, caller: Caller): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer | 'lead'>();
  const own = { work, answer: resolve };
  const last = queue.waiting.at(-1);
  let answer: Answer | 'lead';
  if (last !== undefined && hasRoom(last, work)) {
    last.members.push(own);
    last.bytes += work.bytes;
    answer = await promise;
  } else {
    const group = { members: [own], bytes: work.bytes };
    queue.waiting.push(group);
    answer = await watching(webhookId, queue, group, promise);
  }
  return answer === 'lead' ? join(webhookId, queue, work, caller) : answer;
}

const hasRoom = ({ members, bytes }: Group, work: Work): boolean =>
  members.length < MAX_GROUP && bytes + work.bytes <= MAX_GROUP_BYTES;

/** Makes a call with `own` and those who wait, and then a few more calls while somebody waits. */
async function lead(webhookId: number, queue: Queue, own: Waiting, send: Caller['send']): Promise<void> {
  queue.calls++;
  for (let carried = 0, made = 0; carried < MAX_LED && made < MAX_LED_CALLS; made++) {
    const batch = takeFrom(queue, made === 0 ? own : null);
    if (batch.length === 0) break;
    carried += batch.length;
    const prepared = await prepareAll(batch);
    // The leader's own watches over nobody, so it need not wait for the others' call.
    const [first] = prepared;
    if (batch[0] === own && first !== undefined && first.kind !== 'event') own.answer(first);
    const requests = prepared.flatMap(one => (one.kind === 'event' ? [one.request] : []));
    const answers = (requests.length === 0 ? [] : await send(requests)).values();
    // All at once, also those that bring no event: the first of a group watches over the others until it is answered.
    for (const [index, one] of prepared.entries()) {
      const { value: answer = 'unanswered' } = one.kind === 'event' ? answers.next() : { value: one };
      batch[index]?.answer(answer);
    }
  }
  queue.calls--;
  if (queue.calls > 0) return;
  const [next] = queue.waiting;
  // The last of its group, so that the first goes on watching over the others: they all go along with the call that it makes.
  if (next !== undefined) {
    const leader = next.members.pop();
    // Nobody watches over an empty group, so nobody may join it.
    if (next.members.length === 0) queue.waiting.shift();
    else next.bytes -= leader?.work.bytes ?? 0;
    leader?.answer('lead');
  } else if (queues.get(webhookId) === queue) queues.delete(webhookId);
}

/** Who was answered before stays so. */
function giveUp({ members }: Group): void {
  for (const { answer } of members) answer('unanswered');
}

/** In the order of the batch. Each step is run for all of them before the next one is (`prepare.ts`). */
function prepareAll(batch: readonly Waiting[]): Promise<(Prepared | Broken)[]> {
  const broken = (error: unknown): Broken => ({ kind: 'broken', error });
  return Promise.all(batch.map(({ work }) => work.prepare().catch(broken)));
}

/**
 * The answer of the group's first; `unanswered` for all of them where no call takes them along in time, or the call is lost.
 * One request watches over them all, because a timer for each is a thirtieth of what an event takes.
 */
async function watching(
  webhookId: number,
  queue: Queue,
  group: Group,
  promise: Promise<Answer | 'lead'>,
): Promise<Answer | 'lead'> {
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
  const answer = await promise;
  clearTimeout(timer);
  return answer;
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
