/** One delivery from end to end: the gateway’s HTTP interface, the real object, real couriers, real sockets. */
import { describe, expect, it } from 'vitest';
import { Box, call, sequencesOf, TestWebhook, verify } from '../../support/in-worker';

describe('a delivery', () => {
  it('has the bytes, the provider’s headers, and what the gateway says about it', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([
      { url: `${box.url}?own=1`, extra_headers: { 'X-Env': 'prod' } },
    ]);
    const body =
      '{ "topic":"order:created" , "message":{"unique_id":"1","webhook_increment_id":"4","x":1.50}}';
    expect((await webhook.post(body, '?shop=7')).status).toBe(200);
    const [kept] = await box.whenKept(1);
    expect(kept?.body).toBe(body);
    expect(kept?.target).toMatch(/\?own=1&shop=7$/);
    expect(kept?.headers).toMatchObject({
      'x-plugin-hmac-sha256': expect.any(String),
      'x-env': 'prod',
      'webhook-id': `msg_1_${webhook.destinations[0]}`,
      'ce-type': 'order:created',
      'ce-source': `/webhooks/${webhook.id}`,
      'ce-sequence': '1',
      'gapless-previous': '0',
      'gapless-increment-id': '4',
      'gapless-attempt': '1',
    });
    expect(kept?.headers).not.toHaveProperty('gapless-replay');
  });

  it('is signed with every secret in use, before, during and after a rotation', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url }]);
    const [old = ''] = webhook.secrets;
    await webhook.send();
    const [before] = await box.whenKept(1);
    if (before === undefined) throw new Error('nothing came');
    verify(old, before);

    const path = `${webhook.path}/destinations/${webhook.destinations[0]}/rotate_secret`;
    const rotated = await call<{ secret_key: string }>('POST', path, { overlap_seconds: 3600 });
    await webhook.send();
    const during = (await box.whenKept(2))[1];
    if (during === undefined) throw new Error('nothing came');
    verify(old, during);
    verify(rotated.body.secret_key, during);

    // Without an overlap the ones before end at once.
    const ended = await call<{ secret_key: string }>('POST', path, { overlap_seconds: 0 });
    await webhook.send();
    const after = (await box.whenKept(3))[2];
    if (after === undefined) throw new Error('nothing came');
    verify(ended.body.secret_key, after);
    expect(() => verify(rotated.body.secret_key, after)).toThrow();
  });

  it('is signed as the provider signs with both of its secrets, until the rotation is over', async () => {
    const box = new Box();
    const given = { provider: 'stripe', secret_key: 'whsec_before' };
    const webhook = await TestWebhook.create([{ url: box.url, sign: 'provider' }], given);
    let sent = 0;
    const signatures = async (): Promise<number | undefined> => {
      expect((await call('POST', `${webhook.path}/test`)).status).toBe(200);
      sent++;
      const kept = (await box.whenKept(sent))[sent - 1];
      return kept?.headers['stripe-signature']?.match(/,v1=/g)?.length;
    };
    expect(await signatures()).toBe(1);
    const rotation = { secret_key: 'whsec_after', overlap_seconds: 5 };
    expect((await call('POST', `${webhook.path}/rotate_secret`, rotation)).status).toBe(200);
    expect(await signatures()).toBe(2);
    await expect.poll(signatures).toBe(1);
  });

  it('is retried on the schedule, under the same id, and counted', async () => {
    const box = new Box();
    await box.mode({ status: 500, times: 2 });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1, 1, 600] } }]);
    await webhook.send();
    const kept = await box.whenKept(3);
    expect(kept.map(({ headers }) => headers['gapless-attempt'])).toEqual(['1', '2', '3']);
    expect(new Set(kept.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 1, retrying: 0, dead: 0 });
    const { body } = await call<{ attempts: { http_status: number; outcome: string }[] }>(
      'GET',
      `${webhook.path}/events/1`,
    );
    expect(body.attempts.map(({ http_status }) => http_status)).toEqual([500, 500, 200]);
  });

  it('waits as long as Retry-After asks', async () => {
    const box = new Box();
    await box.mode({ status: 429, retryAfter: '3' });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1] } }]);
    await webhook.send();
    await box.whenKept(1);
    await box.mode({ status: 200 });
    const [first, second] = await box.whenKept(2);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3000);
  });

  it('ends dead when its attempts are used up, and lives again when it is replayed', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [] } }]);
    await webhook.sendMany(3);
    await expect.poll(() => webhook.status()).toMatchObject({ dead: 3 });
    await box.mode({ status: 200 });
    const dry = { status: 'dead', destination_id: webhook.destinations[0], dry_run: true };
    const counted = await call('POST', `${webhook.path}/replays`, dry);
    expect(counted.body).toEqual({ count: 3, events: 3, replay_id: null });
    expect(await webhook.status()).toMatchObject({ dead: 3 });
    await call('POST', `${webhook.path}/replays`, { ...dry, dry_run: false });
    const kept = await box.whenKept(6);
    // In no order: the destination asks for none.
    expect(sequencesOf(kept.slice(3)).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    await expect.poll(() => webhook.status()).toMatchObject({ dead: 0 });
  });
});
