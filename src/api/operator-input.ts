/** The bodies of what an operator does by hand: close a gap, add an event, erase an entity, send a sample. Checked. */
import * as v from 'valibot';
import { type FieldError, fieldErrors } from '../input/field-errors';
import { fieldsOf, jsonObject, text, wholeNumber } from '../input/fields';
import { LIMITS } from '../limits';
import type { GapResolution } from '../log/contract';
import { err, ok, type Result } from '../result';

const incrementId = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export const resolutionSchema = fieldsOf({
  from: incrementId,
  to: incrementId,
  epoch: v.nullish(incrementId, null),
  note: v.nullish(text(500), null),
});

export function parseResolution(given: unknown): Result<GapResolution, FieldError[]> {
  const parsed = v.safeParse(resolutionSchema, given);
  if (!parsed.success) return err(fieldErrors(parsed.issues));
  if (parsed.output.to < parsed.output.from) {
    return err([{ path: '/to', message: 'must not be less than from' }]);
  }
  return ok(parsed.output);
}

const headerMessage = 'must be an object of texts, header names in it';

export const addedEventSchema = fieldsOf({
  body: v.nullish(v.string('must be text'), null),
  body_base64: v.nullish(v.string('must be text'), null),
  headers: v.optional(
    v.pipe(
      jsonObject,
      v.record(
        v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, headerMessage)),
        v.pipe(v.string(headerMessage), v.regex(/^[\t\x20-\x7e]{0,4096}$/, headerMessage)),
        headerMessage,
      ),
    ),
    {},
  ),
  query: v.optional(
    v.pipe(v.string('must be text'), v.maxLength(4096, 'must be at most 4096 characters')),
    '',
  ),
});

export type AddedEvent = { body: Uint8Array; headers: Headers; query: string };

export function parseAddedEvent(given: unknown): Result<AddedEvent, FieldError[]> {
  const parsed = v.safeParse(addedEventSchema, given);
  if (!parsed.success) return err(fieldErrors(parsed.issues));
  const { body, body_base64, headers, query } = parsed.output;
  if ((body === null) === (body_base64 === null)) {
    return err([{ path: '/body', message: 'is required, as text in body or as bytes in body_base64' }]);
  }
  const bytes = body === null ? fromBase64(body_base64 ?? '') : new TextEncoder().encode(body);
  if (bytes === null) return err([{ path: '/body_base64', message: 'must be base64' }]);
  if (bytes.byteLength > LIMITS.MAX_BODY_BYTES) {
    return err([{ path: '/body', message: `must be at most ${LIMITS.MAX_BODY_BYTES} bytes` }]);
  }
  return ok({ body: bytes, headers: new Headers(headers), query: query.replace(/^\?/, '') });
}

function fromBase64(encoded: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(encoded);
  } catch {
    return null;
  }
}

export const redactionSchema = fieldsOf({
  entity_key: text(1024),
  after: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
});

export function parseRedaction(given: unknown): Result<v.InferOutput<typeof redactionSchema>, FieldError[]> {
  const parsed = v.safeParse(redactionSchema, given);
  return parsed.success ? ok(parsed.output) : err(fieldErrors(parsed.issues));
}

export const testSchema = fieldsOf({
  topic: v.nullish(text(LIMITS.MAX_TOPIC_BYTES), null),
  increment_id: v.nullish(incrementId, null),
});

export function parseTest(given: unknown): Result<v.InferOutput<typeof testSchema>, FieldError[]> {
  const parsed = v.safeParse(testSchema, given);
  return parsed.success ? ok(parsed.output) : err(fieldErrors(parsed.issues));
}
