/**
 * An outage as docs/operate.md tells it, by the API alone: an alert comes, the destinations are found, what they said is read, they
 * are mended, and everything arrives within a minute of `retry`, nothing twice. The hour is simulated, the receivers are real.
 */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { MINUTE, SECOND } from '../support/durations';
import { Box, call, sequencesOf, TestWebhook } from '../support/in-worker';
import { useStandingClock, wait } from '../support/standing-clock';

useStandingClock();

const EVENTS = 60;

const [operate = ''] = Object.values(
  import.meta.glob<string>('../../docs/operate.md', { query: '?raw', import: 'default', eager: true }),
);

/** What the story says to ask for, in its order; the test asks for the same. */
const TOLD = [
  'GET /v1/status',
  'GET /v1/webhooks/{id}/status',
  'GET /v1/webhooks/{id}/events?destination_id=ledger&delivery=retrying',
  'GET /v1/webhooks/{id}/events/{sequence}',
  'POST /v1/webhooks/{id}/destinations/{destination_id}/retry',
];

/** Real time for what is under way, then the alarm, as the platform runs it when it is due. */
async function pass(webhook: TestWebhook, ms: number): Promise<void> {
  wait(ms);
  await runDurableObjectAlarm(webhook.stub());
  await new Promise(resolve => setTimeout(resolve, 30));
}

type Overview = {
  webhooks: { webhook_id: number; waiting: number; failing: { name: string; failing_since: string }[] }[];
};
type Status = {
  destinations: { destination_id: string; name: string; waiting: number; next_attempt_at: string | null }[];
};
type Events = { events: { sequence: number }[] };
type Detail = {
  attempts: { destination_id: string; http_status: number | null; answer: { text: string } | null }[];
};

it('is told with the requests that mend it', () => {
  const told = operate.slice(operate.indexOf('## An outage'));
  const places = TOLD.map(request => told.indexOf(request));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

it('an hour without the strict and the keyed destination is noticed, understood and mended', async () => {
  const [strict, keyed, good, alerts] = [new Box(), new Box(), new Box(), new Box()];
  const webhook = await TestWebhook.create(
    [
      { name: 'ledger', url: strict.url, ordering: 'strict' },
      { name: 'stock', url: keyed.url, ordering: 'key' },
      { name: 'app', url: good.url },
      { name: 'alerts', url: alerts.url, topics: 'gateway:*' },
    ],
    { name: 'outage shop' },
  );
  await Promise.all([strict.mode({ status: 503 }), keyed.mode({ status: 503 })]);
  for (let minute = 0; minute < EVENTS; minute++) {
    expect((await webhook.send({ order: `order-${minute % 7}` })).status).toBe(200);
    await pass(webhook, MINUTE);
  }
  await good.whenKept(EVENTS);
  expect(sequencesOf(await good.kept()).toSorted((a, b) => a - b).length).toBe(EVENTS);

  // 1. The alert.
  const told = (await alerts.kept()).map(({ body }) => JSON.parse(body));
  const failing = told.filter(({ topic }) => topic === 'gateway:destination_failing');
  const names = failing
    .flatMap(({ message }) => [message, ...(message.entries ?? [])])
    .map(one => one.destination_name);
  expect(new Set(names.filter(Boolean))).toEqual(new Set(['ledger', 'stock']));

  // 2. Which, and since when.
  const { body: overview } = await call<Overview>('GET', '/v1/status');
  const row = overview.webhooks.find(({ webhook_id }) => webhook_id === webhook.id);
  expect(row?.failing.map(({ name }) => name).toSorted()).toEqual(['ledger', 'stock']);

  // 3. What they said.
  const [ledger = '', stock = ''] = webhook.destinations;
  const { body: stuck } = await call<Events>(
    'GET',
    `${webhook.path}/events?destination_id=ledger&delivery=retrying`,
  );
  expect(stuck.events.length).toBeGreaterThan(0);
  const { body: detail } = await call<Detail>('GET', `${webhook.path}/events/${stuck.events[0]?.sequence}`);
  const attempt = detail.attempts.find(({ destination_id }) => destination_id === ledger);
  expect(attempt).toMatchObject({ http_status: 503 });

  // 4. Mended, and sent.
  await Promise.all([strict.mode({}), keyed.mode({})]);
  const [attemptsBefore, keyedBefore] = [(await strict.kept()).length, (await keyed.kept()).length];
  for (const id of [ledger, stock]) {
    const { status, body } = await call<{ waiting: number }>(
      'POST',
      `${webhook.path}/destinations/${id}/retry`,
    );
    expect({ status, all: body.waiting >= EVENTS - 5 }).toEqual({ status: 200, all: true });
  }
  const started = Date.now();
  const waiting = async () =>
    (await call<Status>('GET', `${webhook.path}/status`)).body.destinations
      .filter(({ name }) => name === 'ledger' || name === 'stock')
      .reduce((sum, destination) => sum + destination.waiting, 0);
  // In small steps: each is real time, too, for what is on the way.
  while ((await waiting()) > 0 && Date.now() - started < MINUTE) await pass(webhook, SECOND / 10);
  expect(Date.now() - started).toBeLessThan(MINUTE);

  // 5. Everything, once, in order.
  const arrived = async (box: Box, before: number) => sequencesOf((await box.kept()).slice(before));
  await expect
    .poll(async () => (await arrived(strict, attemptsBefore)).length)
    .toBeGreaterThanOrEqual(EVENTS);
  const ledgerGot = await arrived(strict, attemptsBefore);
  expect(ledgerGot).toEqual(ledgerGot.toSorted((a, b) => a - b));
  expect(new Set(ledgerGot).size).toBe(ledgerGot.length);
  expect(ledgerGot.length).toBe(EVENTS);
  const stockGot = await arrived(keyed, keyedBefore);
  expect(new Set(stockGot).size).toBe(stockGot.length);
  expect(stockGot.length).toBe(EVENTS);

  // 6. It is over, told once each.
  await pass(webhook, MINUTE);
  await pass(webhook, MINUTE);
  const ends = async () =>
    (await alerts.kept())
      .map(({ body }) => JSON.parse(body))
      .filter(({ topic }) => topic === 'gateway:destination_recovered')
      .flatMap(({ message }) => message.entries ?? [message])
      .map(({ destination_name }) => destination_name)
      .toSorted();
  await expect.poll(ends).toEqual(['ledger', 'stock']);
  // Later nothing comes a second time.
  for (let hours = 0; hours < 8; hours++) await pass(webhook, 60 * MINUTE);
  expect(await ends()).toEqual(['ledger', 'stock']);
  expect((await arrived(strict, attemptsBefore)).length).toBe(EVENTS);
  expect((await arrived(keyed, keyedBefore)).length).toBe(EVENTS);
});
