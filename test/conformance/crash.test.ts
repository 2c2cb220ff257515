/** Acked is stored: whatever was answered 200 is there and arrives after the gateway was killed at a bad moment. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { type Receiver, startReceiver } from '../support/receiver';
import { standardSignatureHolds } from '../support/signing';

let gateway: Gateway;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
});
afterAll(() => gateway.stop());

beforeEach(async () => {
  receiver = await startReceiver();
  return () => receiver.close();
});

/** Retries soon and often enough for a test. */
const PATIENT = { retry: { schedule_seconds: Array(30).fill(1) } };

function arrivedIds(): Set<number> {
  return new Set(receiver.received.map(({ headers }) => Number(headers['gapless-increment-id'])));
}

it('delivers everything acked after the destination was down and the gateway was killed meanwhile', async () => {
  const webhook = await client.shipstream(receiver.url, {}, PATIENT);
  const id = webhook.webhook_id;
  await receiver.down();
  for (let increment = 1; increment <= 30; increment++) {
    expect((await client.sendShipstream(id, shipstreamEvent(increment))).status).toBe(200);
  }
  await gateway.kill9();
  await gateway.restart();
  for (let increment = 31; increment <= 40; increment++) {
    expect((await client.sendShipstream(id, shipstreamEvent(increment))).json).toMatchObject({
      status: 'accepted',
      sequence: increment,
    });
  }
  await receiver.up();

  const all = Array.from({ length: 40 }, (_, i) => i + 1);
  await eventually(() => expect([...arrivedIds()].sort((a, b) => a - b)).toEqual(all), 45_000);
  const secret = webhook.destinations[0]?.secret_key ?? '';
  for (const delivery of receiver.received) expect(standardSignatureHolds(secret, delivery)).toBe(true);
  const idsOfOne = receiver.received.filter(({ headers }) => headers['gapless-increment-id'] === '1');
  expect(new Set(idsOfOne.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await client.gaps(id)).toMatchObject({ highest_increment_id: 40, gaps: [] });
});

it('has stored every event that it acked in the moment it was killed, three times over', async () => {
  const webhook = await client.shipstream(receiver.url, { sequence: { grace_seconds: 0 } }, PATIENT);
  const id = webhook.webhook_id;
  const acked = new Set<number>();
  // The first alone, so that the numbering begins where it begins.
  await client.sendShipstream(id, shipstreamEvent(1));
  let next = 2;

  for (let round = 0; round < 3; round++) {
    let running = true;
    const senders = Array.from({ length: 8 }, async () => {
      while (running) {
        const increment = next++;
        const answer = await client.sendShipstream(id, shipstreamEvent(increment)).catch(() => null);
        if (answer?.status === 200) acked.add(increment);
        if (answer === null) return;
      }
    });
    await pause(400 + 150 * round);
    await gateway.kill9();
    running = false;
    await Promise.all(senders);
    await gateway.restart();
  }

  expect(acked.size).toBeGreaterThan(20);
  const stored = new Set((await client.events(id)).map(({ increment_id }) => increment_id));
  expect([...acked].filter(increment => !stored.has(increment))).toEqual([]);
  await eventually(() => {
    const arrived = arrivedIds();
    expect([...acked].filter(increment => !arrived.has(increment))).toEqual([]);
  }, 45_000);

  // What was never stored is named as missing; what was, is not.
  await client.sendShipstream(id, shipstreamEvent(next));
  await eventually(async () => {
    const { gaps } = await client.gaps(id, '?status=open');
    const missing = new Set(
      gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
    );
    const expected = Array.from({ length: next - 1 }, (_, i) => i + 1).filter(
      increment => !stored.has(increment),
    );
    expect([...missing].sort((a, b) => a - b)).toEqual(expected);
  });
});
