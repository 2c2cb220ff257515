/**
 * A black-box client of one gateway: REST calls with the admin token, and events as providers post them. It knows the
 * public contract only, and leaves every answer, good or bad, to the test.
 */
import type { SharedGateway } from './shared-gateway';
import { type Headers as SignedHeaders, shipstreamHeaders } from './signing';

export type Json = Record<string, unknown>;

export type Answer = { status: number; headers: Headers; text: string; json: Json };

/** The secret that ShipStream's own page shows. */
export const SEED_SECRET = '2RUJ8NXLnLRrAj3';

export type CreatedWebhook = {
  webhook_id: number;
  ingest_url: string;
  destinations: { destination_id: string; secret_key: string }[];
};

export type EventEntry = {
  sequence: number;
  increment_id: number | null;
  event_id: string | null;
  topic: string;
  status: string;
  repeats: number | null;
  received_at: unknown;
};

export type GapEntry = {
  epoch: number;
  from: number;
  to: number;
  count: number;
  status: string;
  detected_at: unknown;
  resolved_at: unknown;
};

export type GapsAnswer = { highest_increment_id: number | null; epoch: number | null; gaps: GapEntry[] };

export type Client = ReturnType<typeof clientOf>;

export function clientOf(gateway: SharedGateway) {
  async function call(
    method: string,
    path: string,
    input?: unknown,
    token = gateway.adminToken,
  ): Promise<Answer> {
    const headers: SignedHeaders = { authorization: `Bearer ${token}` };
    if (input !== undefined) headers['content-type'] = 'application/json';
    const body = input === undefined ? null : JSON.stringify(input);
    return read(await fetch(gateway.url + path, { method, headers, body }));
  }

  /** A call that has to succeed. */
  async function get<T>(path: string): Promise<T> {
    const answer = await call('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return answer.json as T;
  }

  async function createWebhook(input: Json): Promise<CreatedWebhook> {
    const answer = await call('POST', '/v1/webhooks', input);
    if (answer.status !== 201) throw new Error(`create: ${answer.status} ${answer.text}`);
    return answer.json as CreatedWebhook;
  }

  /** Every event of the log, oldest first, page by page. */
  async function events(id: number, query = ''): Promise<EventEntry[]> {
    const found: EventEntry[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const path = `/v1/webhooks/${id}/events?limit=500&after=${after}${query}`;
      const page: { events: EventEntry[]; next: number | null } = await get(path);
      found.push(...page.events);
      after = page.next;
    }
    return found;
  }

  async function send(
    id: number,
    body: string | Uint8Array,
    headers: SignedHeaders,
    query = '',
  ): Promise<Answer> {
    const request = { method: 'POST', headers, body: Buffer.from(body) };
    return read(await fetch(`${gateway.url}/in/${id}${query}`, request));
  }

  return {
    call,
    get,
    createWebhook,
    /** A ShipStream webhook with the seed's secret and, where `url` is given, one destination. */
    shipstream: (url: string | null, more: Json = {}, destination: Json = {}) =>
      createWebhook({
        provider: 'shipstream',
        secret_key: SEED_SECRET,
        destinations: url === null ? [] : [{ url, ...destination }],
        ...more,
      }),
    events,
    event: (id: number, sequence: number) => get<Json>(`/v1/webhooks/${id}/events/${sequence}`),
    gaps: (id: number, query = '') => get<GapsAnswer>(`/v1/webhooks/${id}/gaps${query}`),
    status: (id: number) => get<Json>(`/v1/webhooks/${id}/status`),
    send,
    /** Sends a body as ShipStream signs it. */
    sendShipstream: (id: number, body: string | Uint8Array, secret = SEED_SECRET) =>
      send(id, body, shipstreamHeaders(secret, body)),
  };
}

/** A ShipStream event with this increment id; `more` goes into its message. */
export function shipstreamEvent(incrementId: number, more: Json = {}, topic = 'order:created'): string {
  return JSON.stringify({
    topic,
    message: { unique_id: `${100_000_000 + incrementId}`, ...more, webhook_increment_id: incrementId },
  });
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
