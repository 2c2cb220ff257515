/** Anybody may send a large body to a webhook's address: what that costs is bounded, whatever the scheme names. */
import { afterEach, describe, expect, test, vi } from 'vitest';
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
});
