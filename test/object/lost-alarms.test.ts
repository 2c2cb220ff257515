/**
 * The platform gives an alarm up when its handler failed six times; nothing tells the object. Its next call sets it again,
 * and if nobody calls, the hourly round does.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wakeOverdue } from '../../src/alarms/round';
import { HOUR, MINUTE } from '../support/durations';
import { eventually } from '../support/eventually';
import { ingest, newWebhook, orderCreated, send } from '../support/rest';
import { useStandingClock, wait } from '../support/standing-clock';

useStandingClock();
let lines: unknown[];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'warn').mockImplementation(line => void lines.push(JSON.parse(String(line))));
});
afterEach(() => vi.restoreAllMocks());

const stubOf = (id: number) => env.WEBHOOKS.getByName(String(id)) as DurableObjectStub<undefined>;
const alarmOf = (id: number) => runInDurableObject(stubOf(id), (_object, { storage }) => storage.getAlarm());
/** What the platform does after the sixth failure. */
const giveUp = (id: number) =>
  runInDurableObject(stubOf(id), (_object, { storage }) => storage.deleteAlarm());

/** A webhook with work to do: a table that its retention drops. */
async function busy(): Promise<{ id: number; path: string }> {
  const webhook = await newWebhook();
  expect((await ingest(webhook.id, orderCreated(1))).status).toBe(200);
  expect(await alarmOf(webhook.id)).not.toBeNull();
  return webhook;
}

describe('an alarm that was given up', () => {
  it.each([
    ['GET', ''],
    ['GET', '/status'],
    ['GET', '/gaps'],
    ['GET', '/events'],
  ])('is set again by any call after the object slept: %s %s', async (method, path) => {
    const webhook = await busy();
    await giveUp(webhook.id);
    await evictDurableObject(stubOf(webhook.id));
    await send(method, webhook.path + path);
    expect(await alarmOf(webhook.id)).not.toBeNull();
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'alarm_restored', webhook_id: webhook.id }),
    );
  });

  it('is set again by any call, also while the object stays in memory', async () => {
    const { id, path } = await busy();
    wait(20 * 24 * HOUR);
    await giveUp(id);
    await send('GET', `${path}/status`);
    expect(await alarmOf(id)).not.toBeNull();
    await runDurableObjectAlarm(stubOf(id));
    expect(lines).toEqual([expect.objectContaining({ event: 'alarm_restored', webhook_id: id })]);
  });

  it('is set again by the round when its time has passed, and not before', async () => {
    const { id } = await busy();
    await wakeOverdue(env, Date.now());
    const due = Number(await alarmOf(id));
    await giveUp(id);
    await evictDurableObject(stubOf(id));
    wait(MINUTE);
    const asked = vi.spyOn(Object.getPrototypeOf(env.WEBHOOKS) as DurableObjectNamespace, 'getByName');
    await wakeOverdue(env, Date.now());
    expect(asked.mock.calls.flat()).not.toContain(String(id));
    vi.setSystemTime(Math.min(due, Date.now() + 6 * HOUR) + 1);
    // As the platform calls it.
    await (exports.default as unknown as { scheduled: (given: object) => Promise<unknown> }).scheduled({
      cron: '17 * * * *',
    });
    expect(asked.mock.calls.flat()).toContain(String(id));
    expect(await alarmOf(id)).not.toBeNull();
  });

  it('leaves no line when nothing was lost: an alarm that wakes its object is still known then', async () => {
    const { id } = await busy();
    await evictDurableObject(stubOf(id));
    wait(20 * 24 * HOUR);
    await runDurableObjectAlarm(stubOf(id));
    await evictDurableObject(stubOf(id));
    await send('GET', `/v1/webhooks/${id}/status`);
    expect(lines).toEqual([]);
  });

  it('leaves none either when the platform itself wakes the object for it', async () => {
    vi.useRealTimers();
    const { id } = await busy();
    await runInDurableObject(stubOf(id), (_object, { storage }) => storage.setAlarm(Date.now() + 300));
    await evictDurableObject(stubOf(id));
    await eventually(async () => expect(Number(await alarmOf(id))).toBeGreaterThan(Date.now() + 1000));
    expect(lines).toEqual([]);
  });
});
