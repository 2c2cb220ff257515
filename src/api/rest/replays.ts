/**
 * `POST /v1/webhooks/{webhook_id}/replay` and `POST …/events/{sequence}/replay`: many events sent again, or one. The webhook's
 * object does it; the answer says how many.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { fieldsOf, text } from '../../input/fields';
import type { EventStatus } from '../../log/contract/events';
import type { ReplayRequest, ReplayResult } from '../../log/contract/replays';
import { ok, type Result } from '../../result';
import { parseTopics } from '../../subscriptions/topics';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { askedOf, sequenceOf } from './addressed';

export const replays = new Hono<{ Bindings: Env }>();

const STATUSES: readonly EventStatus[] = ['accepted', 'quarantined', 'retrying', 'dead'];

const sequence = v.pipe(
  v.number('must be a whole number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'must be less than 2^53'),
);

/** `Date.parse` takes February 30 for March 1 or 2. */
function isOnCalendar(given: string): boolean {
  const [year = 0, month = 0, day = 0] = given.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** RFC 3339 with a zone, as milliseconds since 1970. */
const time = v.pipe(
  text(64),
  v.isoTimestamp('must be a time like 2026-11-20T12:00:00Z'),
  v.check(isOnCalendar, 'must be a time that exists'),
  v.transform(given => Date.parse(given)),
  v.finite('must be a time that exists'),
);

const topicPattern = v.pipe(
  text(512),
  v.check(
    given => parseTopics([given]).ok && !given.includes(','),
    'must be one topic, or a prefix before *',
  ),
);

const eventReplayEntries = {
  destination_id: v.nullish(text(64), null),
  new_id: v.nullish(v.boolean('must be true or false'), false),
};

export const eventReplaySchema = fieldsOf(eventReplayEntries);

export const replaySchema = fieldsOf({
  ...eventReplayEntries,
  from_sequence: v.nullish(sequence, null),
  to_sequence: v.nullish(sequence, null),
  since: v.nullish(time, null),
  until: v.nullish(time, null),
  status: v.nullish(v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}`), null),
  topic: v.nullish(topicPattern, null),
  dry_run: v.nullish(v.boolean('must be true or false'), false),
});

replays.post('/:webhook_id/replay', async c => {
  const request = await askedOf(c, parseReplay, { whenEmpty: {} });
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const result = await ask(() => object.replay(input));
  return result.ok ? replayed(result.value) : problem(result.error);
});

function parseReplay(given: unknown): Result<ReplayRequest, FieldError[]> {
  const input = checked(replaySchema, given);
  if (!input.ok) return input;
  const { destination_id, from_sequence, to_sequence, since, until, status, topic, new_id, dry_run } =
    input.value;
  return ok({
    destinationId: destination_id,
    fromSequence: from_sequence,
    toSequence: to_sequence,
    since,
    until,
    status,
    topic,
    newId: new_id,
    dryRun: dry_run,
  });
}

replays.post('/:webhook_id/events/:sequence/replay', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const request = await askedOf(c, given => checked(eventReplaySchema, given), { whenEmpty: {} });
  if (!request.ok) return problem(request.error);
  const { destination_id: destinationId, new_id: newId } = request.value.input;
  const result = await ask(() => request.value.object.replayEvent(sequence.value, destinationId, newId));
  return result.ok ? replayed(result.value) : problem(result.error);
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
