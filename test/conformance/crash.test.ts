/**
 * Acked is stored: whatever was answered 200 is there and arrives after the gateway was killed at a bad moment.
 *
 * `npm run test:crash` makes the storm longer, and says what came of it; with `--capped` under production's limits of connections.
 */
import { expect, it, onTestFinished } from 'vitest';
import { clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { startGateway } from '../support/gateway';
import { startReceiver } from '../support/receiver';
import { standardSignatureHolds } from '../support/signing';
import { storm } from '../support/storm/storm';

const DEFAULT_ROUNDS = 2;
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? DEFAULT_ROUNDS);
/** In which runtime: '1' under production's limits, '0' as users start it; both where nothing is said. */
const CAPPED = process.env.CRASH_CAPPED;
const RUNTIMES = [
  { capped: false, name: 'as users start it' },
  { capped: true, name: 'under production’s limits of connections' },
].filter(({ capped }) => CAPPED === undefined || capped === (CAPPED === '1'));
const SEED = Number(process.env.CRASH_SEED ?? 1);

/** Retries soon and often enough for a test. */
const PATIENT = { retry: { schedule_seconds: Array(30).fill(1) } };

it('delivers everything acked after the destination was down and the gateway was killed meanwhile', async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.stop());
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const client = clientOf(gateway);
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
  const arrived = () => receiver.received.map(({ headers }) => Number(headers['gapless-increment-id']));
  await eventually(() => expect([...new Set(arrived())].sort((a, b) => a - b)).toEqual(all), 45_000);
  const secret = webhook.destinations[0]?.secret_key ?? '';
  for (const delivery of receiver.received) expect(standardSignatureHolds(secret, delivery)).toBe(true);
  const idsOfOne = receiver.received.filter(({ headers }) => headers['gapless-increment-id'] === '1');
  expect(new Set(idsOfOne.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await client.gaps(id)).toMatchObject({ highest_increment_id: 40, gaps: [] });
});

it.each(RUNTIMES)(
  `leaves every promise kept after ${ROUNDS} kills in bad moments, seed ${SEED}, $name`,
  {
    timeout: 120_000 + ROUNDS * 15_000,
  },
  async ({ capped }) => {
    const said = (line: string) => {
      if (ROUNDS > DEFAULT_ROUNDS) console.log(line);
    };
    const { problems, summary } = await storm(ROUNDS, SEED, { capped, said });
    if (ROUNDS > DEFAULT_ROUNDS) console.log(`seed ${SEED}`, summary);
    expect(problems, JSON.stringify(summary)).toEqual([]);
    expect(summary.kills).toBe(ROUNDS);
  },
);
