/** What the addresses under `/v1/webhooks` name: a webhook with its object, an event, and what is asked of them. */
import type { Context } from 'hono';
import type { FieldError } from '../../input/field-errors';
import type { WebhookObject } from '../../log/contract/webhook-object';
import { objectOf } from '../../log/stub';
import { err, ok, type Result } from '../../result';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { type Reading, readJson } from '../body';
import type { ApiError } from '../problem';
import { findWebhook } from '../webhook-operations';

/** The object of a webhook that exists: others have nothing to say. @param idText as in the address */
export async function objectFor(env: Env, idText: string): Promise<Result<WebhookObject, ApiError>> {
  const record = await findWebhook(env, idText);
  return record.ok ? ok(objectOf(env, record.value)) : record;
}

/** The number of an event, or of what else has one, in an address: 0 < number < 2^53. */
export function sequenceOf(text: string, what: 'event' | 'replay' = 'event'): Result<number, ApiError> {
  const sequence = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  if (sequence > 0 && Number.isSafeInteger(sequence)) return ok(sequence);
  return err({ reason: 'not_found', what });
}

export type Asked<T> = { record: WebhookRecord; object: WebhookObject; input: T };

/** What a request with a body asks of an existing webhook. An unknown webhook is found out before a wrong body. */
export async function askedOf<T>(
  c: Pick<Context<{ Bindings: Env }>, 'env' | 'req'>,
  parse: (given: unknown) => Result<T, FieldError[]>,
  reading: Reading = {},
): Promise<Result<Asked<T>, ApiError>> {
  const record = await findWebhook(c.env, c.req.param('webhook_id') ?? '');
  if (!record.ok) return record;
  const given = await readJson(c.req.raw, reading);
  if (!given.ok) return given;
  const input = parse(given.value);
  if (!input.ok) return err({ reason: 'invalid', errors: input.error });
  return ok({ record: record.value, object: objectOf(c.env, record.value), input: input.value });
}
