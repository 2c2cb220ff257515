/**
 * Signatures made and checked with node:crypto alone, as a provider makes them and as a receiver checks them: nothing of
 * the gateway's own code is used, so that both cannot be wrong in the same way.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Received } from './receiver';

export type Headers = Record<string, string>;

export function shipstreamHeaders(secret: string, body: string | Uint8Array): Headers {
  return {
    'content-type': 'application/json',
    'x-plugin-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
  };
}

/** Apideck signs the body as JSON with sorted keys; the objects inside arrays stay as they are. */
export function apideckHeaders(
  secret: string,
  body: string,
  eventType: string,
  idempotencyKey: string,
): Headers {
  return {
    'content-type': 'application/json',
    'x-apideck-event-type': eventType,
    'x-apideck-idempotency-key': idempotencyKey,
    'x-apideck-signature': createHmac('sha256', secret)
      .update(canonical(JSON.parse(body)))
      .digest('hex'),
  };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Ecwid signs the time and the id of the event, not its body. */
export function ecwidHeaders(
  secret: string,
  event: { eventCreated: number; eventId: number | string },
): Headers {
  const signed = `${event.eventCreated}.${event.eventId}`;
  return {
    'content-type': 'application/json; charset=UTF-8',
    'x-ecwid-webhook-signature': createHmac('sha256', secret).update(signed).digest('base64'),
  };
}

/** Whether a delivery carries a Standard Webhooks signature of `secret` (`whsec_…`) over its own id, time and bytes. */
export function standardSignatureHolds(
  secret: string,
  { headers, body }: Pick<Received, 'headers' | 'body'>,
): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
    .update(body)
    .digest();
  return (headers['webhook-signature'] ?? '').split(' ').some(entry => {
    const [version, text = ''] = entry.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
