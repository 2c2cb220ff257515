/** The parts a scheme is interpreted with: addresses, forms, times, checksums, DER. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressIn, queryOf } from '../../../src/signature/address';
import { crc32 } from '../../../src/signature/crc32';
import { ecdsaToP1363, publicKeyKind } from '../../../src/signature/der';
import { fieldOf, joinedFields, parseForm } from '../../../src/signature/form';
import { readTime, writeTime } from '../../../src/signature/timestamp';
import { toDer } from '../../support/preset-requests';

const encode = (text: string) => new TextEncoder().encode(text);

describe('addresses', () => {
  test.each([
    ['port+', 'https://a.example/x?y', 'https://a.example:443/x?y'],
    ['port+', 'http://a.example', 'http://a.example:80'],
    ['port+', 'https://a.example:8443/x', 'https://a.example:8443/x'],
    ['port-', 'https://u:p@a.example:443/x:1?b=:2', 'https://u:p@a.example/x:1?b=:2'],
    ['port-', 'https://[::1]:8443/x', 'https://[::1]/x'],
    ['port-', 'not an address', 'not an address'],
    ['unpct', 'https://a/b?c=%2Fd%3ae%26%20', 'https://a/b?c=/d:e%26%20'],
    ['as_is', 'https://a.example:443/%2F', 'https://a.example:443/%2F'],
  ] as const)('%s of %s', (form, url, expected) => {
    expect(addressIn(form, url)).toBe(expected);
  });

  test('the query is what stands between ? and #', () => {
    expect(queryOf('https://a/b?c=d?e#f?g')).toBe('c=d?e');
    expect(queryOf('https://a/b#f?g')).toBe('');
  });
});

describe('forms', () => {
  const read = (text: string) => {
    const form = parseForm(encode(text));
    return form.ok ? form.value : form.error;
  };

  test('names and values, in their order', () => {
    expect(read('b=1&a=x+y%26&&b=&c')).toEqual([
      ['b', '1'],
      ['a', 'x y&'],
      ['b', ''],
      ['c', ''],
    ]);
    expect(read('')).toEqual([]);
  });

  test('what is no escape or no UTF-8 is no form', () => {
    for (const text of ['a=%', 'a=%zz', 'a=%ff', '%E0%A4=1']) expect(read(text)).toBe('not_a_form');
    expect(parseForm(Uint8Array.of(0xff)).ok).toBe(false);
    expect(read('a&'.repeat(5000))).toHaveLength(5000);
    expect(read('a&'.repeat(5001))).toBe('not_a_form');
  });

  test('a name is read only where it is given once', () => {
    const fields = read('a=1&b=2&b=2');
    if (typeof fields === 'string') throw new Error(fields);
    expect(fieldOf(fields, 'a')).toEqual({ ok: true, value: '1' });
    expect(fieldOf(fields, 'b')).toEqual({ ok: false, error: 'repeated' });
    expect(fieldOf(fields, 'c')).toEqual({ ok: false, error: 'missing' });
    expect(joinedFields(fields)).toBe('a1b2');
  });

  test('reads back what URLSearchParams writes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string())), fields => {
        expect(read(new URLSearchParams(fields).toString())).toEqual(fields);
      }),
    );
  });
});

describe('times', () => {
  test('are written as they are read', () => {
    const at = Date.UTC(2026, 10, 20, 12, 30, 5);
    for (const format of ['s', 'ms', 'rfc3339', 'http-date'] as const) {
      expect(readTime(writeTime(at, format), format)).toBe(at);
    }
  });

  test.each([
    ['s', '-1'],
    ['s', '1.5'],
    ['s', '9'.repeat(13)],
    ['ms', '1e3'],
    ['rfc3339', '2026-11-20'],
    ['rfc3339', '2026-02-30T00:00:00Z'],
    ['http-date', 'Fri, 31 Jun 2026 00:00:00 GMT'],
    ['http-date', 'Mon, 20 Nov 2026 00:00:00 GMT'],
    ['http-date', '2026-11-20T00:00:00Z'],
    ['http-date', ''],
  ] as const)('%s refuses %j', (format, text) => {
    expect(readTime(text, format)).toBeNull();
  });
});

test('crc32 is that of zlib', () => {
  expect(crc32(encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

describe('DER', () => {
  test('r and s come out as they went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), plain => {
        expect(ecdsaToP1363(new Uint8Array(toDer(plain)), 32)).toEqual(plain);
      }),
    );
  });

  test('anything else is refused and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
        const plain = ecdsaToP1363(bytes, 32);
        // What was read is the one spelling of it.
        if (plain !== null) expect(new Uint8Array(toDer(plain))).toEqual(bytes);
        publicKeyKind(bytes);
      }),
    );
    const der = new Uint8Array(toDer(new Uint8Array(64).fill(0x81)));
    for (const wrong of [
      new Uint8Array([...der, 0]),
      der.subarray(0, -1),
      new Uint8Array([0x30, 0x81, ...der.subarray(1)]),
    ]) {
      expect(ecdsaToP1363(wrong, 32)).toBeNull();
    }
  });

  test('tells kinds of public keys apart', async () => {
    const spki = async (algorithm: SubtleCryptoGenerateKeyAlgorithm) => {
      const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
      return new Uint8Array((await crypto.subtle.exportKey('spki', pair.publicKey)) as ArrayBuffer);
    };
    expect(publicKeyKind(await spki({ name: 'ECDSA', namedCurve: 'P-256' }))).toBe('p256');
    expect(publicKeyKind(await spki({ name: 'ECDSA', namedCurve: 'P-384' }))).toBeNull();
    expect(publicKeyKind(await spki({ name: 'Ed25519' }))).toBe('ed25519');
    const exponent = Uint8Array.of(1, 0, 1);
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: exponent };
    expect(publicKeyKind(await spki(rsa))).toBe('rsa');
  });
});
