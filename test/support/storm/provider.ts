/**
 * Two providers under a storm: ShipStream, which numbers what it sends, and Apideck, which gives events ids and changes
 * their bytes with each retry. They do what providers do: skip an id now and then, send some late, some twice, some
 * broken, try again what was not answered or give it up. Every answer is held against the answers before it.
 */
import type { Answer, Client } from '../client';
import { apideckHeaders, type Headers, shipstreamHeaders } from '../signing';
import type { Chance } from '../simulation/random';

export const SECRET = 'storm-secret';

/** One event as the provider knows it. */
export type Sent = {
  provider: 'shipstream' | 'apideck';
  /** Its increment id, or what its event id counts. */
  id: number;
  topic: string;
  key: string;
  valid: boolean;
  /** What was sent, newest last: a retry may have other bytes. */
  bodies: string[];
  /** The sequence it was answered with; null as long as nobody knows whether it was taken. */
  sequence: number | null;
};

const TOPICS = ['order:created', 'order:created', 'product:updated'] as const;
const ENTITIES = 12;

export class Provider {
  readonly sent = { shipstream: new Map<number, Sent>(), apideck: new Map<number, Sent>() };
  /** Increment ids that are never sent. */
  readonly skipped: number[] = [];
  readonly problems: string[] = [];
  readonly answers: Record<string, number> = {};
  forgeries = 0;
  #chance: Chance;
  #client: Client;
  #webhooks: Record<Sent['provider'], number>;
  #queue: Sent[] = [];
  #late: Sent[] = [];
  #next = { shipstream: 1, apideck: 1 };
  #running = false;
  #acked = (): void => {};

  constructor(client: Client, webhooks: Record<Sent['provider'], number>, chance: Chance) {
    this.#client = client;
    this.#webhooks = webhooks;
    this.#chance = chance;
  }

  get acked(): Sent[] {
    return this.all.filter(({ sequence }) => sequence !== null);
  }

  get all(): Sent[] {
    return [...this.sent.shipstream.values(), ...this.sent.apideck.values()];
  }

  /** The first id, alone, so that the numbering begins where it begins. */
  async begin(): Promise<void> {
    await this.#post(this.#shipstreamEvent());
  }

  /** Has so many events to send, those included that the last gateway was too short-lived for. Some held up come now. */
  happen(count: number): void {
    const chance = this.#chance;
    while (this.#queue.length < count) {
      const event = chance.is(0.2) ? this.#apideckEvent() : this.#shipstreamEvent();
      if (event.provider === 'shipstream' && chance.is(0.03)) this.skipped.push(event.id);
      else if (chance.is(0.02)) this.#late.push(event);
      else this.#queue.push(event);
    }
    this.#queue.push(...this.#late.splice(0, chance.int(0, 15)));
  }

  /** Everything that was held up comes. */
  catchUp(): void {
    this.#queue.push(...this.#late.splice(0));
  }

  /** Sends what there is, so many at a time, until there is nothing left or `stop`. */
  async send(concurrency: number): Promise<void> {
    this.#running = true;
    await Promise.all(Array.from({ length: concurrency }, () => this.#sender()));
  }

  /** Resolves when the gateway has answered an event. */
  nextAck(): Promise<void> {
    return new Promise(resolve => {
      this.#acked = resolve;
    });
  }

  stop(): void {
    this.#running = false;
  }

  async #sender(): Promise<void> {
    while (this.#running) {
      const event = this.#queue.shift();
      if (event === undefined) return;
      await this.#post(event);
    }
  }

  async #post(event: Sent): Promise<void> {
    const { provider, id } = event;
    const known = this.sent[provider].has(id);
    this.sent[provider].set(id, event);
    // Apideck counts its attempts in the body.
    if (!known || provider === 'apideck') event.bodies.push(bodyOf(event));
    const body = event.bodies.at(-1) ?? '';
    const answer = await this.#client
      .send(this.#webhooks[provider], body, headersOf(event, body))
      .catch(() => null);
    // The gateway is gone: what was not sent yet is sent to the next one.
    if (answer === null) this.#running = false;
    this.#judge(event, answer);
    // Without an answer, or with one that was lost on its way, it comes again; some are given up on.
    const again = event.sequence === null ? this.#chance.is(0.6) : this.#chance.is(0.04);
    if (again) this.#late.push(event);
  }

  #judge(event: Sent, answer: Answer | null): void {
    const status = answer === null ? 'none' : `${answer.status} ${answer.json.status ?? ''}`.trim();
    this.answers[status] = (this.answers[status] ?? 0) + 1;
    if (answer === null || answer.status === 503) return;
    const name = `${event.provider} ${event.id}`;
    if (answer.status !== 200) {
      this.problems.push(`${name} was answered ${status}: ${answer.text.slice(0, 200)}`);
      return;
    }
    const { sequence } = answer.json;
    if (typeof sequence !== 'number') {
      this.problems.push(`${name} was answered ${answer.text}`);
      return;
    }
    const isNew = answer.json.status !== 'duplicate';
    if (isNew && answer.json.status !== (event.valid ? 'accepted' : 'quarantined')) {
      this.problems.push(`${name} was ${status}`);
    }
    if (event.sequence !== null && (isNew || event.sequence !== sequence)) {
      this.problems.push(`${name} was ${event.sequence} and is ${status} ${sequence}`);
    }
    event.sequence = sequence;
    this.#acked();
  }

  /** Sends what only the holder of the secret could: with another one, or under another body. Nothing may come of it. */
  async forge(): Promise<void> {
    const [id, ours] = [this.#next.shipstream + 1000, [...this.sent.shipstream.values()].at(-1)];
    const body = JSON.stringify({ topic: 'order:created', message: { forged: 1, webhook_increment_id: id } });
    const signed = ours?.bodies[0] ?? '';
    for (const headers of [shipstreamHeaders('wrong', body), shipstreamHeaders(SECRET, signed)]) {
      this.forgeries++;
      const answer = await this.#client.send(this.#webhooks.shipstream, body, headers).catch(() => null);
      if (answer?.status === 200) this.problems.push(`a forgery was answered ${answer.text}`);
    }
  }

  #shipstreamEvent(): Sent {
    const id = this.#next.shipstream++;
    const topic = this.#chance.of(TOPICS);
    const key = `${topic.split(':')[0]} ${this.#chance.int(1, ENTITIES)}`;
    const valid = id === 1 || !this.#chance.is(0.02);
    return { provider: 'shipstream', id, topic, key, valid, bodies: [], sequence: null };
  }

  #apideckEvent(): Sent {
    const id = this.#next.apideck++;
    const key = `entity ${this.#chance.int(1, ENTITIES)}`;
    const topic = 'ecommerce.order.created';
    return { provider: 'apideck', id, topic, key, valid: true, bodies: [], sequence: null };
  }
}

/** Odd spacing and text outside ASCII: bytes that a parser in between would not give back. */
function bodyOf({ provider, id, topic, key, valid, bodies }: Sent): string {
  if (provider === 'apideck') {
    const payload = {
      event_type: topic,
      event_id: `e-${id}`,
      entity_id: key,
      execution_attempt: bodies.length + 1,
    };
    return JSON.stringify({ payload });
  }
  const name = topic.startsWith('order') ? 'unique_id' : 'sku';
  const value = valid ? JSON.stringify(key) : '{}';
  return `{ "topic":"${topic}",  "message": {"${name}": ${value}, "note":"Größe \\u00e9 ${id}", "weight": 1.50, "webhook_increment_id": ${id} } }\n`;
}

const headersOf = ({ provider, id, topic }: Sent, body: string): Headers =>
  provider === 'shipstream'
    ? shipstreamHeaders(SECRET, body)
    : apideckHeaders(SECRET, body, topic, `e-${id}`);
