/** Management requests to the Worker under test, inside workerd, and ShipStream events sent to it. */
import { env, exports } from 'cloudflare:workers';
import { objectOf } from '../../src/log/stub';

export const ORIGIN = 'https://gw.example.com';
export const SECRET = '2RUJ8NXLnLRrAj3';

/** Anything out of an answer: tests look into it and say what they expect there. */
export interface Json {
  [key: string]: Json;
}

export type Answer = { status: number; headers: Headers; text: string; body: Json };

export async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const given = new Headers({ authorization: `Bearer ${env.ADMIN_TOKEN}` });
  for (const [name, value] of Object.entries(headers)) given.set(name, value);
  const response = await exports.default.fetch(
    new Request(ORIGIN + path, {
      method,
      headers: given,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('Content-Type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : {},
  };
}

/** A new ShipStream webhook: its id and path. */
export async function newWebhook(given: object = {}) {
  const { status, body, text } = await send('POST', '/v1/webhooks', {
    provider: 'shipstream',
    secret_key: SECRET,
    ...given,
  });
  if (status !== 201) throw new Error(text);
  return { id: Number(body.webhook_id), path: `/v1/webhooks/${body.webhook_id}`, body };
}

/** Gives a webhook a name without asking whether it is allowed, as earlier releases did. */
export async function nameAsBefore(id: number, name: string): Promise<void> {
  const object = objectOf(env, { id, jurisdiction: null });
  const record = await object.getRecord();
  if (record === null) throw new Error('no webhook');
  const { kind } = await object.replace({ ...record, name }, record.version);
  if (kind !== 'ok') throw new Error(kind);
}

export const orderCreated = (incrementId: number, more: object = {}) =>
  JSON.stringify({
    topic: 'order:created',
    message: { unique_id: '100000015', ...more, webhook_increment_id: incrementId },
  });

/** Sends a body as ShipStream signs it. */
export async function ingest(webhookId: number, body: string, secret = SECRET): Promise<Answer> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(body)));
  return send('POST', `/in/${webhookId}`, body, {
    'X-Plugin-Hmac-Sha256': mac.toBase64(),
    'Content-Type': 'application/json',
  });
}
