import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/json/parse';

const bytes = (text: string) => new TextEncoder().encode(text);
const problemOf = (body: Uint8Array) => {
  const result = parseJson(body);
  return result.ok ? null : result.error;
};

describe('parseJson', () => {
  test('gives text and value', () => {
    const result = parseJson(bytes(' {"a": [1, "é"]} '));
    expect(result).toEqual({ ok: true, value: { text: ' {"a": [1, "é"]} ', value: { a: [1, 'é'] } } });
  });

  test.each([
    ['empty', bytes('')],
    ['not_json', bytes('  ')],
    ['not_json', bytes('{"a":1,}')],
    ['not_json', bytes('\ufeff\ufeff{}')],
    ['empty', bytes('\ufeff')],
    ['not_json', bytes('"\u0000"')],
    ['not_utf8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['not_utf8', Uint8Array.of(0x22, 0xc3)],
    ['not_utf8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
  ])('%s', (problem, body) => {
    expect(problemOf(body)).toBe(problem);
  });

  test('skips a byte order mark', () => {
    expect(parseJson(bytes('\ufeff{"a":1}'))).toEqual({
      ok: true,
      value: { text: '{"a":1}', value: { a: 1 } },
    });
  });

  const utf16 = (text: string, bigEndian: boolean) =>
    Uint8Array.from([...text].flatMap(c => (bigEndian ? [0, c.charCodeAt(0)] : [c.charCodeAt(0), 0])));

  test.each([
    ['utf16', Uint8Array.of(0xff, 0xfe, ...utf16('{"a":1}', false))],
    ['utf16', Uint8Array.of(0xfe, 0xff, ...utf16('{"a":1}', true))],
    ['utf16', utf16('{"a":1}', false)],
    ['utf16', utf16('[1]', true)],
    ['utf16', Uint8Array.of(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0)],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)],
    ['not_finite', bytes('{"a":NaN}')],
    ['not_finite', bytes('[1, -Infinity ,"NaN"]')],
    ['not_finite', bytes('NaN')],
    ['not_json', bytes('{"a":"NaN",}')],
    ['not_json', bytes("{'a':'NaN'}")],
    ['not_json', bytes('{"a":NaNs}')],
  ])('says what it is instead: %s %j', (problem, body) => {
    expect(problemOf(body)).toBe(problem);
  });

  test('counts levels, not brackets in strings', () => {
    expect(problemOf(bytes('['.repeat(64) + ']'.repeat(64)))).toBeNull();
    expect(problemOf(bytes('['.repeat(65) + ']'.repeat(65)))).toBe('too_deep');
    expect(problemOf(bytes(JSON.stringify('['.repeat(65))))).toBeNull();
    expect(problemOf(bytes(`{"a":${'{"a":'.repeat(64)}1${'}'.repeat(65)}`))).toBe('too_deep');
    expect(problemOf(bytes(`${'[[],[],'.repeat(30)}1${']'.repeat(30)}`))).toBeNull();
  });

  test('a mebibyte of brackets is refused without being built', () => {
    expect(problemOf(bytes('['.repeat(1024 * 1024)))).toBe('too_deep');
    expect(problemOf(bytes('{"a":'.repeat(200_000)))).toBe('too_deep');
  });

  test('a body that was not UTF-8 leaves nothing behind for the next', () => {
    expect(problemOf(Uint8Array.of(0x22, 0xe2, 0x82))).toBe('not_utf8');
    expect(parseJson(bytes('"x"'))).toEqual({ ok: true, value: { text: '"x"', value: 'x' } });
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), body => void parseJson(body)));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\1ab ') }), s => void parseJson(bytes(s))),
    );
  });
});
