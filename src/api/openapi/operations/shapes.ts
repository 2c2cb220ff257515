/** Words that the schemas of answers are made of. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { DELIVERY_STATES } from '../../../log/contract/event-filter';
import { NOT_LET_GO } from '../../../log/contract/events';
import { withMeanings } from './meanings';

export const text: JsonSchema = { type: 'string' };
export const integer: JsonSchema = { type: 'integer' };
export const boolean: JsonSchema = { type: 'boolean' };
export const time: JsonSchema = { type: 'string', format: 'date-time' };
export const words = (...list: string[]): JsonSchema => ({ enum: list });
export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const mapOf = (additionalProperties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties,
});

/** `said('how many were sent', integer)`: a schema with what it means. */
export const said = (description: string, schema: JsonSchema): JsonSchema => ({ ...schema, description });

/** All fields are always there; `optional` ones are not. Each says what it means, itself or by its name (`meanings.ts`). */
export function object(
  properties: Record<string, JsonSchema>,
  optional: Record<string, JsonSchema> = {},
): JsonSchema {
  return {
    type: 'object',
    properties: withMeanings({ ...properties, ...optional }),
    required: Object.keys(properties),
  };
}

export const next: JsonSchema = {
  ...orNull(text),
  description: '`after` of the next page; null at the end',
};

export const delivery = {
  destination_id: text,
  delivery: words(...DELIVERY_STATES, 'redacted', ...NOT_LET_GO),
  attempts: integer,
  next_attempt_at: orNull(time),
  last_error: orNull(text),
};

export const warnings: JsonSchema = {
  ...list(object({ path: text, message: text })),
  description:
    'what was taken and is most likely a slip, as a topic pattern that matches no topic of the provider; empty for nothing',
};

export const kvCopy = {
  ...words('pending'),
  description: 'KV did not take the copy of the record yet; it is tried again every 5 s',
};
