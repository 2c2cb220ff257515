import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placesOf } from '../../../src/json/places';
import { parsePointer } from '../../../src/json/pointer';
import { readSource } from '../../../src/json/source';

const keys = fc.constantFrom('a', 'b', '', '0', '1', '__proto__', 'constructor', 'a"', 'é');
const space = fc.constantFrom('', '', ' ', '\n\t');
/** JSON text with repeated keys, which no value has. */
const { json } = fc.letrec<{ json: string }>(tie => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('1', '-1.50', 'null', 'true', '"x"', '"\\"]}"', '"\\\\"', '""'),
    fc
      .array(fc.tuple(space, keys, tie('json')), { maxLength: 5 })
      .map(
        members =>
          `{${members.map(([gap, key, value]) => `${gap}${JSON.stringify(key)}${gap}:${value}${gap}`)}}`,
      ),
    fc
      .array(fc.tuple(space, tie('json')), { maxLength: 4 })
      .map(all => `[${all.map(([gap, one]) => gap + one)}]`),
  ),
}));
const paths = fc.array(fc.array(keys, { maxLength: 4 }), { minLength: 1, maxLength: 8 });

describe('several places', () => {
  test('are what looking for each of them finds', () => {
    fc.assert(
      fc.property(json, space, paths, (text, gap, wanted) => {
        const padded = gap + text + gap;
        const found = placesOf(padded, wanted).map(({ start, end, repeated }) => ({
          source: start === -1 ? '' : padded.slice(start, end),
          repeated,
        }));
        const alone = wanted.map(path => {
          const { kind, text: source, repeated } = readSource(padded, path);
          const isContainer = kind === 'object' || kind === 'array';
          return {
            source: isContainer ? expect.stringMatching(/^[[{]/) : source,
            repeated: repeated !== null,
          };
        });
        expect(found).toEqual(alone);
      }),
      { numRuns: 2000 },
    );
  });
});

test('a path is as in a pointer', () => {
  expect(placesOf('{"a/b":[7]}', [parsePointer('/a~1b/0') ?? []])).toEqual([
    { start: 8, end: 9, repeated: false },
  ]);
});
