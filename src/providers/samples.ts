/**
 * Sample requests, signed as the provider signs, for trying out a webhook without waiting for the provider. Each has an id
 * of its own, and its fields say that it is a sample.
 */
import { hmacSha256Base64 } from '../hmac-sha256';

export type SampleWish = {
  /** Null for the provider's own test event, or one of its usual ones. */
  topic: string | null;
  /** Null for none. An invented id would later make the provider's event of that id a duplicate. */
  incrementId: number | null;
  secret: string;
  /** ms since 1970 */
  now: number;
  /** Unique, hex. */
  nonce: string;
};

export type Sample = { topic: string; headers: Record<string, string>; query: string; body: string };

const encoder = new TextEncoder();
const hmac = (secret: string, text: string) => hmacSha256Base64(encoder.encode(secret), encoder.encode(text));

async function shipstream({ topic, incrementId, secret, now, nonce }: SampleWish): Promise<Sample> {
  const chosen = topic ?? 'test:ping';
  const message = {
    unique_id: `sample-${nonce}`,
    event_timestamp: new Date(now).toISOString(),
    ...(incrementId === null ? {} : { webhook_increment_id: incrementId }),
  };
  const body = JSON.stringify({ topic: chosen, message });
  return { topic: chosen, headers: { 'x-plugin-hmac-sha256': await hmac(secret, body) }, query: '', body };
}

/** With sorted keys and without arrays, so that all readings of what Apideck signs give the same bytes. */
async function apideck({ topic, secret, now, nonce }: SampleWish): Promise<Sample> {
  const chosen = topic ?? 'ecommerce.order.created';
  const payload = {
    consumer_id: 'gapless-sample',
    entity_id: `sample-${nonce}`,
    entity_type: chosen.split('.')[1] ?? 'order',
    entity_url: `https://unify.apideck.com/ecommerce/orders/sample-${nonce}`,
    event_id: `sample-${nonce}`,
    event_type: chosen,
    execution_attempt: 1,
    occurred_at: new Date(now).toISOString(),
    service_id: 'sample',
    unified_api: chosen.split('.')[0] ?? 'ecommerce',
  };
  const body = JSON.stringify({ payload });
  const signature = Uint8Array.fromBase64(await hmac(secret, body)).toHex();
  return { topic: chosen, headers: { 'x-apideck-signature': signature }, query: '', body };
}

async function ecwid({ topic, secret, now, nonce }: SampleWish): Promise<Sample> {
  const chosen = topic ?? 'product.updated';
  const eventCreated = Math.floor(now / 1000);
  const eventId = `sample-${nonce}`;
  const body = JSON.stringify({ eventId, eventCreated, storeId: 1003, entityId: 1, eventType: chosen });
  const signature = await hmac(secret, `${eventCreated}.${eventId}`);
  const query = `eventtype=${encodeURIComponent(chosen)}`;
  return { topic: chosen, headers: { 'x-ecwid-webhook-signature': signature }, query, body };
}

/** By provider name, for the providers whose payloads are known in full. For the others see `plain-sample.ts`. */
export const SAMPLES: ReadonlyMap<string, (wish: SampleWish) => Promise<Sample>> = new Map([
  ['shipstream', shipstream],
  ['apideck', apideck],
  ['ecwid', ecwid],
]);
