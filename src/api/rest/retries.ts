/** `POST /v1/webhooks/{webhook_id}/destinations/{destination_id}/retry`: sends what waits for a destination now. */
import { Hono } from 'hono';
import { checked } from '../../input/checked';
import { fieldsOf } from '../../input/fields';
import type { RetryResult } from '../../log/contract/replays';
import { timeOrNull } from '../../time';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { askedOf, destinationOf } from './addressed';

export const retries = new Hono<{ Bindings: Env }>();

/** There is nothing to say besides the address. */
export const retrySchema = fieldsOf({});

retries.post('/:webhook_id/destinations/:destination_id/retry', async c => {
  const request = await askedOf(c, given => checked(retrySchema, given), { whenEmpty: {} });
  if (!request.ok) return problem(request.error);
  const { record, object } = request.value;
  const destination = destinationOf(record, c.req.param('destination_id'));
  if (!destination.ok) return problem(destination.error);
  const result = await ask(() => object.retry(destination.value.id));
  if (!result.ok) return problem(result.error);
  return result.value.kind === 'ok' ? c.json(retryView(result.value)) : problem(errorOf(result.value));
});

const retryView = ({ waiting, more, nextAttemptAt }: Extract<RetryResult, { kind: 'ok' }>) => ({
  waiting,
  more,
  next_attempt_at: timeOrNull(nextAttemptAt),
});

function errorOf(result: Exclude<RetryResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unknown_destination':
      return { reason: 'not_found', what: 'destination' };
    case 'paused':
      return {
        reason: 'conflict',
        detail: 'The destination is paused. PATCH it with {"is_active": true}: that sends what waits.',
      };
  }
}
