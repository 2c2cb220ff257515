import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ambiguityOf, repeatsKey } from '../../../src/json/ambiguity';
import { Canonical, type CanonicalMode } from '../../../src/json/canonical';
import { parseJson } from '../../../src/json/parse';
import { LIMITS } from '../../../src/limits';

function canonical(text: string, mode: CanonicalMode): string {
  const document = parseJson(new TextEncoder().encode(text));
  if (!document.ok) return document.error;
  const result = new Canonical(document.value).text(mode);
  return result.ok ? result.value : result.error;
}

describe('canonical JSON', () => {
  test.each<[string, string, string]>([
    ['{ "b": 1, "a": {"d": null, "c": "é\\u00e9\\/"} }', '{"a":{"c":"éé/","d":null},"b":1}', 'the same'],
    ['{"l":[{"b":1,"a":2}]}', '{"l":[{"b":1,"a":2}]}', '{"l":[{"a":2,"b":1}]}'],
    ['{"b":1,"10":2,"9":3}', '{"9":3,"10":2,"b":1}', 'the same'],
    ['{"b":1,"__proto__":{"z":1,"y":2}}', '{"__proto__":{"y":2,"z":1},"b":1}', 'the same'],
    ['{"toJSON":1,"a":{"toString":1}}', '{"a":{"toString":1},"toJSON":1}', 'the same'],
    ['{"a":1,"b":{"a":1}}', '{"a":1,"b":{"a":1}}', 'the same'],
    ['"x"', '"x"', 'the same'],
  ])('%s', (text, keep, recurse) => {
    expect(canonical(text, 'keep')).toBe(keep);
    expect(canonical(text, 'recurse')).toBe(recurse === 'the same' ? keep : recurse);
  });

  test.each([
    ['{"a":1,"a":1}', 'repeated_key'],
    ['{"l":[[{"b":{"a":1,"\\u0061":2}}]]}', 'repeated_key'],
    ['{"a":1.0}', 'inexact_number'],
    ['{"a":[1e3]}', 'inexact_number'],
    ['-0', 'inexact_number'],
    ['{"a":9007199254740993}', 'inexact_number'],
    ['{"a":1e999}', 'inexact_number'],
  ])('refuses %s: %s', (text, problem) => {
    for (const mode of ['keep', 'recurse'] as const) expect(canonical(text, mode)).toBe(problem);
  });

  test('accepts whatever JavaScript itself would write', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('-0'));
        expect(ambiguityOf(text, text.length)).toBeNull();
        expect(JSON.parse(canonical(text, 'recurse'))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is too deep rather than a stack overflow', () => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(new Canonical({ text, value: JSON.parse(text) }).text('recurse')).toEqual({
      ok: false,
      error: 'too_deep',
    });
  });

  test('has a limit, counted before anything is put in order', () => {
    const text = (keys: number) => `{${Array.from({ length: keys }, (_, i) => `"k${i}":true`).join(',')}}`;
    // The bracket counts too.
    expect(canonical(text(LIMITS.MAX_CANONICAL_KEYS - 1), 'keep')).toMatch(/^\{"k0":true,"k1":true/);
    expect(canonical(text(LIMITS.MAX_CANONICAL_KEYS), 'keep')).toBe('too_many_keys');
  });

  test('a repeated key is found behind an inexact number', () => {
    expect(repeatsKey('{"n":1.0,"a":1,"a":2}')).toBe(true);
    expect(repeatsKey('{"n":1.0,"a":["a","a"]}')).toBe(false);
  });
});
