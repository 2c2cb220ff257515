/**
 * Appends to one webhook that travel together: under load, calls to its object cost more than what they carry.
 *
 * A few calls are under way per webhook and isolate, each made by one request, its leader. Whoever comes meanwhile waits
 * for the next call, which a leader makes after its own, also when it has been answered already. Requests share plain
 * data only: each waits for a promise of its own, which the runtime continues in the request that made it (compatibility
 * flag `handle_cross_request_promise_resolution`, https://github.com/cloudflare/workerd/pull/2719).
 *
 * Nobody depends on another: who gets no answer in time, because its leader was cut off or the object is slow, makes a
 * call of its own. A second append of an event is recognised by the log.
 */
import type { AppendRequest, AppendResult } from '../log/contract/append';

/** Calls under way before requests wait for each other: where the object is far, few wait for an answer to others. */
const MAX_CALLS = 4;
const MAX_TOGETHER = 64;
const MAX_BYTES = 1024 * 1024;
/** Calls that a leader makes for others: its own request pays for them. */
const MAX_ROUNDS = 4;
/** How long a request waits to be taken along, and then for the answer. */
const WAIT_MS = 2000;
const ANSWER_MS = 5000;

/** Null: the event could not be stored. `unanswered`: nobody knows, and another call may store it. */
export type Answer = AppendResult | null | 'unanswered';
type Waiting = { request: AppendRequest; answer: (answer: Answer) => void };
type Line = { calls: number; waiting: Waiting[] };

export type Calls = {
  /** Appends in one call to the object; answers in their order. Never rejects. */
  send: (requests: AppendRequest[]) => Promise<Answer[]>;
  /** Keeps the request's context alive until the promise has settled. */
  waitUntil: (promise: Promise<unknown>) => void;
};

const lines = new Map<number, Line>();

/** Appends with others or alone, in the context of the request that `calls` belongs to. Never rejects. */
export function appendTogether(webhookId: number, request: AppendRequest, calls: Calls): Promise<Answer> {
  const line = lines.get(webhookId) ?? { calls: 0, waiting: [] };
  lines.set(webhookId, line);
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const own = { request, answer: resolve };
  if (line.calls < MAX_CALLS) {
    calls.waitUntil(lead(webhookId, line, own, calls.send));
    return promise;
  }
  line.waiting.push(own);
  void losePatience(webhookId, line, own);
  // A request whose client has gone is still there when it is answered.
  calls.waitUntil(promise);
  return promise;
}

/** Makes a call with `own` and those who wait, and a few more while somebody does. */
async function lead(webhookId: number, line: Line, own: Waiting, send: Calls['send']): Promise<void> {
  line.calls++;
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    const batch = takeFrom(line, round === 0 ? [own] : []);
    if (batch.length === 0) break;
    const answers = await send(batch.map(one => one.request));
    for (const [index, { answer }] of batch.entries()) {
      const { [index]: result = 'unanswered' } = answers;
      answer(result);
    }
  }
  line.calls--;
  if (line.calls > 0) return;
  if (lines.get(webhookId) === line) lines.delete(webhookId);
  for (const { answer } of line.waiting.splice(0)) answer('unanswered');
}

/** Ends the wait of a request that nobody takes along, or whose call is lost. What it waits for ends with its request. */
async function losePatience(webhookId: number, line: Line, own: Waiting): Promise<void> {
  await scheduler.wait(WAIT_MS);
  const place = line.waiting.indexOf(own);
  if (place >= 0) {
    // Its leaders are gone: whoever comes now does not wait for them.
    if (lines.get(webhookId) === line) lines.delete(webhookId);
    line.waiting.splice(place, 1);
  } else await scheduler.wait(ANSWER_MS);
  own.answer('unanswered');
}

/** `first`, and as many of those who wait as one call may carry besides. */
function takeFrom({ waiting }: Line, first: readonly Waiting[]): Waiting[] {
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
