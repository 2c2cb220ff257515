import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fieldsOf, oneOf, text, wholeNumber } from '../../../src/input/fields';
import { jsonSchemaOf, patchOf } from '../../../src/input/json-schema';

describe('jsonSchemaOf', () => {
  it('says what the schemas of the API accept', () => {
    const schema = fieldsOf({
      name: text(20),
      size: v.optional(wholeNumber(1, 9), 3),
      kind: v.nullish(oneOf('a', 'b'), null),
      topics: v.union([v.string(), v.array(v.string('must be text'))], 'must be text or texts'),
    });
    expect(jsonSchemaOf(schema)).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 20, pattern: '^\\P{Cc}*$' },
        size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
        kind: { anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] },
        topics: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      },
      required: ['name', 'topics'],
      additionalProperties: false,
    });
    expect(patchOf(jsonSchemaOf(fieldsOf({ size: wholeNumber(1, 9) })))).toEqual({
      type: 'object',
      properties: { size: { anyOf: [{ type: 'integer', minimum: 1, maximum: 9 }, { type: 'null' }] } },
      additionalProperties: false,
    });
  });
});
