/**
 * `GET /v1/webhooks/{webhook_id}/destinations` and `…/{destination_id}`: destinations without their secrets. Their tag is that of
 * the webhook, of whose record they are a part.
 */
import { Hono } from 'hono';
import { etagOf } from '../preconditions';
import { problem } from '../problem';
import { findWebhook } from '../webhook-operations';
import { destinationView } from './destinations';

export const destinationList = new Hono<{ Bindings: Env }>();

destinationList.get('/:webhook_id/destinations', async c => {
  const record = await findWebhook(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const { version, destinations } = record.value;
  return c.json({ destinations: destinations.map(destinationView) }, 200, { ETag: etagOf(version) });
});

destinationList.get('/:webhook_id/destinations/:destination_id', async c => {
  const record = await findWebhook(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const { version, destinations } = record.value;
  const found = destinations.find(({ id }) => id === c.req.param('destination_id'));
  return found === undefined
    ? problem({ reason: 'not_found', what: 'destination' })
    : c.json(destinationView(found), 200, { ETag: etagOf(version) });
});
