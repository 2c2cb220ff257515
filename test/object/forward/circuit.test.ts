/** A destination that is down, paused or gone: it is probed little, recovers at a pace, and goes on where it was. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { DestinationState } from '../../../src/log/forward/destination-state';
import { Forwarding } from '../../../src/log/forward/forwarding';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/durations';
import { Box, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { fails, hangs, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

/** Soon 20 failures of one event, which then is not due for long. */
const STUBBORN = [...Array.from({ length: 22 }, () => 5), 86_400];

describe('a destination that is down', () => {
  it('gets dozens of probes an hour, and then 10,000 events in order and at the set pace', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: STUBBORN })], async s => {
      s.reply = fails;
      for (let i = 0; i < 10; i++) await s.append(1000);
      await s.wait(2 * MINUTE);
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
      s.attempts.length = 0;
      await s.wait(HOUR);
      expect(s.attempts.length).toBeGreaterThan(50);
      expect(s.attempts.length).toBeLessThan(70);

      s.reply = () => ({ status: 200, ms: 1 });
      s.attempts.length = 0;
      await s.wait(5 * MINUTE);
      expect(s.sequences('a')).toEqual(range(1, 10_000));
      const since = s.delivered[0]?.at ?? 0;
      for (let second = 0; second < 7; second++) {
        const left = s.attempts.filter(({ at }) => Math.floor((at - since) / SECOND) === second).length;
        expect(left).toBeLessThanOrEqual(10 * 2 ** second);
        expect(left).toBeGreaterThanOrEqual(5 * 2 ** second);
      }
    }));

  it('opens its circuit after 20 failures, and recovers at 10 a second, doubling', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      s.reply = fails;
      await s.append(10_000);
      await s.wait(HOUR);
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
      const probes = s.attempts.slice(20).length;
      expect(probes).toBeLessThan(20 + 48 + 70);

      s.reply = () => ({ status: 200, ms: 1 });
      await s.wait(MINUTE);
      const [first] = s.delivered;
      const since = first?.at ?? 0;
      for (let second = 0; second < 8; second++) {
        const left = s.attempts.filter(
          ({ at }) => at >= since + second * SECOND && at < since + (second + 1) * SECOND,
        ).length;
        expect(left).toBeLessThanOrEqual(10 * 2 ** second);
        expect(left).toBeGreaterThan(5 * 2 ** second);
      }
      // What probed it for an hour may have used its schedule up to the wait of two hours.
      await s.wait(3 * HOUR);
      expect(new Set(s.sequences('a')).size).toBe(10_000);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
    }));

  it('that hangs never holds more than one connection, and then 10,000 events leave', () =>
    scene([destinationRecord('a'), destinationRecord('healthy')], async s => {
      s.reply = target => (target.destinationId === 'a' ? hangs(target) : works());
      for (let i = 0; i < 20; i++) {
        await s.append(500);
        await s.wait(MINUTE);
      }
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
      expect(new Set(s.sequences('healthy')).size).toBe(10_000);
      expect(s.status('healthy')).toEqual({ retrying: 0, dead: 0 });
      const starts = s.attempts.filter(({ id }) => id === 'a').map(({ at }) => at);
      const waits = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(15 * SECOND);

      s.reply = works;
      await s.wait(3 * HOUR);
      expect(new Set(s.sequences('a')).size).toBe(10_000);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
    }));

  it('is probed one at a time, after 1 s and then twice as long up to 60 s, also over restarts', () =>
    scene([destinationRecord('a')], async s => {
      s.reply = fails;
      await s.append(100);
      await s.wait(SECOND / 2);
      const opened = s.attempts.length;
      await s.wait(130 * SECOND);
      s.world.restart();
      await s.wait(200 * SECOND);
      const times = s.attempts.slice(opened).map(({ at }) => at);
      const waits = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) / SECOND));
      expect(waits.slice(0, 8)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    }));

  it('does not let an alarm come for nothing while a strict lane waits for a retry', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: [86_400] })], async s => {
      s.reply = fails;
      await s.append(500);
      await s.wait(MINUTE);
      const before = s.world.alarms;
      await s.wait(20 * HOUR);
      expect(s.world.alarms - before).toBeLessThan(5);
      s.reply = works;
      await s.wait(8 * HOUR);
      expect(s.sequences('a')).toEqual(range(1, 500));
    }));

  it('that is paused, or resumed, keeps its retries and its order', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      s.reply = fails;
      await s.append(3);
      await s.wait(SECOND);
      s.world.patch('a', { isActive: false });
      s.reply = works;
      const attempts = s.attempts.length;
      await s.wait(DAY);
      await s.append(3);
      await s.wait(DAY);
      expect(s.attempts.length).toBe(attempts);
      s.world.patch('a', { isActive: true });
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual(range(1, 6));
    }));
});

describe('410', () => {
  it('turns the destination off once, though several were under way', () =>
    scene([destinationRecord('a'), destinationRecord('ops', { topics: ['gateway:*'] })], async s => {
      s.reply = target => (target.destinationId === 'a' ? { status: 410, ms: 5 } : works());
      await s.append(40);
      await s.wait(2 * MINUTE);
      expect(s.world.webhook.destinations[0]?.isActive).toBe(false);
      const reports = s.delivered.filter(({ id }) => id === 'ops').map(({ event }) => event.topic);
      expect(reports).toEqual(['gateway:destination_disabled']);
      // Nothing is dead: it waits until the destination is turned on again.
      expect(s.status('a').dead).toBe(0);
      s.reply = works;
      s.world.patch('a', { isActive: true });
      await s.wait(MINUTE);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 40)));
    }));
});

describe('a 410 that is not noted yet when the webhook is changed', () => {
  it('comes first: the change is refused as one of an older version, and made again it holds', async () => {
    const box = new Box();
    await box.mode({ status: 410 });
    const webhook = await TestWebhook.create([{ url: box.url }]);
    const flush = vi.spyOn(Forwarding.prototype, 'flush').mockImplementation(() => {});
    const ended = vi.spyOn(DestinationState.prototype, 'attemptEnded');
    await webhook.send();
    await expect.poll(() => ended.mock.calls.length).toBe(1);
    ended.mockRestore();

    await runInDurableObject(env.WEBHOOKS.getByName(String(webhook.id)), async object => {
      const record = await object.getRecord();
      if (record === null) throw new Error('no webhook');
      flush.mockRestore();
      expect(await object.replace({ ...record, name: 'shop' }, record.version)).toEqual({ kind: 'conflict' });
    });
    expect(await webhook.status()).toMatchObject({ is_active: false });
    await box.mode({ status: 200 });
    await webhook.patch({ is_active: true });
    await expect.poll(() => webhook.status()).toMatchObject({ is_active: true, delivered: 1 });
  });
});

describe('a destination that answers 410', () => {
  it('is turned off, and goes on where it was when it is turned on', async () => {
    const box = new Box();
    await box.mode({ status: 410 });
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }]);
    await webhook.send();
    await expect
      .poll(() => webhook.status())
      .toMatchObject({
        is_active: false,
        disabled_reason: 'it answered 410 Gone',
      });
    await webhook.sendMany(2);
    expect(await box.kept()).toHaveLength(1);
    await box.mode({ status: 200 });
    await webhook.patch({ is_active: 1 });
    expect(sequencesOf((await box.whenKept(4)).slice(1))).toEqual([1, 2, 3]);
    expect(await webhook.status()).toMatchObject({ is_active: true, disabled_reason: null });
  });
});
