/** Values are found whatever their spelling, and nothing else is. */
import { describe, expect, it } from 'vitest';
import { parsePointer } from '../../../src/json/pointer';
import { hasScalar, scalarForm } from '../../../src/json/scalar-search';

const has = (text: string, pointer: string, value: string) =>
  hasScalar(text, parsePointer(pointer) ?? [], scalarForm(value));

describe('a scalar', () => {
  it.each([
    ['{"a":{"b":"jane@example.com"}}', '/a/b', '"jane@example.com"', true],
    ['{"a":{"b":"jane\\u0040example\\u002ecom"}}', '/a/b', '"jane@example.com"', true],
    ['{"a":{"b":"Jane@example.com"}}', '/a/b', '"jane@example.com"', false],
    ['{"a":{"b":"jane@example.com"}}', '/a', '"jane@example.com"', false],
    ['{"a":{"b":"jane@example.com"}}', '/b', '"jane@example.com"', false],
    [' { "a" : [ 1 , { "b" : "x" } ] } ', '/a/1/b', '"x"', true],
    ['{"a":[1,2,3]}', '/a/2', '3', true],
    ['{"a":[1,2,3]}', '/a/1', '3', false],
    ['{"a":[1,2,3]}', '/a/*', '3', true],
    ['{"a":[{"b":1},{"b":[2,3]}]}', '/a/*/b/*', '3', true],
    ['{"a":[[],{},"x"]}', '/a/*', '"x"', true],
    ['{"a":{"*":"x","y":"z"}}', '/a/*', '"x"', true],
    ['{"a":{"*":"x","y":"z"}}', '/a/*', '"z"', false],
    ['{"a/b":{"~":1}}', '/a~1b/~0', '1', true],
    ['"x"', '', '"x"', true],
    ['{"a":null,"b":true}', '/a', 'null', true],
    ['{"a":null,"b":true}', '/b', 'false', false],
    ['{}', '/a', 'null', false],
  ])('in %s at %s: %s is there: %s', (text, pointer, value, expected) => {
    expect(has(text, pointer, value)).toBe(expected);
  });

  it('under a key that is given twice is found in both places', () => {
    const text = '{"a":{"b":"x"},"a":{"b":"y"}}';
    expect(['"x"', '"y"', '"z"'].map(value => has(text, '/a/b', value))).toEqual([true, true, false]);
  });
});

describe('numbers', () => {
  it.each([
    ['5', '5.0'],
    ['5', '50e-1'],
    ['500', '5E+2'],
    ['-0.50', '-5e-1'],
    ['0', '-0.00e7'],
    ['9007199254740993', '9007199254740993.0'],
  ])('%s and %s are the same', (one, other) => {
    expect(scalarForm(one)).toBe(scalarForm(other));
  });

  it.each([
    ['5', '-5'],
    ['5', '50'],
    ['9007199254740993', '9007199254740992'],
    ['5', '"5"'],
    ['0.1', '0.10000000000000001'],
  ])('%s and %s are not', (one, other) => {
    expect(scalarForm(one)).not.toBe(scalarForm(other));
  });

  it('of many zeros take no time', () => {
    // Half a million squared takes minutes.
    const began = Date.now();
    expect(scalarForm(`1${'0'.repeat(500_000)}1`)).not.toBe('1');
    expect(Date.now() - began).toBeLessThan(20_000);
  });
});
