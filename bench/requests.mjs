/** Signed, distinct requests as providers send them, ready to be written to a socket. */
import { createHmac } from 'node:crypto';

/** The secret of every webhook here. */
export const SECRET = 'bench-inbound-secret';

/** ShipStream numbers its events; the body is the size of its documented example. */
function shipstream(id) {
  const body = JSON.stringify({
    topic: 'order:created',
    message: {
      unique_id: String(1_000_000 + id),
      order_ref: String(9000 + (id % 1000)),
      source: null,
      items: [
        { sku: 'sku123', order_item_ref: '1', qty: 1 },
        { sku: 'sku456', order_item_ref: '2', qty: 3 },
      ],
      webhook_increment_id: id,
      event_timestamp: new Date().toISOString().replace(/\.\d+Z$/, '+00:00'),
    },
  });
  return { body, headers: { 'x-plugin-hmac-sha256': hmac(body, 'base64') } };
}

/** Apideck has event ids and no numbers. */
function apideck(id) {
  const body = JSON.stringify({
    payload: {
      event_type: 'ecommerce.order.created',
      unified_api: 'ecommerce',
      service_id: 'shopify',
      consumer_id: `consumer-${id % 100}`,
      event_id: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      entity_id: String(9000 + (id % 1000)),
      entity_type: 'order',
      entity_url: `https://unify.apideck.com/ecommerce/orders/${9000 + (id % 1000)}`,
      execution_attempt: 1,
      occurred_at: new Date().toISOString(),
    },
  });
  return { body, headers: { 'x-apideck-signature': hmac(body, 'hex') } };
}

const hmac = (body, encoding) => createHmac('sha256', SECRET).update(body).digest(encoding);

/** By provider: the body and headers of its event number `id`. */
export const PROVIDERS = { shipstream, apideck };

/** The request's bytes. */
export function toBytes(path, { body, headers }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n`;
  return Buffer.from(`${head}${lines.join('')}\r\n${body}`);
}
