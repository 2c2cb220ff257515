/**
 * Every hole is named and no hole is invented; an event is accepted once; a webhook that was made anew at the provider counts
 * from 1 again without a false gap or a lost event.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { startReceiver } from '../support/receiver';
import type { SharedGateway } from '../support/shared-gateway';

/** Longer than a busy machine stops in the midst of sending: what comes within it is no gap. */
const GRACE = { grace_seconds: 5 };
const AFTER_GRACE_MS = 5_500;

let gateway: SharedGateway;
let client: Client;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

async function ranges(id: number, query = ''): Promise<string[]> {
  const { gaps } = await client.gaps(id, query);
  return gaps.map(({ from, to, status }) => `${from}-${to} ${status}`);
}

describe.concurrent('gaps', () => {
  it('lists a hole after its grace, splits it when it is partly filled and closes it with the time', async () => {
    const { webhook_id: id } = await client.shipstream(null, { sequence: GRACE });
    const began = Date.now();
    const answers: unknown[] = [];
    for (const increment of [1, 2, 5, 3, 5, 9, 4]) {
      const { json } = await client.sendShipstream(id, shipstreamEvent(increment));
      answers.push([increment, json.status, json.sequence]);
    }
    expect(answers).toEqual([
      [1, 'accepted', 1],
      [2, 'accepted', 2],
      [5, 'accepted', 3],
      [3, 'accepted', 4],
      [5, 'duplicate', 3],
      [9, 'accepted', 5],
      [4, 'accepted', 6],
    ]);
    expect(await ranges(id)).toEqual([]);

    await eventually(async () => expect(await ranges(id)).toEqual(['6-8 open']));
    expect(Date.now() - began).toBeGreaterThan(4_500);
    const report = await client.gaps(id);
    expect(report).toMatchObject({ numbered: true, highest_increment_id: 9 });
    expect(report.gaps[0]).toMatchObject({ from: 6, to: 8, count: 3, status: 'open', resolved_at: null });

    expect((await client.sendShipstream(id, shipstreamEvent(7))).json).toMatchObject({ status: 'accepted' });
    expect(await ranges(id)).toEqual(['6-6 open', '7-7 filled', '8-8 open']);
    await client.sendShipstream(id, shipstreamEvent(6));
    await client.sendShipstream(id, shipstreamEvent(8));
    expect(await ranges(id, '?status=open')).toEqual([]);
    const filled = await client.gaps(id, '?status=filled');
    expect(filled.gaps.length).toBeGreaterThan(0);
    for (const gap of filled.gaps) expect(gap.resolved_at).not.toBeNull();
    expect(await client.status(id)).toMatchObject({ open_gaps: 0 });
  });

  it('makes none of quarantined, ignored and repeated events whose id can be read', async () => {
    const { webhook_id: id } = await client.shipstream(null, {
      topics: 'order:*',
      sequence: { grace_seconds: 0 },
    });
    await client.sendShipstream(id, shipstreamEvent(1));
    const ignored = await client.sendShipstream(id, shipstreamEvent(2, {}, 'product:updated'));
    expect(ignored.json).toEqual({ status: 'ignored', increment_id: 2 });
    const quarantined = await client.sendShipstream(id, '{"topic":17,"message":{"webhook_increment_id":3}}');
    expect(quarantined.json).toMatchObject({ status: 'quarantined' });
    await client.sendShipstream(id, shipstreamEvent(1));
    await client.sendShipstream(id, shipstreamEvent(4));
    await pause(1_000);
    expect(await client.gaps(id)).toMatchObject({ highest_increment_id: 4, gaps: [] });
  });

  it('makes none of events that come in any order within the grace', async () => {
    const { webhook_id: id } = await client.shipstream(null, { sequence: GRACE });
    const shuffled = [3, 1, 2, 8, 5, 4, 7, 6, 10, 9];
    await Promise.all(shuffled.map(increment => client.sendShipstream(id, shipstreamEvent(increment))));
    await pause(AFTER_GRACE_MS);
    expect(await client.gaps(id)).toMatchObject({ highest_increment_id: 10, gaps: [] });
  });
});

describe('duplicates', () => {
  it('accepts one of twenty identical concurrent requests', async () => {
    const receiver = await startReceiver();
    const { webhook_id: id } = await client.shipstream(receiver.url);
    await client.sendShipstream(id, shipstreamEvent(1));
    const body = shipstreamEvent(2);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.sendShipstream(id, body)));

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const statuses = answers.map(({ json }) => json.status).sort();
    expect(statuses).toEqual(['accepted', ...Array(19).fill('duplicate')]);
    expect(new Set(answers.map(({ json }) => json.sequence))).toEqual(new Set([2]));
    expect(await client.events(id)).toHaveLength(2);
    await eventually(() => expect(receiver.received).toHaveLength(2));
    await pause(300);
    expect(receiver.received).toHaveLength(2);
    await receiver.close();
  });

  it('quarantines another body under a known increment id', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    await client.sendShipstream(id, shipstreamEvent(1));
    const { json } = await client.sendShipstream(id, shipstreamEvent(1, { other: true }));
    expect(json).toMatchObject({ status: 'quarantined' });
    expect(await client.events(id, '&status=quarantined')).toMatchObject([
      { increment_id: 1, reason: 'conflict' },
    ]);
  });
});

describe.concurrent('epochs', () => {
  it('starts a new one for a webhook made anew at the provider, with late retries of the old in between', async () => {
    const receiver = await startReceiver();
    const { webhook_id: id } = await client.shipstream(receiver.url, { sequence: GRACE });
    const old = (increment: number) => shipstreamEvent(increment, { numbering: 'old' });
    const anew = (increment: number) => shipstreamEvent(increment, { numbering: 'new' });
    const statusOf = async (body: string) => (await client.sendShipstream(id, body)).json.status;

    for (let increment = 1; increment <= 10; increment++)
      expect(await statusOf(old(increment))).toBe('accepted');
    const before = await client.gaps(id);
    await pause(AFTER_GRACE_MS);
    expect(await statusOf(anew(1))).toBe('accepted');
    expect(await statusOf(anew(2))).toBe('accepted');
    expect(await statusOf(old(4))).toBe('duplicate');
    expect(await statusOf(old(11))).toBe('accepted');
    for (let increment = 3; increment <= 12; increment++)
      expect(await statusOf(anew(increment))).toBe('accepted');
    expect(await statusOf(old(10))).toBe('duplicate');
    await pause(AFTER_GRACE_MS);

    const after = await client.gaps(id);
    // One secret and no times: nothing is missing, and of what came nobody can say which of the two sent it.
    const [inDoubt] = after.gaps;
    expect(after).toMatchObject({ highest_increment_id: 12, gaps: [inDoubt] });
    expect(inDoubt).toMatchObject({ from: 1, to: 12, count: 12, status: 'uncertain', on_record: true });
    expect(after.epoch).not.toBe(before.epoch);
    await eventually(() => expect(receiver.received).toHaveLength(23));
    const forwarded = new Set(receiver.received.map(({ body }) => body.toString()));
    expect(forwarded.size).toBe(23);
    await receiver.close();
  });

  it('starts none for conflicts among its events, however many come at once', async () => {
    const { webhook_id: id } = await client.shipstream(null, { sequence: GRACE });
    const ids = Array.from({ length: 40 }, (_, index) => index + 1);
    const send = async (body: string) => (await client.sendShipstream(id, body)).json.status;
    expect(await Promise.all(ids.map(increment => send(shipstreamEvent(increment))))).toEqual(
      Array(40).fill('accepted'),
    );
    await pause(AFTER_GRACE_MS);
    // Not of id 1, which shows a webhook that was made anew.
    const mixed = ids.flatMap(increment => [
      { expected: 'accepted', body: shipstreamEvent(40 + increment) },
      ...(increment > 1 ? [{ expected: 'quarantined', body: shipstreamEvent(increment, { other: 1 }) }] : []),
    ]);
    const answers = await Promise.all(mixed.map(({ body }) => send(body)));
    expect(answers).toEqual(mixed.map(({ expected }) => expected));
    await pause(AFTER_GRACE_MS);
    expect(await client.gaps(id)).toMatchObject({ epoch: 1, highest_increment_id: 80, gaps: [] });
  });
});
