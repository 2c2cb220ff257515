import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../../src/signature/encoding';

const written = {
  hex: (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(''),
  base64: (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)),
};

describe.each(['hex', 'base64'] as const)('%s', encoding => {
  test('reads back what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        expect(decode(written[encoding](bytes), encoding)).toEqual(bytes);
      }),
    );
  });

  test('has one spelling per value', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aAfF0189+/=- _\n'), maxLength: 12 }), text => {
        const bytes = decode(text, encoding);
        if (bytes !== null) {
          expect(written[encoding](bytes)).toBe(encoding === 'hex' ? text.toLowerCase() : text);
        }
      }),
    );
  });
});

test.each([
  ['hex', 'abc'],
  ['hex', '0x12'],
  ['hex', ' a'],
  ['hex', 'é1'],
  ['base64', 'YQ'],
  ['base64', 'YQ='],
  ['base64', 'YR=='],
  ['base64', 'YWJ='],
  ['base64', 'Y Q='],
  ['base64', 'YQ==\n'],
  ['base64', '===='],
  ['base64', 'YW=='.repeat(2)],
  ['base64', '_-8='],
] as const)('%s refuses %j', (encoding, text) => {
  expect(decode(text, encoding)).toBeNull();
});
