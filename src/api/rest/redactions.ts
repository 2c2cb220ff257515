/**
 * `DELETE /v1/webhooks/{webhook_id}/events/{sequence}/body`, `POST …/redact` and `GET …/redactions`: what one event says erased, or
 * what all events about an entity or with some values in their bodies say; and the receipts of that.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, jsonObject, position, wholeNumber } from '../../input/fields';
import { described } from '../../input/json-schema';
import { isObject } from '../../json/kind';
import { formatPointer, parsePointer } from '../../json/pointer';
import { scalarForm, textForm } from '../../json/scalar-search';
import type { RedactionRequest, RedactionResult } from '../../log/contract/redactions';
import { err, ok, type Result } from '../../result';
import { activity } from '../../subscriptions/shared-fields';
import { nextText } from '../../views/cursor';
import { redactionView, soughtView } from '../../views/redaction';
import { ask } from '../ask';
import { keyedDigest } from '../mac';
import { problem } from '../problem';
import { askedOf, objectFor, sequenceOf } from './addressed';
import { entityKeyText } from './event-filter';
import { newestFirst } from './newest-first';

export const redactions = new Hono<{ Bindings: Env }>();

const MAX_POINTERS = 10;
const MAX_VALUE_CHARACTERS = 2000;
/** Sequences that an answer names; the receipt has all. */
const SAMPLE = 20;
/** A receipt may have thousands of ranges. */
const MAX_RECEIPTS = 20;

const whole = wholeNumber(0, Number.MAX_SAFE_INTEGER);

export const redactionSchema = fieldsOf({
  entity_key: v.nullish(
    v.pipe(entityKeyText, described({ description: 'What the events are about. Instead of `body`.' })),
    null,
  ),
  body: v.nullish(
    v.pipe(
      jsonObject,
      described({
        description:
          'JSON pointers into bodies, and the text, number, `true`, `false` or `null` that stands at each of them. `*` is every ' +
          'element of a list. In a form the first token is the name of a field.',
        additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
      }),
    ),
    null,
  ),
  dry_run: v.nullish(v.pipe(activity, described({ description: 'Only count, and erase nothing.' })), false),
  after: about('Where to go on: `next` of the answer before.', v.optional(position, 0)),
  redaction_id: v.nullish(
    v.pipe(
      whole,
      described({ description: '`redaction_id` of the call before: one receipt for all of them.' }),
    ),
    null,
  ),
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
  const request = await askedOf(c, parseRedaction);
  if (!request.ok) return problem(request.error);
  const { object, record, input } = request.value;
  const sought = await soughtBy(c.env, record.id, input);
  const redacted = await ask(() => object.redactMatching({ ...input, sought }));
  if (!redacted.ok) return problem(redacted.error);
  switch (redacted.value.kind) {
    case 'ok':
      return c.json(answerOf(redacted.value, sought));
    case 'gone':
      return problem({ reason: 'not_found', what: 'webhook' });
    case 'unknown_redaction': {
      const message = 'must be that of the call before, which looked for the same';
      return problem({ reason: 'invalid', errors: [{ path: '/redaction_id', message }] });
    }
  }
});

redactions.get('/:webhook_id/redactions', async c => {
  const page = newestFirst(c.req.query(), MAX_RECEIPTS);
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const found = await ask(() => object.value.redactions(page.value.after, page.value.limit));
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { redactions: receipts, next } = found.value;
  return c.json({ redactions: receipts.map(redactionView), next: nextText(next) });
});

type Search = Omit<RedactionRequest, 'sought'>;

function parseRedaction(given: unknown): Result<Search, FieldError[]> {
  const input = checked(redactionSchema, given);
  if (!input.ok) return input;
  const { entity_key: entityKey, body, dry_run: dryRun, after, redaction_id: redactionId } = input.value;
  if ((entityKey === null) === (body === null)) {
    const message = 'must say which events: either entity_key, or body with values by their pointers';
    return err([{ path: '', message }]);
  }
  if (dryRun && redactionId !== null) {
    return err([
      { path: '/redaction_id', message: 'must be left out with dry_run, which leaves no receipt' },
    ]);
  }
  const values = body === null ? ok([]) : valuesOf(body);
  return values.ok ? ok({ entityKey, values: values.value, dryRun, after, redactionId }) : values;
}

/** The values in the order of their pointers, so that the same search has one receipt. Errors show no value. */
function valuesOf(body: Record<string, unknown>): Result<[pointer: string, scalar: string][], FieldError[]> {
  const pointers = Object.keys(body).sort();
  if (pointers.length > MAX_POINTERS) {
    return err([{ path: '/body', message: `must have at most ${MAX_POINTERS} pointers` }]);
  }
  const errors: FieldError[] = [];
  const values: [string, string][] = [];
  for (const pointer of pointers) {
    const at = `/body${formatPointer([pointer.slice(0, 60)])}`;
    const form = formOf(body[pointer]);
    if (pointer === '' || parsePointer(pointer) === null) {
      errors.push({ path: at, message: 'must be named by a JSON pointer, like /customer/email' });
    } else if (form === null) {
      const message = `must be text of at most ${MAX_VALUE_CHARACTERS} characters, a number below 2^53, true, false or null`;
      errors.push({ path: at, message });
    } else values.push([pointer, form]);
  }
  if (pointers.length === 0) errors.push({ path: '/body', message: 'must have a pointer and its value' });
  return errors.length > 0 ? err(errors) : ok(values);
}

/** The form in which a value is compared; null for what is no scalar, or may have been rounded when the request was read. */
function formOf(value: unknown): string | null {
  if (typeof value === 'string') return value.length <= MAX_VALUE_CHARACTERS ? textForm(value) : null;
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return null;
  if (value === undefined || isObject(value) || Array.isArray(value)) return null;
  return scalarForm(JSON.stringify(value));
}

/** What was looked for, as the receipt has it: digests that only this deployment can make, so that nobody guesses addresses by it. */
async function soughtBy(
  env: Env,
  webhookId: number,
  { entityKey, values }: Search,
): Promise<RedactionRequest['sought']> {
  const digest = async (place: string, value: string): Promise<string> =>
    (await keyedDigest(env, 'redaction v1', `${webhookId}\n${place}\n${value}`)).toHex();
  if (entityKey !== null) return { entityKey: await digest('entity_key', entityKey) };
  const digests = values.map(async ([pointer, form]) => [pointer, await digest(pointer, form)] as const);
  return { body: Object.fromEntries(await Promise.all(digests)) };
}

function answerOf(
  {
    redactionId,
    count,
    events,
    unsearched,
    capturedRequests,
    next,
  }: Extract<RedactionResult, { kind: 'ok' }>,
  sought: RedactionRequest['sought'],
) {
  return {
    ...{ redaction_id: redactionId, sought: soughtView(sought), count },
    sample: events.flatMap(([from, to]) => range(from, Math.min(to, from + SAMPLE))).slice(0, SAMPLE),
    unsearched: unsearched.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    unsearched_sample: unsearched
      .flatMap(([from, to]) => range(from, Math.min(to, from + SAMPLE)))
      .slice(0, SAMPLE),
    ...{ captured_requests: capturedRequests, next: nextText(next) },
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
