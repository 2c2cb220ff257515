/** Why does a webhook bring nothing? Refusals say why, may be captured for a while, and a test event goes the real path. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { allProviders } from '../../src/providers/registry';
import { eventually } from '../support/eventually';
import { ingest, newWebhook, orderCreated, send } from '../support/rest';
import { useStandingClock, wait } from '../support/standing-clock';
import { newObject } from '../support/webhook-object';

afterEach(() => {
  vi.useRealTimers();
});

describe('rejections', () => {
  it('that were captured say which mistake it was, without a secret', async () => {
    const { id, path } = await newWebhook();
    await send('POST', `${path}/capture`);
    const body = orderCreated(1);
    const key = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode('2RUJ8NXLnLRrAj3'),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const signedOf = async (text: string) =>
      new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))).toBase64();
    const header = 'X-Plugin-Hmac-Sha256';
    const sent = { [header]: await signedOf(body) };
    expect((await send('POST', `/in/${id}`, `${body}\n`, sent)).status).toBe(401);
    const seen = await eventually(async () => {
      const answer = await send('GET', `${path}/rejections`);
      expect(answer.body.rejections).toHaveLength(1);
      return answer;
    });
    expect(seen.body.rejections?.[0]?.explanation).toMatchObject({ kind: 'line_feed', certainty: 'shown' });
    expect(seen.text).not.toContain('2RUJ8NXLnLRrAj3');
    expect(seen.text).not.toContain(await signedOf(`${body}\n`));
  });

  it('show why, without values; whole requests only after capture, and not for long', async () => {
    const { id, path } = await newWebhook();
    const body = orderCreated(1);
    expect((await ingest(id, body, 'wrong')).status).toBe(401);
    expect((await send('POST', `/in/${id}`, body, { 'X-Other': 'secret-value' })).status).toBe(401);
    const seen = await eventually(async () => {
      const answer = await send('GET', `${path}/rejections`);
      expect(answer.body.rejections).toHaveLength(2);
      return answer;
    });
    expect(seen.body.counts).toEqual({ mismatch: 1, missing: 1 });
    const missing = Object.values(seen.body.rejections ?? {}).find(one => String(one.reason) === 'missing');
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)));
    expect(missing).toMatchObject({
      header_names: expect.arrayContaining(['x-other']),
      body_bytes: body.length,
      body_sha256: digest.toHex(),
      request: null,
    });
    expect(seen.text).not.toContain('secret-value');

    const until = String((await send('POST', `${path}/capture`)).body.capture_until);
    expect(Date.parse(until)).toBeGreaterThan(Date.now() + 9 * 60_000);
    const object = env.WEBHOOKS.getByName(String(id));
    const record = await object.getRecord();
    expect(record?.captureUntil).toBe(Date.parse(until));
    await object.refused({
      counts: { mismatch: 1 },
      last: [
        {
          ...{ at: Date.now(), reason: 'mismatch', headerNames: ['x-a'], bytes: 2, bodySha256: null },
          request: { headers: [['x-a', '1']], query: 'b=2', body: new TextEncoder().encode('{}') },
        },
      ],
    });
    const captured = await send('GET', `${path}/rejections`);
    expect(captured.body.counts).toEqual({ mismatch: 2, missing: 1 });
    expect(captured.body).toMatchObject({ capture_until: until });
    expect(captured.body.rejections?.[0]?.request).toEqual({
      headers: { 'x-a': '1' },
      query: 'b=2',
      body: '{}',
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 });
    await runDurableObjectAlarm(object);
    const later = await send('GET', `${path}/rejections`);
    expect(later.body).toMatchObject({ capture_until: null });
    expect(later.body.rejections?.[0]).toMatchObject({ request: null });
  });
});

describe('the log of refusals', () => {
  const refusal = (given: object) => ({
    ...{ at: 1, reason: 'mismatch', headerNames: ['x-a'], bytes: 2, bodySha256: null },
    ...given,
  });
  const stored = (stub: DurableObjectStub, name: string) =>
    runInDurableObject(stub, (_object, { storage }) =>
      String(storage.sql.exec('SELECT value FROM state WHERE name = ?', name).one().value),
    );

  it('cannot be filled by names that a stranger chooses', async () => {
    const { stub } = await newObject();
    const long = Array.from({ length: 1000 }, (_, i) => `x-${i}-`.padEnd(4000, 'a'));
    for (let report = 1; report <= 6; report++) {
      const last = Array.from({ length: 20 }, () => refusal({ headerNames: long, reason: 'r'.repeat(9000) }));
      await stub.refused({ counts: { mismatch: 20, ['r'.repeat(9000)]: 1 }, last });
      const view = await stub.refusals();
      expect(view?.counts.mismatch).toBe(20 * report);
      expect(view?.last.length).toBe(Math.min(100, 20 * report));
    }
    expect((await stored(stub, 'refusals')).length).toBeLessThan(700_000);
    const [first] = (await stub.refusals())?.last ?? [];
    expect(first?.headerNames).toHaveLength(100);
    expect(new Set(first?.headerNames.map(({ length }) => length))).toEqual(new Set([64]));
    expect(first?.reason).toHaveLength(64);
  });

  it('keeps counts of few reasons, in a row of their own', async () => {
    const { stub } = await newObject();
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`reason ${i}`, 1]));
    await stub.refused({ counts: { mismatch: 3, ...many }, last: [refusal({})] });
    await stub.refused({ counts: { mismatch: 4 }, last: [] });
    const counts = (await stub.refusals())?.counts ?? {};
    expect(counts.mismatch).toBe(7);
    expect(Object.keys(counts).length).toBeLessThanOrEqual(33);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(507);
    expect(JSON.parse(await stored(stub, 'refusal_counts'))).toEqual(counts);
    // A list that cannot be read takes no count with it.
    await runInDurableObject(stub, (_object, { storage }) => {
      storage.sql.exec("UPDATE state SET value = '{' WHERE name = 'refusals'");
    });
    expect(await stub.status()).toMatchObject({ rejected: { mismatch: 7 }, refusedLastDay: null });
  });

  it('reads what an earlier release left, goes on from it, and leaves what that one can read', async () => {
    const { stub } = await newObject();
    const old = {
      counts: { mismatch: 5 },
      last: [{ ...refusal({ headerNames: ['y'.repeat(5000)] }), capture: null }],
    };
    await runInDurableObject(stub, (_object, { storage }) => {
      storage.sql.exec("INSERT INTO state (name, value) VALUES ('refusals', ?)", JSON.stringify(old));
    });
    expect(await stub.refusals()).toMatchObject({ counts: { mismatch: 5 }, last: [{ bytes: 2 }] });
    await stub.refused({ counts: { mismatch: 1 }, last: [refusal({})] });
    expect(JSON.parse(await stored(stub, 'refusals'))).toMatchObject({ counts: { mismatch: 6 } });
    // The earlier release counted on, for a while.
    await runInDurableObject(stub, (_object, { storage }) => {
      const value = JSON.stringify({ ...old, counts: { mismatch: 9 } });
      storage.sql.exec("UPDATE state SET value = ? WHERE name = 'refusals'", value);
    });
    await stub.refused({ counts: { mismatch: 1 }, last: [] });
    expect((await stub.refusals())?.counts).toEqual({ mismatch: 10 });
  });
});

describe('a captured request', () => {
  useStandingClock();

  it('is erased after ten minutes, each in its time', async () => {
    const { stub, alarm } = await newObject();
    const capture = async (name: string) => {
      const refusal = { at: Date.now(), reason: 'mismatch', headerNames: [], bytes: 2, bodySha256: null };
      const request = { headers: [], query: name, body: new TextEncoder().encode('{}') };
      await stub.refused({ counts: { mismatch: 1 }, last: [{ ...refusal, request }] });
    };
    const stored = async () => {
      await alarm();
      return runInDurableObject(stub, (_object, { storage }) =>
        storage.sql
          .exec<{ request: string }>('SELECT request FROM captures ORDER BY id')
          .toArray()
          .map(({ request }) => (JSON.parse(request) as { query: string }).query),
      );
    };
    await capture('first');
    wait(60_000);
    await capture('second');
    wait(9 * 60_000 - 1);
    expect(await stored()).toEqual(['first', 'second']);
    wait(1);
    expect(await stored()).toEqual(['second']);
    wait(60_000);
    expect(await stored()).toEqual([]);
  });
});

describe('a test event', () => {
  it.each(['shipstream', 'apideck', 'ecwid'])('of %s goes the real path', async provider => {
    const { path } = await newWebhook({ provider });
    const sent = await send('POST', `${path}/test`);
    expect(sent.body).toMatchObject({ http_status: 200, answer: { status: 'accepted', sequence: 1 } });
    const event = await send('GET', `${path}/events/1`);
    expect(event.body).toMatchObject({ topic: sent.body.topic, verdict: { valid: true } });
    expect((await send('POST', `${path}/test`)).body.answer).toMatchObject({ sequence: 2 });
  });

  it('of every provider that can be signed for is accepted, and of the others refused', async () => {
    const secrets: Record<string, string> = {
      utf8: 'a-secret-of-the-webhook',
      base64: new TextEncoder().encode('a-secret-of-the-webhook.').toBase64(),
      hex: new TextEncoder().encode('a-secret-of-the-webhook').toHex(),
    };
    const refused: string[] = [];
    for (const { name, scheme, guide, certificate } of allProviders()) {
      const isPublic = !scheme.alg.startsWith('hmac') && scheme.alg !== 'token';
      if (isPublic || certificate !== null) continue;
      const settings = Object.fromEntries(
        guide.settings
          .filter(({ isRequired }) => isRequired)
          .map(({ name }) => [name, 'https://gw.example.com/x']),
      );
      const { path } = await newWebhook({ provider: name, secret_key: secrets[scheme.key.enc], settings });
      const sent = await send('POST', `${path}/test`);
      if (sent.status === 409) refused.push(name);
      else expect([name, sent.text]).toEqual([name, expect.stringContaining('"status":"accepted"')]);
    }
    // Their signature stands in the body.
    expect(refused).toEqual(['adyen-payments', 'mailgun']);
  });

  it('has the topic and the number it is given', async () => {
    const { path } = await newWebhook();
    const slip = await send('POST', `${path}/test`, { topic: 'orders:created', increment_id: 6 });
    expect(slip.body.warnings).toMatchObject([
      { path: '/topic', message: expect.stringContaining('order:') },
    ]);
    const sent = await send('POST', `${path}/test`, { topic: 'order:created', increment_id: 7 });
    expect(sent.body).toMatchObject({
      topic: 'order:created',
      answer: { status: 'accepted', increment_id: 7 },
    });
    expect((await send('POST', `${path}/test`, { increment_id: 0 })).status).toBe(422);
  });
});
