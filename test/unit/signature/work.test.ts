/** Anybody may send a large body to a webhook's address: what that costs is bounded, whatever the scheme names. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '../../../src/limits';
import type { Scheme } from '../../../src/signature/scheme';
import { verify } from '../../../src/signature/verify';
import { requestOf } from '../../support/signed-request';

describe('the work for a request that nobody signed', () => {
  afterEach(() => void vi.restoreAllMocks());

  const scheme = (more: Partial<Scheme>): Scheme => ({
    ...{ alg: 'hmac-sha256', key: { enc: 'utf8' }, enc: 'hex', sig: [{ h: 'x-signature' }], msg: ['{body}'] },
    ...more,
  });
  /** How often a character was looked at, for each character of the body. */
  async function looksPerCharacter(given: Scheme, body: string, url = 'https://gw.example.com/in/1') {
    const request = requestOf({ url, headers: { 'x-signature': '00' }, body });
    let looks = 0;
    const { charCodeAt, indexOf } = String.prototype;
    vi.spyOn(String.prototype, 'charCodeAt').mockImplementation(function (this: string, index) {
      looks++;
      return charCodeAt.call(this, index);
    });
    vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, search, from = 0) {
      const at = indexOf.call(this, search, from);
      looks += (at === -1 ? this.length : at) - from;
      return at;
    });
    const result = await verify(given, [{ id: 's', text: 'k' }], request, 0);
    vi.restoreAllMocks();
    expect(result.ok).toBe(false);
    return looks / body.length;
  }
  const filler = Array.from({ length: 4000 }, (_, i) => `"filler ${i}":[${i},{"x":"y"}]`).join(',');
  const range = Array.from({ length: 32 }, (_, i) => i);

  test('is a few looks at the body, however many places the scheme names', async () => {
    const body = `{${filler},${range.map(i => `"p${i}":${i}`)}}`;
    const one = await looksPerCharacter(scheme({ msg: ['{json:/p0}'] }), body);
    const all = await looksPerCharacter(scheme({ msg: [range.map(i => `{json:/p${i}}`).join('.')] }), body);
    expect(all).toBeLessThan(1.2 * one);
    const missing = await looksPerCharacter(
      scheme({ msg: [range.map(i => `{json:/q${i}}`).join('.')] }),
      body,
    );
    expect(missing).toBeLessThan(1.2 * one);
  });

  test('is a few looks at the body, however deep they are and whatever is repeated', async () => {
    const deep = `${'{"a":'.repeat(60)}{${filler}}${'}'.repeat(60)}`;
    const place = (key: string) => `{json:${'/a'.repeat(60)}/${key}}`;
    const flat = await looksPerCharacter(scheme({ msg: ['{json:/p0}'] }), deep);
    expect(await looksPerCharacter(scheme({ msg: [place('p')] }), deep)).toBeLessThan(2 * flat);
    const repeated = `{${Array.from({ length: 20_000 }, () => '"a":{"b":0}').join(',')}}`;
    const each = range.map(i => `{json:/a/${i % 2 === 0 ? 'b' : 'c'}/${i}}`).join('');
    expect(await looksPerCharacter(scheme({ msg: [each] }), repeated)).toBeLessThan(12);
  });

  test('is a few looks at the body, in however many spellings the address is tried', async () => {
    const msg = ['{url}{json:/p0}'];
    const body = `{${filler},"p0":1}`;
    const one = await looksPerCharacter(scheme({ msg }), body);
    const three = await looksPerCharacter(
      scheme({ msg }),
      body,
      `https://gw.example.com/in/1?a=%27%22%C3%A9`,
    );
    expect(three).toBeLessThan(1.2 * one);
  });

  test('is no longer message than a provider signs', async () => {
    const long = 'x'.repeat(900_000);
    const request = requestOf({ headers: { 'x-signature': '00' }, body: JSON.stringify({ a: long }) });
    const result = await verify(
      scheme({ msg: ['{json:/a}'.repeat(32)] }),
      [{ id: 's', text: 'k' }],
      request,
      0,
    );
    expect(result).toMatchObject({ error: { reason: 'malformed', detail: 'message: too long' } });
  });

  /** What is signed, and how often: 32 tokens in each of four templates, in three spellings of the address. */
  const often = (token: string): Partial<Scheme> => ({
    msg: range.slice(0, 4).map(i => `${i}{url}${token.repeat(31)}`),
  });
  const addressIn3Spellings = `https://gw.example.com/in/1?a=%27%22%C3%A9`;

  /** How many texts were put in order, and how many bytes were gone through one by one. */
  async function workFor(given: Scheme, body: string) {
    const request = requestOf({ url: addressIn3Spellings, headers: { 'x-signature': '00' }, body });
    const work = { sorted: 0, bytes: 0 };
    const { sort } = Array.prototype;
    vi.spyOn(Array.prototype, 'sort').mockImplementation(function (this: unknown[], compare) {
      work.sorted += this.length;
      return sort.call(this, compare);
    });
    const bytes: Pick<Uint8Array, typeof Symbol.iterator> = Object.getPrototypeOf(Uint8Array.prototype);
    const iterate = bytes[Symbol.iterator];
    vi.spyOn(bytes, Symbol.iterator).mockImplementation(function (this: Uint8Array) {
      work.bytes += this.length;
      return iterate.call(this);
    });
    const result = await verify(given, [{ id: 's', text: 'k' }], request, 0);
    vi.restoreAllMocks();
    expect(result.ok).toBe(false);
    return work;
  }

  test('puts no more than so many keys of JSON in order, and each once, however often it is named', async () => {
    const object = (keys: number) =>
      `{${Array.from({ length: keys }, (_, i) => `"${(i * 7919) % keys}x":1`).join(',')}}`;
    const both = scheme({
      msg: range.slice(0, 4).map(i => `${i}{url}${'{cjson:keep}{cjson:recurse}'.repeat(15)}`),
    });
    const most = LIMITS.MAX_CANONICAL_KEYS - 1;
    expect(await workFor(both, object(most))).toMatchObject({ sorted: most });
    const inList = `{"list":[${object(most - 3)}]}`;
    expect(await workFor(both, inList)).toMatchObject({ sorted: most - 1 });
    expect(await workFor(both, object(80_000))).toMatchObject({ sorted: 0 });
  });

  test('reads canonical JSON twice at most, however often it is named', async () => {
    const body = `{${filler}}`;
    const once = await looksPerCharacter(scheme({ msg: ['{cjson:keep}'] }), body);
    const all = await looksPerCharacter(scheme(often('{cjson:keep}')), body, addressIn3Spellings);
    expect(all).toBeLessThan(1.2 * once);
  });

  test('puts the fields of a form in order once, however often they are named', async () => {
    const fields = Array.from({ length: 5000 }, (_, i) => `a${i}=`).join('&');
    const once = await workFor(scheme({ msg: ['{form*}'] }), fields);
    expect(once.sorted).toBe(10_000);
    expect(await workFor(scheme(often('{form*}')), fields)).toEqual(once);
  });

  test('goes through the body for its checksum once, however often it is named', async () => {
    const body = 'x'.repeat(100_000);
    expect(await workFor(scheme(often('{crc32:body}')), body)).toMatchObject({ bytes: body.length });
  });

  test('is no longer message than a provider signs where the sender says which headers are signed', async () => {
    const headers = { 'x-signature': `h=${'b '.repeat(3000)}b,v=00`, b: 'x'.repeat(10_000) };
    const get = vi.spyOn(Headers.prototype, 'get');
    const result = await verify(
      scheme({ sig: [{ h: 'x-signature', split: ',', kv: '=', pick: 'v' }], msg: ['{headers:h}'] }),
      [{ id: 's', text: 'k' }],
      requestOf({ headers }),
      0,
    );
    expect(result).toMatchObject({ error: { reason: 'malformed', detail: 'message: too long' } });
    expect(get.mock.calls.length).toBeLessThan(300);
  });

  describe('of public keys', () => {
    /** The secret's text of a new key, and so many signatures that look like those of its kind. */
    async function keyOf(alg: keyof typeof KINDS, count: number) {
      const { algorithm, signatureOf } = KINDS[alg];
      const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      if (!('publicKey' in pair)) throw new Error('no pair of keys');
      const spki = await crypto.subtle.exportKey('spki', pair.publicKey);
      if (!(spki instanceof ArrayBuffer)) throw new Error('no bytes');
      return {
        secret: { id: 's', text: new Uint8Array(spki).toBase64() },
        signatures: Array.from({ length: count }, (_, i) => signatureOf(i + 1)),
      };
    }
    const filled = (length: number, i: number) => new Uint8Array(length).fill(i).toHex();
    type Kind = { algorithm: SubtleCryptoGenerateKeyAlgorithm; signatureOf: (i: number) => string };
    const KINDS: Record<'ed25519' | 'ecdsa-p256-sha256' | 'rsa-pkcs1-sha256', Kind> = {
      ed25519: { algorithm: { name: 'Ed25519' }, signatureOf: i => filled(64, i) },
      'ecdsa-p256-sha256': {
        algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
        signatureOf: i => `30440220${filled(32, i)}0220${filled(32, i)}`,
      },
      'rsa-pkcs1-sha256': {
        algorithm: {
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          modulusLength: 2048,
          publicExponent: Uint8Array.of(1, 0, 1),
        },
        signatureOf: i => filled(256, i),
      },
    };

    test.each(['ed25519', 'ecdsa-p256-sha256', 'rsa-pkcs1-sha256'] as const)(
      '%s: hashes the body for four different signatures at most, and for none of another length',
      async alg => {
        const { secret, signatures } = await keyOf(alg, 16);
        const given = scheme({ alg, key: { enc: 'spki-base64' }, sig: [{ h: 'x-signature', split: ',' }] });
        const hashesFor = async (sent: string[]) => {
          const spy = vi.spyOn(crypto.subtle, 'verify');
          const request = requestOf({ headers: { 'x-signature': sent.join(',') }, body: 'x'.repeat(1000) });
          expect((await verify(given, [secret], request, 0)).ok).toBe(false);
          return spy.mock.calls.length;
        };
        expect(await hashesFor(signatures)).toBe(4);
        vi.restoreAllMocks();
        expect(await hashesFor(Array(16).fill(signatures[0]))).toBe(1);
        vi.restoreAllMocks();
        expect(await hashesFor(signatures.map(signature => `${signature}00`))).toBe(0);
      },
    );
  });
});
