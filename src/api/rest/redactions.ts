/**
 * `DELETE /v1/webhooks/{webhook_id}/events/{sequence}/body` and `POST …/redact`: the body of one event erased, and those of
 * all events about one entity.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import { about, fieldsOf, position, text } from '../../input/fields';
import { nextText } from '../../views/cursor';
import { ask } from '../ask';
import { problem } from '../problem';
import { askedOf, objectFor, sequenceOf } from './addressed';

export const redactions = new Hono<{ Bindings: Env }>();

export const redactionSchema = fieldsOf({
  entity_key: about('What the events are about, as `entity_keys` of an event say it.', text(1024)),
  after: about('Where to go on: `next` of the answer before.', v.optional(position, 0)),
});

redactions.delete('/:webhook_id/events/:sequence/body', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const redacted = await ask(() => object.value.redact(sequence.value));
  if (!redacted.ok) return problem(redacted.error);
  return redacted.value ? c.body(null, 204) : problem({ reason: 'not_found', what: 'event' });
});

redactions.post('/:webhook_id/redact', async c => {
  const request = await askedOf(c, given => checked(redactionSchema, given));
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const redacted = await ask(() => object.redactEntity(input.entity_key, input.after));
  if (!redacted.ok) return problem(redacted.error);
  const { count, next } = redacted.value;
  return c.json({ count, next: nextText(next) });
});
