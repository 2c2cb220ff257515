import { describe, expect, test } from 'vitest';
import { compileTemplate, expandTemplate } from '../../../src/signature/message';
import { type Reference, RequestView } from '../../../src/signature/request-view';
import { requestOf } from '../../support/signed-request';

const encode = (text: string) => new TextEncoder().encode(text);

function expand(source: string, body: Uint8Array, timestamp: string | null = null): Uint8Array | string {
  const template = compileTemplate(source);
  if (!template.ok) return template.error;
  const bytes = expandTemplate(template.value, new RequestView(requestOf({ body })), {
    element: null,
    timestamp,
    signatureFields: [],
  });
  return bytes.ok ? bytes.value : bytes.error;
}

describe('templates', () => {
  test.each([
    ['{body}', '{"a":1}', '{"a":1}'],
    ['v0:{ts}:{body}', 'x', 'v0:17:x'],
    ['{json:/a}.{json:/b/0}', '{"a":9007199254740993,"b":["q\\u00e9"]}', '9007199254740993.qé'],
    ['{json:/a}', '{"a":true}', 'true'],
    ['{json:/a~1b}', '{"a/b":1.0}', '1.0'],
    ['{cjson:keep}', '{ "b":[{"d":1,"c":2}], "a":1 }', '{"a":1,"b":[{"d":1,"c":2}]}'],
    ['{cjson:recurse}', '{ "b":[{"d":1,"c":2}], "a":1 }', '{"a":1,"b":[{"c":2,"d":1}]}'],
  ])('%s of %s', (source, body, message) => {
    expect(expand(source, encode(body), '17')).toEqual(encode(message));
  });

  test('bytes that are no text are signed as they came', () => {
    expect(expand('{ts}.{body}', Uint8Array.of(0xff, 0x00), '1')).toEqual(
      Uint8Array.of(0x31, 0x2e, 0xff, 0x00),
    );
  });

  test.each([
    ['{json:/a}', '{}', '/a: missing'],
    ['{json:/a}', '{"a":null}', '/a: null'],
    ['{json:/a}', '{"a":[1]}', '/a: not_scalar'],
    ['{json:/a}', '{"a":{"b":1}}', '/a: not_scalar'],
    ['{json:/a}', '{"a":1,"a":1}', '/a: repeated'],
    ['{json:/m/a}', '{"m":{"a":1},"m":{"a":1}}', '/m/a: repeated'],
    ['{json:/a}', '{"a":"\\ud800"}', '/a: ill_formed'],
    ['{json:/a}', 'a', 'body: not_json'],
    ['{json:/a}', '', 'body: empty'],
    ['{cjson:keep}', '{"a":1,"a":1}', 'body: repeated_key'],
    ['{ts}', '{}', 'timestamp: missing'],
  ])('%s of %s fails: %s', (source, body, problem) => {
    expect(expand(source, encode(body))).toBe(problem);
  });

  test.each([
    ['{uri}', 'unknown token {uri}'],
    ['{json:a}', 'unknown token {json:a}'],
    ['{json:/~2}', 'unknown token {json:/~2}'],
    ['{}', 'unknown token {}'],
    ['{body', 'a brace without its partner'],
    ['body}', 'a brace without its partner'],
    ['', 'an empty template'],
  ])('%j does not compile', (source, problem) => {
    expect(compileTemplate(source)).toEqual({ ok: false, error: problem });
  });
});

test('a pointer is looked for once in a document, however often it is asked for', () => {
  let looks = 0;
  const document = {
    get text() {
      looks++;
      return '{"a":{"z":1}}';
    },
    value: { a: { z: 1 } },
  };
  const view = new RequestView(requestOf({}));
  const z: Reference = { kind: 'json', field: null, pointer: '/a/z', path: ['a', 'z'], optional: false };
  for (let i = 0; i < 3; i++) expect(view.read(z, document)).toEqual({ ok: true, value: '1' });
  expect(looks).toBe(1);
  const other = { text: '{"a":{"z":2}}', value: {} };
  expect(view.read(z, other)).toEqual({ ok: true, value: '2' });
});
