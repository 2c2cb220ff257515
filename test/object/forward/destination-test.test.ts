/** `POST …/destinations/{id}/test`: a request as a delivery would be, which leaves nothing behind. */
import { describe, expect, inject, it } from 'vitest';
import { Box, call, TestWebhook, verify } from '../../support/in-worker';

const chaos = inject('chaosUrl');

type Tested = {
  topic: string;
  outcome: string;
  http_status: number | null;
  duration_ms: number;
  error: string | null;
  connection_error: string | null;
  answer: { text: string; truncated: boolean; headers: Record<string, string> } | null;
  sent_headers: Record<string, string> | null;
  warnings: { path: string; message: string }[];
  errors?: { path: string; message: string }[];
  detail?: string;
};

const test = (webhook: TestWebhook, given?: object) =>
  call<Tested>('POST', `${webhook.path}/destinations/${webhook.destinations[0]}/test`, given);

describe('a test of a destination', () => {
  it('comes signed and marked, and is in no log and no count', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, topics: 'order:*' }]);
    const before = await webhook.status();
    const { status, body } = await test(webhook);
    expect({ status, ...body }).toMatchObject({
      ...{ status: 200, topic: 'test:ping', outcome: 'delivered', http_status: 200, error: null },
      ...{ connection_error: null, answer: { text: expect.any(String), truncated: false } },
    });
    const [kept, ...others] = await box.kept();
    if (kept === undefined) throw new Error('nothing came');
    expect(others).toEqual([]);
    expect(verify(webhook.secrets[0] ?? '', kept)).toMatchObject({ topic: 'test:ping' });
    expect(kept.headers).toMatchObject({
      'gapless-test': '1',
      'gapless-attempt': '1',
      'ce-type': 'test:ping',
    });
    expect(kept.headers).toMatchObject(body.sent_headers ?? { none: true });
    expect(kept.headers).not.toHaveProperty('ce-sequence');
    expect((await call('GET', `${webhook.path}/events`)).body).toMatchObject({ events: [] });
    expect(await webhook.status()).toEqual(before);
    await test(webhook);
    const ids = (await box.kept()).flatMap(({ headers }) => [headers['webhook-id'], headers['ce-id']]);
    expect(new Set(ids).size).toBe(2);
  });

  it('shows what the receiver said to a body of your own, though the destination is paused', async () => {
    const url = `${chaos}/answer?status=400&body=No%20signatures%20found`;
    const webhook = await TestWebhook.create([{ url, is_active: false }]);
    const before = await webhook.status();
    const { body } = await test(webhook, { body: '{"a":1}', headers: { 'X-Kind': 'own' } });
    expect(body).toMatchObject({
      ...{ topic: '', outcome: 'failed', http_status: 400, error: 'status' },
      answer: { text: 'No signatures found', truncated: false },
      sent_headers: { 'x-kind': 'own', 'content-type': 'application/json', 'gapless-test': '1' },
    });
    expect(await webhook.status()).toEqual(before);
  });

  it('sends the bytes that are given, and shows the answer of a receiver that takes them', async () => {
    const webhook = await TestWebhook.create([{ url: `${chaos}/echo` }]);
    const { body } = await test(webhook, { body_base64: 'AP8B', topic: 'mine' });
    expect(body).toMatchObject({ topic: 'mine', outcome: 'delivered', sent_headers: { 'ce-type': 'mine' } });
    expect(body.answer?.text).toContain('AP8B');
  });

  it('shows no secret in what was sent and what was answered', async () => {
    const token = 'Bearer t-hush-hush';
    const extra_headers = { Authorization: token, 'X-Tenant': 'acme' };
    const webhook = await TestWebhook.create([{ url: `${chaos}/echo`, extra_headers }]);
    const { body } = await test(webhook, { body: 'x' });
    expect(body.sent_headers).toMatchObject({ authorization: '********', 'x-tenant': 'acme' });
    expect(body.answer?.text).toContain('acme');
    expect(JSON.stringify(body)).not.toContain('hush-hush');
  });

  it('warns of a topic that is a slip, and of headers that do not pass', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url }]);
    const headers = { Authorization: 'Bearer t-hush-hush', Cookie: 'a=b', 'X-Kind': 'own' };
    const { body } = await test(webhook, { body: 'x', topic: 'orders:created', headers });
    expect(body.warnings).toMatchObject([
      { path: '/topic', message: expect.stringContaining('order:created') },
      { path: '/headers/Authorization', message: expect.stringContaining('extra_headers') },
      { path: '/headers/Cookie' },
    ]);
    expect(JSON.stringify(body)).not.toContain('hush-hush');
    const [kept] = await box.whenKept(1);
    expect(kept?.headers).toMatchObject({ 'x-kind': 'own' });
    expect(kept?.headers).not.toHaveProperty('authorization');
    expect((await test(webhook)).body.warnings).toEqual([]);
  });

  it('says why there was no answer, within the timeout of the destination', async () => {
    const reset = await TestWebhook.create([{ url: `${chaos}/reset` }]);
    expect((await test(reset)).body).toMatchObject({
      ...{ http_status: null, error: 'connection', connection_error: 'lost', answer: null },
      sent_headers: { 'gapless-test': '1' },
    });
    const hung = await TestWebhook.create([{ url: `${chaos}/hang`, timeout_seconds: 1 }]);
    const { body } = await test(hung);
    expect(body).toMatchObject({ outcome: 'failed', http_status: null, error: 'timeout', answer: null });
    expect(body.duration_ms).toBeGreaterThanOrEqual(990);
  });

  it('is refused where what to send is not clear', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url }]);
    const both = await test(webhook, { body: 'a', body_base64: 'YQ==' });
    expect([both.status, both.body.errors?.[0]?.path]).toEqual([422, '/body_base64']);
    expect((await test(webhook, { body_base64: '?' })).status).toBe(422);
    expect((await call('POST', `${webhook.path}/destinations/none/test`)).status).toBe(404);
    expect(await box.kept()).toEqual([]);
  });
});
