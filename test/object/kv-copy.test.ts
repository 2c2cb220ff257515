/** The copy of a record in KV, when a webhook goes and one with the same id comes. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { recordFor, remember } from '../../src/subscriptions/edge-cache';
import { readRecord } from '../../src/subscriptions/store';
import { webhookRecord } from '../support/webhook-record';

it('is that of the webhook there is, however removing and making it again overlap', async () => {
  const id = 4_711_000_001;
  const stub = env.WEBHOOKS.getByName(String(id));
  await stub.create(webhookRecord({ id, createdAt: 1 }));
  for (let life = 2; life < 8; life++) {
    const current = await stub.getRecord();
    const changing = current === null ? null : stub.replace(current, current.version);
    const removing = stub.remove();
    const making = stub.create(webhookRecord({ id, createdAt: life }));
    expect(await Promise.all([removing, making])).toEqual([true, 'created']);
    await changing;
    expect(await readRecord(env.SUBSCRIPTIONS, id)).toMatchObject({ value: { createdAt: life, version: 1 } });
    expect(await stub.getRecord()).toMatchObject({ createdAt: life, version: 1 });
  }
  await stub.remove();
  expect(await readRecord(env.SUBSCRIPTIONS, id)).toEqual({ ok: true, value: null });
});

it('of an earlier webhook with the id gives way at the edge, whatever its version', async () => {
  const id = 4_711_000_002;
  const now = Date.now();
  remember(webhookRecord({ id, createdAt: 1, version: 7 }), now);
  expect(remember(webhookRecord({ id, createdAt: 2, version: 1 }), now)).toMatchObject({ createdAt: 2 });
  expect(remember(webhookRecord({ id, createdAt: 1, version: 7 }), now)).toMatchObject({ createdAt: 2 });
  expect(await recordFor(env.SUBSCRIPTIONS, id, now)).toMatchObject({ value: { createdAt: 2 } });
});
