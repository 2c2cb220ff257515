/**
 * The real object against a simple model, through its HTTP interface: events in every relation to those before them,
 * failing receivers, alarms, crashes, replays, pauses, changes, releases, redactions, in any order. After every step
 * log and gap list are the model's; at the end every destination has what it is owed.
 *
 * `npm run test:model` tells more stories, and says how many steps they had. A failure prints its seed and path.
 */
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeEach, it, vi } from 'vitest';
import { FIRST_ID } from '../support/log-model';
import { DESTINATIONS, LoggedWebhook, type Weather } from '../support/logged-webhook';

const { env: settings } = import.meta as ImportMeta & { env: Record<string, string | undefined> };
const RUNS = Number(settings.VITE_LOG_MODEL_RUNS ?? 2);
const SEED = settings.VITE_LOG_MODEL_SEED;
/** Ahead of the real clock, so that no alarm comes by itself. */
const START = Date.UTC(2040, 0, 1);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: START }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const total = { stories: 0, steps: 0, events: 0, attempts: 0, redeliveries: 0, replays: 0, dead: 0 };
afterAll(() => {
  if (settings.VITE_LOG_MODEL_RUNS !== undefined) console.log('log:', total);
});

/** The model is inside the webhook: both are one thing to fast-check. */
class Step implements fc.AsyncCommand<object, LoggedWebhook> {
  #name: string;
  #does: (webhook: LoggedWebhook) => Promise<void> | void;

  constructor(name: string, does: (webhook: LoggedWebhook) => Promise<void> | void) {
    this.#name = name;
    this.#does = does;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, webhook: LoggedWebhook): Promise<void> {
    total.steps++;
    await this.#does(webhook);
    await webhook.agrees();
  }

  toString(): string {
    return this.#name;
  }
}

const TOPICS = ['order:created', 'product:updated'] as const;
const content = fc.record({ topic: fc.constantFrom(...TOPICS), key: fc.constantFrom('1', '2', '3') });
const destination = fc.nat(DESTINATIONS.length - 1);
const pick = fc.nat(10_000);
const chosen = <T>(from: readonly T[], index: number): T | undefined => from[index % from.length];

const next = fc.tuple(content, fc.constantFrom(0, 0, 0, 0, 1, 3)).map(
  ([event, skipped]) =>
    new Step(`next, ${skipped} skipped`, webhook => {
      const { highest } = webhook.model;
      return webhook.send({ id: highest === 0 ? FIRST_ID : highest + 1 + skipped, ...event });
    }),
);

const flood = fc.tuple(content, fc.integer({ min: 2, max: 12 })).map(
  ([event, count]) =>
    new Step(`${count} events`, async webhook => {
      for (let i = 0; i < count; i++) {
        const key = String(1 + (i % 3));
        await webhook.send({ ...event, key, id: Math.max(FIRST_ID, webhook.model.highest + 1) });
      }
    }),
);

const late = fc.tuple(content, pick).map(
  ([event, index]) =>
    new Step(`late (${index})`, async webhook => {
      const id = chosen(webhook.model.missing, index);
      if (id !== undefined) await webhook.send({ id, ...event });
    }),
);

const retry = pick.map(
  index =>
    new Step(`retry (${index})`, async webhook => {
      const event = chosen(webhook.model.events, index);
      if (event !== undefined) await webhook.retry(event);
    }),
);

const clash = pick.map(
  index =>
    new Step(`clash (${index})`, async webhook => {
      const event = chosen(webhook.model.events, index);
      if (event === undefined || !webhook.model.mayClash(event.id)) return;
      await webhook.send({ id: event.id, topic: event.topic, key: event.key }, 'other');
    }),
);

const release = pick.map(
  index =>
    new Step(`release (${index})`, async webhook => {
      const quarantined = webhook.model.events.filter(({ status }) => status === 'quarantined');
      const event = chosen(quarantined, index);
      if (event !== undefined) await webhook.release(event.sequence);
    }),
);

const redact = pick.map(
  index =>
    new Step(`redact (${index})`, async webhook => {
      const event = chosen(webhook.model.feed, index);
      if (event !== undefined) await webhook.redact(event);
    }),
);

const weather = fc.tuple(destination, fc.constantFrom<Weather>('fine', 'failing', 'broken')).map(
  ([index, sky]) =>
    new Step(`${DESTINATIONS[index]?.name} is ${sky}`, webhook => {
      webhook.weather[index] = sky;
    }),
);

const pauses = destination.map(
  index =>
    new Step(`pause or resume ${DESTINATIONS[index]?.name}`, webhook =>
      webhook.setActive(index, webhook.active[index] !== true),
    ),
);

const reorder = fc
  .constantFrom('parallel', 'key', 'strict')
  .map(ordering => new Step(`order by ${ordering}`, webhook => webhook.reorder(ordering)));

const replay = fc.tuple(pick, fc.nat(8)).map(
  ([index, more]) =>
    new Step(`replay (${index}, ${more})`, async webhook => {
      const first = chosen(webhook.model.events, index)?.sequence ?? 1;
      await webhook.replay(first, first + more);
    }),
);

const wait = fc
  .constantFrom(1, 100, 5000, 30_000, 61_000, 600_000, 3_700_000)
  .map(ms => new Step(`wait ${ms} ms`, webhook => webhook.wait(ms)));

const crash = fc.constant(new Step('crash', webhook => webhook.crash()));

const rest = fc.nat(30).map(
  ms =>
    new Step(`rest ${ms} ms`, async () => {
      await scheduler.wait(ms);
    }),
);

const many = [next, next, flood, late, retry, clash, weather, weather, wait, wait, crash, crash];
const few = [release, redact, pauses, reorder, replay, rest];

it('agrees with the model after every step, and leaves nobody without what is owed', {
  timeout: Math.max(60_000, RUNS * 10_000),
}, async () => {
  const stories = fc.commands([...many, ...few], { maxCommands: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(stories, async story => {
      const webhook = await LoggedWebhook.create();
      await fc.asyncModelRun(() => ({ model: {}, real: webhook }), story);
      await webhook.comesToRest();
      vi.restoreAllMocks();
      total.stories++;
      total.events += webhook.model.events.length;
      for (const feed of webhook.feeds) {
        total.attempts += feed.arrivals;
        total.redeliveries += feed.redeliveries;
        total.replays += feed.replays;
      }
      total.dead += webhook.dead;
    }),
    {
      numRuns: RUNS,
      endOnFailure: settings.VITE_LOG_MODEL_SHRINK === undefined,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    },
  );
});
