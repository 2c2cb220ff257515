/** What the addresses under `/v1/webhooks` name: a webhook with its object, an event, and what is asked of them. */
import type { Context } from 'hono';
import type { FieldError } from '../../input/field-errors';
import { isObject } from '../../json/kind';
import type { WebhookObject } from '../../log/contract/webhook-object';
import { objectOf } from '../../log/stub';
import { err, ok, type Result } from '../../result';
import { destinationMeant } from '../../subscriptions/names';
import type { DestinationRecord, WebhookRecord } from '../../subscriptions/webhook';
import { type Reading, readJson } from '../body';
import type { ApiError } from '../problem';
import { findAddressed } from '../webhook-names';

/** The object of a webhook that exists: others have nothing to say. @param text its id or its name */
export async function objectFor(env: Env, text: string): Promise<Result<WebhookObject, ApiError>> {
  const record = await findAddressed(env, text);
  return record.ok ? ok(objectOf(env, record.value)) : record;
}

/** The destination that an address or a field names, by its id or its name. */
export function destinationOf(
  { destinations }: Pick<WebhookRecord, 'destinations'>,
  text: string,
): Result<DestinationRecord, ApiError> {
  const found = destinationMeant(destinations, text);
  switch (found.kind) {
    case 'one':
      return ok(found.destination);
    case 'several': {
      const ids = found.ids.join(', ');
      return err({
        reason: 'conflict',
        detail: `Several destinations have this name: give an id, one of ${ids}.`,
      });
    }
    case 'none':
      return err({ reason: 'not_found', what: 'destination', meant: found.meant });
  }
}

/** A body whose `destination_id` may be a name, with the id in its place. */
function withDestinationId(record: WebhookRecord, given: unknown): Result<unknown, ApiError> {
  if (!isObject(given) || typeof given.destination_id !== 'string') return ok(given);
  const destination = destinationOf(record, given.destination_id);
  return destination.ok ? ok({ ...given, destination_id: destination.value.id }) : destination;
}

/** The number of an event, or of what else has one, in an address: 0 < number < 2^53. */
export function sequenceOf(text: string, what: 'event' | 'replay' = 'event'): Result<number, ApiError> {
  const sequence = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  if (sequence > 0 && Number.isSafeInteger(sequence)) return ok(sequence);
  return err({ reason: 'not_found', what });
}

export type Asked<T> = { record: WebhookRecord; object: WebhookObject; input: T };

/**
 * What a request with a body asks of an existing webhook. An unknown webhook is found out before a wrong body. A `destination_id` in
 * the body may be a name; `parse` gets the id.
 */
export async function askedOf<T>(
  c: Pick<Context<{ Bindings: Env }>, 'env' | 'req'>,
  parse: (given: unknown) => Result<T, FieldError[]>,
  reading: Reading = {},
): Promise<Result<Asked<T>, ApiError>> {
  const record = await findAddressed(c.env, c.req.param('webhook_id') ?? '');
  if (!record.ok) return record;
  const given = await readJson(c.req.raw, reading);
  if (!given.ok) return given;
  const named = withDestinationId(record.value, given.value);
  if (!named.ok) return named;
  const input = parse(named.value);
  if (!input.ok) return err({ reason: 'invalid', errors: input.error });
  return ok({ record: record.value, object: objectOf(c.env, record.value), input: input.value });
}
