/**
 * Appends an event to its webhook's object: in a call shared with other requests or in one of its own, and repeated
 * where that is safe.
 *
 * While a release is deployed, the object may still be of the one before and not know `appendAll`. It then gets the
 * events one by one.
 */
import { logCallFailure } from '../call-failure';
import type { AppendRequest } from '../log/contract/append';
import type { WebhookObject } from '../log/contract/webhook-object';
import { refusesAll, storageRefusal } from '../storage-refusal';
import type { Work } from './prepare';
import { type Answer, appendTogether } from './shared-appends';

/** Calls of its own that a request makes when the shared one gave it no answer. */
const MAX_OWN_CALLS = 2;

type Appending = Pick<WebhookObject, 'append' | 'appendAll'>;

/** `no_event`: the request brings none. Null when the object could not be reached or could not store the event. */
type Appended = Exclude<Answer, 'unanswered' | { kind: 'broken' }>;

/**
 * @param object gives a new stub for every call, because a stub that threw is broken
 * @param id the webhook's
 */
export async function append(
  object: () => Appending,
  waitUntil: (promise: Promise<unknown>) => void,
  id: number,
  work: Work,
): Promise<Appended> {
  const send = (requests: AppendRequest[]): Promise<Answer[]> => call(object, id, requests);
  let own = work;
  if (!work.isShort) {
    const prepared = await work.prepare();
    if (prepared.kind === 'no_event') return prepared;
    // A packed body has become larger. What took long is not done again when a call is repeated.
    const bytes = prepared.request.event.body.byteLength;
    own = { ...work, bytes, prepare: () => Promise.resolve(prepared) };
  }
  let answer = await appendTogether(id, own, { send, waitUntil });
  for (let calls = 0; answer === 'unanswered' && calls < MAX_OWN_CALLS; calls++) {
    const prepared = await own.prepare();
    if (prepared.kind === 'no_event') return prepared;
    [answer = 'unanswered'] = await send([prepared.request]);
  }
  if (answer === 'unanswered') return null;
  // A fault of ours. It is thrown in the request that it belongs to, which answers and logs it.
  if (answer?.kind === 'broken') throw answer.error;
  return answer;
}

/** Never rejects. When a call fails as a whole, all of its requests get the same answer. */
async function call(object: () => Appending, id: number, requests: AppendRequest[]): Promise<Answer[]> {
  const [first] = requests;
  try {
    return requests.length === 1 && first !== undefined
      ? [await object().append(first)]
      : await object().appendAll(requests);
  } catch (error) {
    const refused = storageRefusal(error);
    // The runtime ended the object over it, which has logged it.
    if (refusesAll(refused)) return requests.map(() => ({ kind: 'overloaded', refused }));
    const again = mayBeTriedAgain(error);
    logCallFailure('append', error, { webhook_id: id, events: requests.length, again });
    return requests.map(() => (again ? 'unanswered' : null));
  }
}

/** Whether the runtime says that the call may be repeated. A repeated append is recognised as a duplicate. */
function mayBeTriedAgain(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // The message of an object of an earlier release that has no `appendAll`.
  if (error instanceof TypeError && error.message.includes('does not implement')) return true;
  const overloaded = 'overloaded' in error && error.overloaded === true;
  return 'retryable' in error && error.retryable === true && !overloaded;
}
