/**
 * Appends to one webhook that travel together: under load, calls to its object cost more than what they carry.
 *
 * A few calls are under way per webhook and isolate, each made by one request, its leader. Whoever comes meanwhile waits
 * for the next call, which a leader makes after its own, also when it has been answered already. Requests share plain
 * data only: each waits for a promise of its own, which the runtime continues in the request that made it (compatibility
 * flag `handle_cross_request_promise_resolution`, https://github.com/cloudflare/workerd/pull/2719). Nobody depends on another: who gets no
 * answer in time, because its leader was cut off or the object is slow, makes a call of its own. A second append of an
 * event is recognised by the log.
 */
import type { AppendRequest, AppendResult } from '../log/contract';

/** Calls under way before requests wait for each other: where the object is far, few wait for an answer to others. */
const MAX_CALLS = 4;
const MAX_TOGETHER = 64;
const MAX_BYTES = 1024 * 1024;
/** Calls that a leader makes for others: its own request pays for them. */
const MAX_ROUNDS = 4;
/** How long a request relies on another's call. */
const PATIENCE_MS = 2000;

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
export async function appendTogether(
  webhookId: number,
  request: AppendRequest,
  calls: Calls,
): Promise<Answer> {
  const line = lines.get(webhookId) ?? { calls: 0, waiting: [] };
  lines.set(webhookId, line);
  if (line.calls < MAX_CALLS) return lead(webhookId, line, request, calls);
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const waiting = { request, answer: resolve };
  line.waiting.push(waiting);
  // Ends with its request, so nobody has to cancel it.
  void scheduler.wait(PATIENCE_MS).then(() => {
    // Its leaders are gone, or the object is slow: whoever comes now does not wait for them.
    if (lines.get(webhookId) === line) lines.delete(webhookId);
    const place = line.waiting.indexOf(waiting);
    if (place >= 0) line.waiting.splice(place, 1);
    resolve('unanswered');
  });
  // A request whose client has gone is still there when it is answered.
  calls.waitUntil(promise);
  return promise;
}

function lead(
  webhookId: number,
  line: Line,
  request: AppendRequest,
  { send, waitUntil }: Calls,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  line.calls++;
  const serve = async (): Promise<void> => {
    for (let round = 0; round <= MAX_ROUNDS; round++) {
      const batch = takeFrom(line);
      if (round === 0) batch.unshift({ request, answer: resolve });
      if (batch.length === 0) break;
      const answers = await send(batch.map(one => one.request));
      for (const [index, { answer }] of batch.entries()) {
        const { [index]: own = 'unanswered' } = answers;
        answer(own);
      }
    }
    line.calls--;
    if (line.calls > 0) return;
    if (lines.get(webhookId) === line) lines.delete(webhookId);
    for (const { answer } of line.waiting.splice(0)) answer('unanswered');
  };
  waitUntil(serve());
  return promise;
}

/** As many of those who wait as one call may carry. */
function takeFrom({ waiting }: Line): Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const { request } of waiting.slice(0, MAX_TOGETHER)) {
    bytes += request.event.body.byteLength;
    if (count > 0 && bytes > MAX_BYTES) break;
    count++;
  }
  return waiting.splice(0, count);
}
