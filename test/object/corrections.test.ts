/** What an operator does about a gap, a refusal, a doubt: over the running gateway. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ingest, newWebhook, orderCreated, send } from '../support/rest';

afterEach(() => {
  vi.useRealTimers();
});

/** A webhook that received 1 and 10, so that 2 to 9 are an open gap. */
async function withGap() {
  const webhook = await newWebhook({ sequence: { grace_seconds: 0 } });
  await ingest(webhook.id, orderCreated(1));
  await ingest(webhook.id, orderCreated(10));
  const gaps = async (query = '') => (await send('GET', `${webhook.path}/gaps${query}`)).body.gaps ?? {};
  await vi.waitFor(async () => expect(await gaps()).toMatchObject([{ from: 2, to: 9, status: 'open' }]));
  const listed = async () => Object.values(await gaps()).map(gap => [gap.from, gap.to, gap.status]);
  return { ...webhook, gaps, listed };
}

describe('closing a gap by hand', () => {
  it('takes its ids off the open list and keeps why', async () => {
    const { id, path, gaps, listed } = await withGap();
    const resolved = await send('POST', `${path}/gaps/resolve`, { from: 3, to: 5, note: 'cancelled orders' });
    expect(resolved.status).toBe(200);
    expect(resolved.body).toMatchObject({
      count: 3,
      gaps: [
        { from: 3, to: 5, status: 'resolved', note: 'cancelled orders', resolved_at: expect.any(String) },
      ],
    });
    expect(await listed()).toEqual([
      [2, 2, 'open'],
      [3, 5, 'resolved'],
      [6, 9, 'open'],
    ]);
    expect(Object.values(await gaps('?status=open')).length).toBe(2);
    expect((await send('GET', `${path}/status`)).body).toMatchObject({ open_gaps: 2, missing_ids: 5 });
    const again = await send('POST', `${path}/gaps/resolve`, { from: 3, to: 5 });
    expect(again.body).toEqual({ count: 0, gaps: [] });

    // What arrives after all is taken, and the rest keeps its note.
    expect((await ingest(id, orderCreated(4))).body).toMatchObject({ status: 'accepted' });
    expect((await ingest(id, orderCreated(4))).body).toMatchObject({ status: 'duplicate' });
    expect(await gaps('?status=resolved')).toMatchObject([
      { from: 3, to: 3, note: 'cancelled orders' },
      { from: 5, to: 5, note: 'cancelled orders' },
    ]);
  });

  it('refuses what cannot be', async () => {
    const { path } = await withGap();
    const at = `${path}/gaps/resolve`;
    expect((await send('POST', at, { from: 5, to: 3 })).body).toMatchObject({ errors: [{ path: '/to' }] });
    expect((await send('POST', at, { from: 0, to: 3 })).status).toBe(422);
    expect((await send('POST', at, { from: 1, to: 3, epoch: 7 })).status).toBe(409);
    const ecwid = await newWebhook({ provider: 'ecwid' });
    expect((await send('POST', `${ecwid.path}/gaps/resolve`, { from: 1, to: 2 })).status).toBe(409);
  });
});

describe('adding an event', () => {
  it('fills its hole, marked as unsigned, and is told from a duplicate', async () => {
    const { path, listed } = await withGap();
    const body = orderCreated(2);
    const added = await send('POST', `${path}/events`, { body });
    expect(added.body).toEqual({ status: 'accepted', sequence: 3, increment_id: 2 });
    expect((await send('POST', `${path}/events`, { body })).body).toMatchObject({ status: 'duplicate' });
    expect((await send('GET', `${path}/events/3`)).body).toMatchObject({
      body,
      body_signed: false,
      late: true,
    });
    expect(await listed()).toEqual([
      [2, 2, 'filled'],
      [3, 9, 'open'],
    ]);
    const bytes = new TextEncoder().encode(orderCreated(3)).toBase64();
    expect((await send('POST', `${path}/events`, { body_base64: bytes })).body).toMatchObject({
      increment_id: 3,
    });
    expect((await send('POST', `${path}/events`, {})).status).toBe(422);
    expect((await send('POST', `${path}/events`, { body_base64: '*' })).status).toBe(422);
    expect((await send('POST', `${path}/events`, { body, headers: { 'a b': '1' } })).status).toBe(422);
  });

  it('reads it as a scheme of the webhook’s own says', async () => {
    const signature = { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-s' }], msg: ['{body}'] };
    const { path } = await newWebhook({
      provider: 'custom',
      signature: { ...signature, type: ['json:/kind'], seq: { from: 'json:/n' } },
    });
    const added = await send('POST', `${path}/events`, { body: '{"kind":"a","n":7}' });
    expect(added.body).toEqual({ status: 'accepted', sequence: 1, increment_id: 7 });
  });
});

describe('rejections', () => {
  it('show why, without values; whole requests only after capture, and not for long', async () => {
    const { id, path } = await newWebhook();
    const body = orderCreated(1);
    expect((await ingest(id, body, 'wrong')).status).toBe(401);
    expect((await send('POST', `/in/${id}`, body, { 'X-Other': 'secret-value' })).status).toBe(401);
    const seen = await vi.waitFor(async () => {
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
    expect(captured.body.rejections?.[0]?.request).toEqual({
      headers: { 'x-a': '1' },
      query: 'b=2',
      body: '{}',
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 });
    await runDurableObjectAlarm(object);
    expect((await send('GET', `${path}/rejections`)).body.rejections?.[0]).toMatchObject({ request: null });
  });
});

describe('a test event', () => {
  it.each(['shipstream', 'apideck', 'ecwid'])('of %s goes the real path', async provider => {
    const { path } = await newWebhook({ provider });
    const sent = await send('POST', `${path}/test`);
    expect(sent.body).toMatchObject({ status: 200, answer: { status: 'accepted', sequence: 1 } });
    const event = await send('GET', `${path}/events/1`);
    expect(event.body).toMatchObject({ topic: sent.body.topic, verdict: { valid: true } });
    expect((await send('POST', `${path}/test`)).body.answer).toMatchObject({ sequence: 2 });
  });

  it('has the topic and the number it is given', async () => {
    const { path } = await newWebhook();
    const sent = await send('POST', `${path}/test`, { topic: 'order:created', increment_id: 7 });
    expect(sent.body).toMatchObject({
      topic: 'order:created',
      answer: { status: 'accepted', increment_id: 7 },
    });
    expect((await send('POST', `${path}/test`, { increment_id: 0 })).status).toBe(422);
  });
});

describe('redaction by entity', () => {
  it('erases the bodies of everything about it, and nothing else', async () => {
    const { id, path } = await newWebhook();
    await ingest(id, orderCreated(1));
    await ingest(id, orderCreated(2, { unique_id: '100000016' }));
    await ingest(id, orderCreated(3));
    const { entity_keys } = (await send('GET', `${path}/events/1`)).body;
    const redacted = await send('POST', `${path}/redact`, { entity_key: entity_keys?.[0] });
    expect(redacted.body).toEqual({ count: 2, next: null });
    const page = await send('GET', `${path}/events?include=body`);
    expect(Object.values(page.body.events ?? {}).map(event => event.redacted)).toEqual([true, false, true]);
    expect((await send('POST', `${path}/redact`, {})).status).toBe(422);
  });
});
