/**
 * An event's way from the edge into its webhook's object: in one call with others or alone, and once more where that is
 * safe.
 *
 * Worker and object may be of different releases while one is deployed: an object that does not know of several appends
 * in one call gets them one by one.
 */
import { errorName } from '../error-name';
import type { AppendRequest, AppendResult } from '../log/contract/append';
import type { WebhookObject } from '../log/contract/webhook-object';
import { type Answer, appendTogether } from './shared-appends';

/** Calls of its own that a request makes where the one it shared came to nothing. */
const MAX_OWN_CALLS = 2;

type Appending = Pick<WebhookObject, 'append' | 'appendAll'>;

/**
 * Null when the object could not be reached or could not store the event. `object` is asked for every call: a stub
 * that threw is broken.
 */
export async function append(
  object: () => Appending,
  waitUntil: (promise: Promise<unknown>) => void,
  id: number,
  request: AppendRequest,
): Promise<AppendResult | null> {
  const send = (requests: AppendRequest[]): Promise<Answer[]> => call(object, id, requests);
  let answer = await appendTogether(id, request, { send, waitUntil });
  for (let calls = 0; answer === 'unanswered' && calls < MAX_OWN_CALLS; calls++) {
    [answer = 'unanswered'] = await send([request]);
  }
  return answer === 'unanswered' ? null : answer;
}

/** Never rejects: one answer for all that were in a call which failed as a whole. */
async function call(object: () => Appending, id: number, requests: AppendRequest[]): Promise<Answer[]> {
  const [first] = requests;
  try {
    return requests.length === 1 && first !== undefined
      ? [await object().append(first)]
      : await object().appendAll(requests);
  } catch (error) {
    const again = mayBeTriedAgain(error);
    const name = errorName(error);
    console.error({ event: 'append_failed', webhook_id: id, name, events: requests.length, again });
    return requests.map(() => (again ? 'unanswered' : null));
  }
}

/** Of errors that the runtime calls retryable: appends are safe to repeat, because duplicates are recognised. */
function mayBeTriedAgain(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // What an object of an earlier release says about `appendAll`.
  if (error instanceof TypeError && error.message.includes('does not implement')) return true;
  const overloaded = 'overloaded' in error && error.overloaded === true;
  return 'retryable' in error && error.retryable === true && !overloaded;
}
