/** `/v1/webhooks/{webhook_id}/…`: events sent again, and bodies erased. The object does both. */
import { Hono } from 'hono';
import type { ReplayResult } from '../log/contract';
import { readJson } from './body';
import { objectFor, sequenceOf } from './events';
import { ask } from './manage';
import { type ApiError, problem } from './problem';
import { parseEventReplay, parseReplay } from './replay-input';

export const replays = new Hono<{ Bindings: Env }>();

replays.post('/:webhook_id/replay', async c => {
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const given = await readJson(c.req.raw, { whenEmpty: {} });
  if (!given.ok) return problem(given.error);
  const request = parseReplay(given.value);
  if (!request.ok) return problem({ reason: 'invalid', errors: request.error });
  const result = await ask(() => object.value.replay(request.value));
  return result.ok ? replayed(result.value) : problem(result.error);
});

replays.post('/:webhook_id/events/:sequence/replay', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const given = await readJson(c.req.raw, { whenEmpty: {} });
  if (!given.ok) return problem(given.error);
  const request = parseEventReplay(given.value);
  if (!request.ok) return problem({ reason: 'invalid', errors: request.error });
  const { destinationId, newId } = request.value;
  const result = await ask(() => object.value.replayEvent(sequence.value, destinationId, newId));
  return result.ok ? replayed(result.value) : problem(result.error);
});

replays.delete('/:webhook_id/events/:sequence/body', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const redacted = await ask(() => object.value.redact(sequence.value));
  if (!redacted.ok) return problem(redacted.error);
  return redacted.value ? c.body(null, 204) : problem({ reason: 'not_found', what: 'event' });
});

function replayed(result: ReplayResult): Response {
  return result.kind === 'ok' ? Response.json({ count: result.count }) : problem(errorOf(result));
}

function errorOf(result: Exclude<ReplayResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unknown_destination':
      return { reason: 'not_found', what: 'destination' };
    case 'unknown_event':
      return { reason: 'not_found', what: 'event' };
    case 'redacted':
      return { reason: 'conflict', detail: 'The body of this event was erased.' };
    case 'not_forwarded':
      return { reason: 'conflict', detail: 'The event is not forwarded yet; release it instead.' };
  }
}
