import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePointer } from '../../../src/json/pointer';
import { readSource } from '../../../src/json/source';

const at = (text: string, pointer: string) => readSource(text, parsePointer(pointer) ?? []);

describe('readSource', () => {
  test.each([
    ['{"a":9007199254740993}', '/a', 'number', '9007199254740993'],
    ['{ "x" : [ { "y" : 1e3 } ] , "a" : { "b" : -1.0 } }', '/a/b', 'number', '-1.0'],
    ['{ "x" : [ 0, { "y" : 1e3 } ] }', '/x/1/y', 'number', '1e3'],
    [String.raw`{"a\u0062":"q\"}"}`, '/ab', 'string', String.raw`"q\"}"`],
    [String.raw`{"s":"\\","a":true}`, '/a', 'boolean', 'true'],
    ['{"":{"~/":null}}', '//~0~1', 'null', 'null'],
    ['{"__proto__":{"constructor":4}}', '/__proto__/constructor', 'number', '4'],
    [' 7 ', '', 'number', '7'],
    ['{"a":{}}', '/a', 'object', ''],
    ['{"a":[1]}', '/a', 'array', ''],
    ['{"a":[1]}', '/a/01', 'missing', ''],
    ['{"a":[1]}', '/a/1', 'missing', ''],
    ['{"a":[]}', '/a/0', 'missing', ''],
    ['{"a":"b"}', '/a/0', 'missing', ''],
    ['{}', '/a', 'missing', ''],
  ])('%s at %s', (text, pointer, kind, source) => {
    expect(at(text, pointer)).toEqual({ kind, text: source, repeated: null });
  });

  test('the last of repeated keys wins, and is reported', () => {
    expect(at('{"a":1,"b":2,"a":3}', '/a')).toEqual({ kind: 'number', text: '3', repeated: '/a' });
    expect(at(String.raw`{"a":1,"\u0061":2}`, '/a')).toEqual({ kind: 'number', text: '2', repeated: '/a' });
    expect(at('{"m":{"a":1},"m":{}}', '/m/a')).toEqual({ kind: 'missing', text: '', repeated: '/m' });
    expect(at('{"m":{"a":1,"a":1}}', '/m/a').repeated).toBe('/m/a');
  });

  test('keys repeated beside the path do not matter', () => {
    expect(at('{"b":1,"b":2,"c":{"a":0,"a":0},"a":3}', '/a').repeated).toBeNull();
  });

  test('agrees with JSON.parse on every value of any document', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        fc.boolean(),
        (doc, pretty) => {
          const text = JSON.stringify(doc, null, pretty ? 2 : 0);
          for (const [key, value] of Object.entries(JSON.parse(text))) {
            const source = readSource(text, [key]);
            expect(source.repeated).toBeNull();
            if (value === null || typeof value !== 'object') expect(JSON.parse(source.text)).toEqual(value);
          }
        },
      ),
    );
  });
});
