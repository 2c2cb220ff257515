/**
 * A real webhook's object with three destinations beside its model (`log-model.ts`): every step is done to both, and
 * `agrees` holds them against each other. What leaves for a destination is caught at `fetch`.
 *
 * The clock is the test's: it stands still but for `wait`, after which the alarm comes.
 */
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { expect, vi } from 'vitest';
import { call, TestWebhook } from './in-worker';
import { EXPIRES_MS, GRACE_MS, LogModel, type ModelEvent } from './log-model';
import { type Expected, ReceivedFeed } from './received-feed';

export type Weather = 'fine' | 'failing' | 'broken';

/** `changing` is given another ordering now and then, which starts over at its cursor: no order is promised of it. */
export const DESTINATIONS = [
  { name: 'parallel', topics: '*', ordering: 'parallel' },
  { name: 'key', topics: '*', ordering: 'key' },
  { name: 'strict', topics: 'order:*', ordering: 'strict' },
  { name: 'changing', topics: '*', ordering: 'key' },
] as const;

const SCHEDULE = [5, 60, 600];
/** Rounds of a minute in which everything that is owed has to leave. */
const PATIENCE = 200;

type LogEntry = {
  sequence: number;
  increment_id: number;
  topic: string;
  status: string;
  body: string | null;
};
type GapEntry = { from: number; to: number; status: string };
type Detail = { deliveries: { destination_id: string; delivery: string }[] };

export class LoggedWebhook {
  readonly model = new LogModel();
  readonly feeds = DESTINATIONS.map(({ name }) => new ReceivedFeed(name));
  readonly weather: Weather[] = DESTINATIONS.map(() => 'fine');
  readonly active = DESTINATIONS.map(() => true);
  /** Replays that were asked for, as `destination/sequence`. */
  readonly #owed = new Set<string>();
  readonly #webhook: TestWebhook;
  #attempts = 0;

  private constructor(webhook: TestWebhook) {
    this.#webhook = webhook;
  }

  static async create(): Promise<LoggedWebhook> {
    const key = crypto.randomUUID();
    const destinations = DESTINATIONS.map(({ name, topics, ordering }) => ({
      url: `https://${name}.example.com/${key}`,
      topics,
      ordering,
      retry: { schedule_seconds: SCHEDULE },
    }));
    const sequence = { grace_seconds: GRACE_MS / 1000, expires_seconds: EXPIRES_MS / 1000 };
    const logged = new LoggedWebhook(await TestWebhook.create(destinations, { sequence }));
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => logged.#receive(`${input}`, key, init));
    return logged;
  }

  // --- what is done to both ---------------------------------------------------------------------------------------

  async send(event: Pick<ModelEvent, 'id' | 'topic' | 'key'>, numbering = 'first'): Promise<void> {
    const member = event.topic.startsWith('order') ? 'unique_id' : 'sku';
    const message = { [member]: event.key, numbering, webhook_increment_id: event.id };
    const body = JSON.stringify({ topic: event.topic, message });
    await this.#post(this.model.send({ ...event, body }, Date.now()), body);
  }

  /** The same bytes again. */
  async retry(event: ModelEvent): Promise<void> {
    await this.#post(this.model.send(event, Date.now()), event.body);
  }

  async #post(expected: [string, number], body: string): Promise<void> {
    const { body: answer } = await this.#webhook.post(body);
    const { status, sequence } = answer as { status: string; sequence: number };
    expect([status, sequence]).toEqual(expected);
  }

  async release(sequence: number): Promise<void> {
    this.model.release(sequence);
    expect((await this.#call('POST', `events/${sequence}/release`)).status).toBe(200);
  }

  async redact(sequence: number): Promise<void> {
    const event = this.model.of(sequence);
    if (event !== undefined) event.redacted = true;
    expect((await this.#call('DELETE', `events/${sequence}/body`)).status).toBe(204);
  }

  async setActive(index: number, active: boolean): Promise<void> {
    this.active[index] = active;
    await this.#webhook.patch({ is_active: active }, index);
  }

  async reorder(ordering: string): Promise<void> {
    await this.#webhook.patch({ ordering }, DESTINATIONS.length - 1);
  }

  async replay(from: number, to: number): Promise<void> {
    for (const [index, { name }] of DESTINATIONS.entries()) {
      for (const { sequence } of this.#wanted(index)) {
        const inRange = sequence >= from && sequence <= to;
        if (inRange && this.model.of(sequence)?.redacted === false) this.#owed.add(`${name}/${sequence}`);
      }
    }
    const { status } = await this.#call('POST', 'replays', { from_sequence: from, to_sequence: to });
    expect(status).toBe(200);
  }

  async wait(ms: number): Promise<void> {
    vi.setSystemTime(Date.now() + ms);
    this.model.age(Date.now());
    // Whatever is due once more, like a hole that opens and expires, is due at once.
    for (let i = 0; i < 2; i++) await runDurableObjectAlarm(this.#webhook.stub());
  }

  /** Ends the object where it stands. */
  crash(): Promise<void> {
    return abortAllDurableObjects();
  }

  // --- what has to be the same ------------------------------------------------------------------------------------

  async agrees(): Promise<void> {
    const { body: page } = await this.#call<{ events: LogEntry[] }>('GET', 'events?limit=500&include=body');
    const log = page.events.map(({ sequence, increment_id, topic, status, body }) => ({
      sequence,
      id: increment_id,
      topic,
      status: status === 'quarantined' ? status : 'accepted',
      body,
    }));
    const known = this.model.events.map(({ sequence, id, topic, status, body, redacted }) => ({
      ...{ sequence, id, topic, status },
      body: redacted ? null : body,
    }));
    expect(log).toEqual(known);
    const { body: report } = await this.#call<{ gaps: GapEntry[] }>('GET', 'gaps');
    const gaps = report.gaps.flatMap(({ from, to, status }) =>
      Array.from({ length: to - from + 1 }, (_, i) => `${from + i} ${status}`),
    );
    expect(gaps.sort()).toEqual(this.model.gaps);
    expect(this.feeds.flatMap(({ problems }) => problems)).toEqual([]);
  }

  /** Everything is well again: what is owed leaves, or is dead and says so. */
  async comesToRest(): Promise<void> {
    this.weather.fill('fine');
    for (const [index, active] of this.active.entries()) if (!active) await this.setActive(index, true);
    let problems = ['nothing was looked at'];
    for (let i = 0; i < PATIENCE && problems.length > 0; i++) {
      await this.wait(60_000);
      await scheduler.wait(20);
      problems = await this.#owing();
    }
    expect(problems).toEqual([]);
    for (const [index, feed] of this.feeds.entries()) {
      const wanted = this.#wanted(index);
      expect(feed.check(wanted, new Set(feed.missing(wanted)))).toEqual([]);
    }
    // What it knows does not depend on its being awake.
    await evictDurableObject(this.#webhook.stub());
    await this.agrees();
  }

  /** Deliveries that were given up on. */
  get dead(): number {
    return this.feeds.reduce((sum, feed, index) => sum + feed.missing(this.#wanted(index)).length, 0);
  }

  /** What neither arrived nor is dead. */
  async #owing(): Promise<string[]> {
    const owing: string[] = [];
    for (const [index, { name }] of DESTINATIONS.entries()) {
      const feed = this.feeds[index];
      for (const sequence of feed?.missing(this.#wanted(index)) ?? []) {
        // A replay that arrives brings the dead back to life.
        if ((feed?.replaysOf(sequence).accepted ?? 0) > 0) continue;
        const { body } = await this.#call<Detail>('GET', `events/${sequence}`);
        const id = this.#webhook.destinations[index];
        const status = body.deliveries.find(({ destination_id }) => destination_id === id)?.delivery;
        const attempts = feed?.arrivalsOf(sequence) ?? 0;
        const tried = attempts > SCHEDULE.length || this.model.of(sequence)?.redacted === true;
        if ((status !== 'dead' && status !== 'redacted') || !tried)
          owing.push(`${name}/${sequence} is ${status} after ${attempts}`);
      }
      for (const { sequence } of this.#wanted(index)) {
        if (!this.#owed.has(`${name}/${sequence}`) || this.model.of(sequence)?.redacted) continue;
        const { arrived = 0, accepted = 0 } = feed?.replaysOf(sequence) ?? {};
        if (accepted === 0 && arrived <= SCHEDULE.length) owing.push(`the replay of ${name}/${sequence}`);
      }
    }
    return [...owing, ...(await this.#unfinished())];
  }

  /** Rows of work that nothing is left of to do. */
  #unfinished(): Promise<string[]> {
    return runInDurableObject(this.#webhook.stub(), (_object, { storage }) =>
      ['replays', 'blocked_keys']
        .filter(table => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length > 0)
        .map(table => `rows in ${table}`),
    );
  }

  /** What a destination has to get, in the order of its feed. */
  #wanted(index: number): Expected[] {
    const { name = '', topics = '', ordering = 'parallel' } = DESTINATIONS[index] ?? {};
    const prefix = topics.replace('*', '');
    return this.model.feed.flatMap(sequence => {
      const event = this.model.of(sequence);
      if (event === undefined || !event.topic.startsWith(prefix)) return [];
      const inOrder = ordering !== 'parallel' && name !== 'changing';
      const keys = inOrder ? [ordering === 'strict' ? '*' : `${event.topic.split(':')[0]} ${event.key}`] : [];
      return [{ sequence, body: event.body, keys }];
    });
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    return call<T>(method, `${this.#webhook.path}/${path}`, body);
  }

  async #receive(url: string, key: string, init: RequestInit = {}): Promise<Response> {
    const { hostname, pathname } = new URL(url);
    const index = DESTINATIONS.findIndex(({ name }) => hostname === `${name}.example.com`);
    // Of a webhook that another story made.
    if (pathname !== `/${key}`) return new Response();
    const headers = new Headers(init.headers);
    const weather = this.weather[index];
    const previous = headers.get('gapless-previous');
    // What takes no time at all is never interrupted.
    await scheduler.wait(this.#attempts++ % 4);
    this.feeds[index]?.arrive({
      sequence: Number(headers.get('ce-sequence')),
      body: new TextDecoder().decode(init.body as Uint8Array),
      messageId: headers.get('webhook-id') ?? '',
      previous: previous === null ? null : Number(previous),
      replay: headers.has('gapless-replay'),
      accepted: weather === 'fine',
    });
    if (weather === 'broken') throw new TypeError('connection lost');
    return new Response(null, { status: weather === 'fine' ? 200 : 500 });
  }
}
