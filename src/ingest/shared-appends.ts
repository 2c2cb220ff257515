/**
 * Several requests of one isolate append to one webhook in a single call, because under load a call to the object costs
 * more than what it carries.
 *
 * Up to four calls run at once; later requests join the next call. The request that makes a call is its leader. When a
 * leader's own event has been answered, it goes on making calls for the requests that wait, up to a limit.
 *
 * Requests share plain data only. Each waits for a promise of its own, which the runtime continues in the request that
 * made it (compatibility flag `handle_cross_request_promise_resolution`,
 * https://github.com/cloudflare/workerd/pull/2719).
 *
 * A request that gets no answer in time, because its leader was cut off or the object is slow, makes a call of its own.
 * An event that is appended twice this way is recognised by the log.
 */
import type { AppendRequest, AppendResult } from '../log/contract/append';

/** Calls that run at once before requests wait for each other. Several, as each takes long where the object is far away. */
const MAX_CALLS = 4;
/** Appends in one call. */
const MAX_TOGETHER = 64;
/** Bytes of bodies in one call; a single larger body goes alone. */
const MAX_BYTES = 1024 * 1024;
/** Calls that a leader makes for others after its own. Limited, because its own request is charged for them. */
const MAX_CALLS_FOR_OTHERS = 4;
/** How long a request waits to join a call, and then for the answer. */
const WAIT_MS = 2000;
const ANSWER_MS = 5000;

/** Null: the event could not be stored. `unanswered`: nobody knows, and another call may store it. */
export type Answer = AppendResult | null | 'unanswered';
type Waiting = { request: AppendRequest; answer: (answer: Answer) => void };
/** The requests of this isolate to one webhook: how many of its calls run, and who waits for the next. */
type Queue = { calls: number; waiting: Waiting[] };

/** How a request calls the object and stays alive meanwhile. */
type Caller = {
  /** Appends in one call to the object; answers in their order. Never rejects. */
  send: (requests: AppendRequest[]) => Promise<Answer[]>;
  /** Keeps the request's context alive until the promise has settled. */
  waitUntil: (promise: Promise<unknown>) => void;
};

/** By webhook; only those with calls that run. */
const queues = new Map<number, Queue>();

/** Appends with others or alone, in the context of the request that `caller` belongs to. Never rejects. */
export function appendTogether(webhookId: number, request: AppendRequest, caller: Caller): Promise<Answer> {
  const queue = queues.get(webhookId) ?? { calls: 0, waiting: [] };
  queues.set(webhookId, queue);
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const own = { request, answer: resolve };
  if (queue.calls < MAX_CALLS) {
    caller.waitUntil(lead(webhookId, queue, own, caller.send));
    return promise;
  }
  queue.waiting.push(own);
  // Keeps the request alive until it is answered, even when its client has gone.
  caller.waitUntil(promise);
  return inTime(webhookId, queue, own, promise);
}

/** Makes a call with `own` and those who wait, and then a few more calls while somebody waits. */
async function lead(webhookId: number, queue: Queue, own: Waiting, send: Caller['send']): Promise<void> {
  queue.calls++;
  for (let made = 0; made <= MAX_CALLS_FOR_OTHERS; made++) {
    const batch = takeFrom(queue, made === 0 ? [own] : []);
    if (batch.length === 0) break;
    const answers = await send(batch.map(one => one.request));
    for (const [index, { answer }] of batch.entries()) {
      const { [index]: result = 'unanswered' } = answers;
      answer(result);
    }
  }
  queue.calls--;
  if (queue.calls > 0) return;
  if (queues.get(webhookId) === queue) queues.delete(webhookId);
  // The last leader is done: who still waits makes a call of its own.
  for (const { answer } of queue.waiting.splice(0)) answer('unanswered');
}

/** Its answer, or `unanswered` where no call takes it along in time, or the call is lost. */
async function inTime(
  webhookId: number,
  queue: Queue,
  own: Waiting,
  promise: Promise<Answer>,
): Promise<Answer> {
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

/** `first`, and as many of those who wait as one call may carry besides. */
function takeFrom({ waiting }: Queue, first: readonly Waiting[]): Waiting[] {
  let bytes = 0;
  for (const { request } of first) bytes += request.event.body.byteLength;
  let count = 0;
  for (const { request } of waiting.slice(0, MAX_TOGETHER - first.length)) {
    bytes += request.event.body.byteLength;
    if (count + first.length > 0 && bytes > MAX_BYTES) break;
    count++;
  }
  return [...first, ...waiting.splice(0, count)];
}
