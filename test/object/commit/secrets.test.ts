/** A webhook made anew at the provider, under a new secret: over the running gateway. */
import { describe, expect, it } from 'vitest';
import { call, TestWebhook } from '../../support/in-worker';

type Gaps = {
  epoch: number;
  highest_increment_id: number;
  gaps: { epoch: number; from: number; to: number; status: string }[];
};

const NEXT_SECRET = 'a-secret-of-the-webhook-made-anew';

async function rotated(webhook: TestWebhook): Promise<void> {
  const body = { secret_key: NEXT_SECRET, overlap_seconds: 3600 };
  expect((await call('POST', `${webhook.path}/rotate_secret`, body)).status).toBe(200);
}

describe('a new secret of a ShipStream webhook', () => {
  it('is a new numbering at once, while the old one still sends', async () => {
    const webhook = await TestWebhook.create([], { sequence: { grace_seconds: 0 } });
    for (const id of [1, 2, 4]) await webhook.send({ id });
    await rotated(webhook);
    const send = (id: number, secret?: string) =>
      webhook.send(secret === undefined ? { id } : { id, secret, extra: { anew: true } });
    expect((await send(5, NEXT_SECRET)).body).toMatchObject({ status: 'accepted', increment_id: 5 });
    expect((await send(5)).body).toMatchObject({ status: 'accepted', increment_id: 5 });
    expect((await send(7, NEXT_SECRET)).body).toMatchObject({ status: 'accepted' });
    expect((await send(3)).body).toMatchObject({ status: 'accepted' });
    await expect
      .poll(async () => (await call<Gaps>('GET', `${webhook.path}/gaps?status=open`)).body)
      .toMatchObject({ epoch: 2, highest_increment_id: 7, gaps: [{ epoch: 2, from: 6, to: 6 }] });
  });

  it('says nothing where the webhook was told so', async () => {
    const webhook = await TestWebhook.create([], { sequence: { restarts_with_secret: false } });
    await webhook.send({ id: 1 });
    await rotated(webhook);
    await webhook.send({ id: 2, secret: NEXT_SECRET });
    const { body } = await call<Gaps>('GET', `${webhook.path}/gaps`);
    expect(body).toMatchObject({ epoch: 1, highest_increment_id: 2 });
  });
});
