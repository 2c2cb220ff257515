/**
 * A gateway called from inside the test's own workerd, through its public HTTP interface, with boxes of the chaos
 * receiver as destinations.
 */
import { env, exports } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { expect, inject } from 'vitest';
import type { Notes } from './chaos-behaviours';
import type { Boxed, Mode } from './chaos-receiver';

const ORIGIN = 'https://gw.example.com';
const SECRET = '2RUJ8NXLnLRrAj3';
const chaos = inject('chaosUrl');

export type Answer<T> = { status: number; body: T };

/** Any call of the REST interface. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const init: RequestInit = { method, headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}` } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await exports.default.fetch(new Request(ORIGIN + path, init));
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}

type Created = { webhook_id: number; destinations: { destination_id: string; secret_key: string }[] };

export type DestinationStatus = {
  destination_id: string;
  is_active: boolean | number;
  delivered: number;
  retrying: number;
  dead: number;
  lag: number;
  disabled_reason: string | null;
  circuit: string;
};

/** A ShipStream webhook; its destinations are given as the API takes them. */
export class TestWebhook {
  readonly id: number;
  readonly secrets: string[];
  readonly destinations: string[];
  #next = 1;

  private constructor({ webhook_id, destinations }: Created) {
    this.id = webhook_id;
    this.secrets = destinations.map(({ secret_key }) => secret_key);
    this.destinations = destinations.map(({ destination_id }) => destination_id);
  }

  static async create(destinations: object[], given: object = {}): Promise<TestWebhook> {
    const input = { provider: 'shipstream', secret_key: SECRET, destinations, ...given };
    const { status, body } = await call<Created>('POST', '/v1/webhooks', input);
    expect(status, JSON.stringify(body)).toBe(201);
    return new TestWebhook(body);
  }

  get path(): string {
    return `/v1/webhooks/${this.id}`;
  }

  /** Changes a destination. */
  async patch(change: object, index = 0): Promise<void> {
    const { status, body } = await call(
      'PATCH',
      `${this.path}/destinations/${this.destinations[index]}`,
      change,
    );
    expect(status, JSON.stringify(body)).toBe(200);
  }

  /** Sends an event as ShipStream does; without an id it has the next one. */
  async send(
    given: { id?: number; topic?: string; order?: string; extra?: object; secret?: string } = {},
  ): Promise<Answer<{ status: string }>> {
    const id = given.id ?? this.#next;
    this.#next = Math.max(this.#next, id + 1);
    const message = { unique_id: given.order ?? `order-${id}`, webhook_increment_id: id, ...given.extra };
    return this.post(JSON.stringify({ topic: given.topic ?? 'order:created', message }), '', given.secret);
  }

  /** Posts a body, signed. */
  async post(body: string, query = '', secret = SECRET): Promise<Answer<{ status: string }>> {
    const hash = { name: 'HMAC', hash: 'SHA-256' };
    const bytes = new TextEncoder().encode(body);
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), hash, false, ['sign']);
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes));
    const headers = { 'X-Plugin-Hmac-Sha256': mac.toBase64(), 'Content-Type': 'application/json' };
    const request = new Request(`${ORIGIN}/in/${this.id}${query}`, { method: 'POST', headers, body });
    const response = await exports.default.fetch(request);
    return { status: response.status, body: await response.json() };
  }

  /** Sends so many events, one after the other. */
  async sendMany(count: number, given: Parameters<TestWebhook['send']>[0] = {}): Promise<void> {
    for (let i = 0; i < count; i++) expect((await this.send(given)).status).toBe(200);
  }

  async status(index = 0): Promise<DestinationStatus> {
    const { body } = await call<{ destinations: DestinationStatus[] }>('GET', `${this.path}/status`);
    const found = body.destinations[index];
    if (found === undefined) throw new Error('no such destination');
    return found;
  }

  stub(): DurableObjectStub<undefined> {
    return env.WEBHOOKS.getByName(String(this.id)) as DurableObjectStub<undefined>;
  }
}

/** A destination of the chaos receiver that keeps what it gets. */
export class Box {
  readonly key = crypto.randomUUID();
  readonly url = `${chaos}/box/${this.key}`;

  async kept(): Promise<Boxed[]> {
    return (await fetch(`${chaos}/boxes/${this.key}`)).json();
  }

  async notes(): Promise<Notes> {
    return (await fetch(`${chaos}/notes/${this.key}`)).json();
  }

  async mode(mode: Mode): Promise<void> {
    const response = await fetch(`${chaos}/modes/${this.key}`, { method: 'PUT', body: JSON.stringify(mode) });
    await response.text();
  }

  /** Waits until so many have come, and gives all that have. */
  async whenKept(count: number): Promise<Boxed[]> {
    let kept: Boxed[] = [];
    await expect
      .poll(
        async () => {
          kept = await this.kept();
          return kept.length;
        },
        { timeout: 20_000, interval: 20 },
      )
      .toBeGreaterThanOrEqual(count);
    return kept;
  }
}

export const sequencesOf = (kept: readonly Boxed[]): number[] =>
  kept.map(({ headers }) => Number(headers['ce-sequence']));

/** Throws unless the secret has signed it. */
export const verify = (secret: string, { headers, body }: Boxed): unknown =>
  new Webhook(secret).verify(body, headers);
