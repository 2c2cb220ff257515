/**
 * Several requests of one isolate append to one webhook in a single call, because under load a call to the object costs
 * more than what it carries.
 *
 * Up to four calls run at once; later requests join the next call. The request that makes a call is its leader. It prepares what goes
 * along (`prepare.ts`). When a leader's own event has been answered, it goes on making calls for the requests that wait, up to a limit.
 * Then one of those leads.
 *
 * Requests share data alone, their headers included, and nothing that the runtime ties to one of them. Each waits for a promise
 * of its own, which the runtime continues in the request that made it (compatibility flag `handle_cross_request_promise_resolution`,
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
/**
 * After so many requests or calls a leader makes no more: its own request is charged for all, and a free plan gives each 10 ms of CPU
 * and any plan 30 s.
 */
const MAX_LED = MAX_TOGETHER;
const MAX_LED_CALLS = 8;
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
type Carried = { work: Work; answer: (answer: Answer) => void };
/** `lead`: nobody else makes calls any more. */
type Waiting = { work: Work; answer: (answer: Answer | 'lead') => void };
/** The requests of this isolate to one webhook: how many of its calls run, and who waits for the next. */
type Queue = { calls: number; waiting: Waiting[] };

/** How a request calls the object and stays alive meanwhile. */
type Caller = {
  /** Appends in one call to the object; answers in their order. Never rejects. */
  send: (requests: AppendRequest[]) => Promise<Answer[]>;
  /** Keeps the request's context alive until the promise has settled. */
  waitUntil: (promise: Promise<unknown>) => void;
};

/** By webhook; only those with calls that run, or that somebody is about to make. */
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
    caller.waitUntil(lead(webhookId, queue, { work, answer: resolve }, caller.send));
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
  queue.waiting.push(own);
  const answer = await inTime(webhookId, queue, own, promise);
  return answer === 'lead' ? join(webhookId, queue, work, caller) : answer;
}

/** Makes a call with `own` and those who wait, and then a few more calls while somebody waits. */
async function lead(webhookId: number, queue: Queue, own: Carried, send: Caller['send']): Promise<void> {
  queue.calls++;
  for (let carried = 0, made = 0; carried < MAX_LED && made < MAX_LED_CALLS; made++) {
    const batch = takeFrom(queue, made === 0 ? own : null);
    if (batch.length === 0) break;
    carried += batch.length;
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
  const next = queue.waiting.shift();
  // The others go along with the call that it makes.
  if (next !== undefined) next.answer('lead');
  else if (queues.get(webhookId) === queue) queues.delete(webhookId);
}

/**
 * Answers those that bring no event at once; gives the events of the others, and whose they are. Each step is run for all of them before
 * the next one is (`prepare.ts`).
 */
async function prepareAll(
  batch: readonly Carried[],
): Promise<{ requests: AppendRequest[]; senders: Carried[] }> {
  const broken = (error: unknown) => ({ kind: 'broken', error }) as const;
  const prepared = await Promise.all(batch.map(({ work }) => work.prepare().catch(broken)));
  const requests: AppendRequest[] = [];
  const senders: Carried[] = [];
  for (const [index, carried] of batch.entries()) {
    const { [index]: one = broken(undefined) } = prepared;
    if (one.kind === 'event') {
      requests.push(one.request);
      senders.push(carried);
    } else carried.answer(one);
  }
  return { requests, senders };
}

/**
 * Its answer, or `unanswered` where no call takes it along in time, or the call is lost. Each request has a timer of its own: one that
 * waits for another request alone, and has nothing of its own on the way, is ended by the runtime as hung as soon as the thread has
 * nothing to do (500, and what it holds of the memory is not given back). A timer is the cheapest thing to have on the way.
 */
async function inTime(
  webhookId: number,
  queue: Queue,
  own: Waiting,
  promise: Promise<Answer | 'lead'>,
): Promise<Answer | 'lead'> {
  // A timer that is cleared costs less than a promise of the runtime's that nobody waits for any more.
  let timer = setTimeout(() => {
    const place = queue.waiting.indexOf(own);
    if (place < 0) {
      timer = setTimeout(() => own.answer('unanswered'), ANSWER_MS);
      return;
    }
    // The leaders were cut off or are stuck: requests that come now start a queue of their own.
    if (queues.get(webhookId) === queue) queues.delete(webhookId);
    queue.waiting.splice(place, 1);
    own.answer('unanswered');
  }, WAIT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** The leader's own, and as many of those who wait as one call may carry besides. */
function takeFrom({ waiting }: Queue, own: Carried | null): Carried[] {
  const batch = own === null ? [] : [own];
  let bytes = own?.work.bytes ?? 0;
  let count = 0;
  for (const { work } of waiting.slice(0, MAX_TOGETHER - batch.length)) {
    bytes += work.bytes;
    if (count + batch.length > 0 && bytes > MAX_BYTES) break;
    count++;
  }
  return [...batch, ...waiting.splice(0, count)];
}
