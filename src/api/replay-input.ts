/** What can be said in a replay's body, checked. Shapes: `POST …/replay` and `POST …/events/{sequence}/replay`. */
import * as v from 'valibot';
import { type FieldError, fieldErrors } from '../input/field-errors';
import { fieldsOf, text } from '../input/fields';
import type { EventStatus, ReplayRequest } from '../log/contract';
import { err, ok, type Result } from '../result';
import { parseTopics } from '../subscriptions/topics';

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

export function parseReplay(given: unknown): Result<ReplayRequest, FieldError[]> {
  const parsed = v.safeParse(replaySchema, given);
  if (!parsed.success) return err(fieldErrors(parsed.issues));
  const { destination_id, from_sequence, to_sequence, since, until, status, topic, new_id, dry_run } =
    parsed.output;
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

export function parseEventReplay(
  given: unknown,
): Result<{ destinationId: string | null; newId: boolean }, FieldError[]> {
  const parsed = v.safeParse(eventReplaySchema, given);
  if (!parsed.success) return err(fieldErrors(parsed.issues));
  return ok({ destinationId: parsed.output.destination_id, newId: parsed.output.new_id });
}
