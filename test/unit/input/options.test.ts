import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { checked } from '../../../src/input/checked';
import { fieldsOf, text, wholeNumber } from '../../../src/input/fields';
import {
  answersOf,
  convertedOption,
  option,
  optionDefaults,
  optionEntries,
  shownOptions,
  storedOptions,
} from '../../../src/input/options';

const TABLE = {
  address: option('address', text(20)),
  maxSize: option('max_size', v.optional(wholeNumber(1, 9), 3)),
  isOpen: convertedOption('is_open', v.optional(v.picklist(['yes', 'no']), 'yes'), {
    store: given => given === 'yes',
    show: stored => (stored ? 'yes' : 'no'),
  }),
  waits: convertedOption('wait', v.nullish(fieldsOf({ seconds: v.array(wholeNumber(1, 60)) }), null), {
    store: given => given?.seconds ?? [],
    show: seconds => ({ seconds }),
  }),
};
const schema = fieldsOf(optionEntries(TABLE));
const storedOf = (given: object) => {
  const input = checked(schema, given);
  if (!input.ok) throw new Error(JSON.stringify(input.error));
  return storedOptions(TABLE, input.value);
};

describe('a table of options', () => {
  it('makes stored options of what is given, with defaults', () => {
    expect(storedOf({ address: 'a', is_open: 'no', wait: { seconds: [5] } })).toEqual({
      ...{ address: 'a', maxSize: 3, isOpen: false },
      waits: [5],
    });
    expect(checked(schema, { max_size: 10 })).toMatchObject({
      error: [{ path: '/address' }, { path: '/max_size' }],
    });
  });

  it('shows them as they are given: what was shown can be given back', () => {
    const stored = storedOf({ address: 'a', max_size: 5, wait: { seconds: [1, 2] } });
    const shown = shownOptions(TABLE, stored);
    expect(shown).toEqual({ address: 'a', max_size: 5, is_open: 'yes', wait: { seconds: [1, 2] } });
    expect(storedOf(shown)).toEqual(stored);
  });

  it('knows the defaults of all that may be left out', () => {
    expect(optionDefaults(TABLE)).toEqual({ maxSize: 3, isOpen: true, waits: [] });
    expect(storedOf({ address: 'a' })).toEqual({ address: 'a', ...optionDefaults(TABLE) });
  });

  it('describes answers without the bounds of the input', () => {
    expect(answersOf(TABLE)).toEqual({
      address: { type: 'string' },
      max_size: { type: 'integer' },
      is_open: { enum: ['yes', 'no'] },
      wait: {
        anyOf: [
          {
            type: 'object',
            properties: { seconds: { type: 'array', items: { type: 'integer' } } },
            required: ['seconds'],
          },
          { type: 'null' },
        ],
      },
    });
  });
});
