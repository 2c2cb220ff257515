import { describe, expect, it } from 'vitest';
import { readJson } from '../../../src/api/body';
import { LIMITS } from '../../../src/limits';

const post = (body: BodyInit | null) => new Request('https://gw.example.com', { method: 'POST', body });

describe('readJson', () => {
  it('reads JSON of any kind', async () => {
    expect(await readJson(post('{"a":[1]}'))).toEqual({ ok: true, value: { a: [1] } });
    expect(await readJson(post(' null '))).toEqual({ ok: true, value: null });
    expect(await readJson(post('\ufeff{}'))).toEqual({ ok: true, value: {} });
  });

  it.each(['', '{', "{'a':1}", '{"a":NaN}', '[1,]', '['.repeat(100)])('refuses %j', async body => {
    expect(await readJson(post(body))).toMatchObject({ ok: false, error: { reason: 'malformed' } });
  });

  it('refuses bytes that are not UTF-8', async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    expect(await readJson(post(body))).toMatchObject({ ok: false, error: { reason: 'malformed' } });
  });

  it('takes an empty body for what it stands for', async () => {
    expect(await readJson(post(null), { whenEmpty: {} })).toEqual({ ok: true, value: {} });
    expect(await readJson(post(' '), { whenEmpty: {} })).toMatchObject({ ok: false });
  });

  it('refuses an object that has a key twice', async () => {
    const given = await readJson(post('{"a":{"b":1,"\\u0062":2}}'));
    expect(given).toMatchObject({ ok: false, error: { reason: 'malformed' } });
  });

  it('stops at the limit, with and without a length', async () => {
    const max = LIMITS.MAX_API_BODY_BYTES;
    const fits = JSON.stringify('a'.repeat(max - 2));
    expect((await readJson(post(fits))).ok).toBe(true);
    const tooLarge = { ok: false, error: { reason: 'too_large', maxBytes: max } };
    expect(await readJson(post(`${fits} `))).toEqual(tooLarge);

    let produced = 0;
    const endless = new ReadableStream({
      pull(controller) {
        produced += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    expect(await readJson(post(endless))).toEqual(tooLarge);
    // Read to some end, so that whoever is still writing sees the answer, but not to any end.
    expect(produced).toBeGreaterThan(LIMITS.MAX_DRAINED_BYTES);
    expect(produced).toBeLessThan(2 * (max + LIMITS.MAX_DRAINED_BYTES));
  });
});
