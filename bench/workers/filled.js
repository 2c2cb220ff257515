/**
 * The gateway as built, with a way to fill a webhook's log without a request per event: the entrypoint `Filler` has the
 * object append made-up ShipStream events, a thousand at a time, by the method that ingest calls.
 */
import * as gateway from './index.js';

export * from './index.js';
export { default } from './index.js';

const BATCH = 1000;
const encoder = new TextEncoder();

export class WebhookLog extends gateway.WebhookLog {
  async fill(from, count) {
    const { version, secrets } = await this.getRecord();
    const secretId = secrets[0].id;
    for (let first = from; first < from + count; first += BATCH) {
      const ids = Array.from({ length: Math.min(BATCH, from + count - first) }, (_, index) => first + index);
      const events = await Promise.all(ids.map(eventOf));
      const results = await Promise.all(events.map(event => this.append({ version, secretId, event })));
      const refused = results.find(({ kind }) => kind !== 'accepted');
      if (refused !== undefined) throw new Error(`not filled: ${refused.kind}`);
    }
  }
}

async function eventOf(id) {
  const body = encoder.encode(
    `{"topic":"order:created","message":{"unique_id":"${id}","order_ref":"${id % 1000}","source":null,"items":[{"sku":"sku123","order_item_ref":"1","qty":1},{"sku":"sku456","order_item_ref":"2","qty":3}],"webhook_increment_id":${id},"event_timestamp":"2026-01-01T00:00:00+00:00"}}`,
  );
  return {
    topic: 'order:created',
    eventId: null,
    incrementId: id,
    entityKeys: [`order:${id}`],
    eventTime: 1_767_225_600_000,
    issues: [],
    fingerprint: new Uint8Array(await crypto.subtle.digest('SHA-256', body)),
    bodySigned: true,
    headers: [['content-type', 'application/json']],
    query: '',
    body,
  };
}

export const Filler = {
  async fetch(request, env) {
    const [, id, from, count] = new URL(request.url).pathname.split('/');
    await env.WEBHOOKS.getByName(id).fill(Number(from), Number(count));
    return new Response(null, { status: 204 });
  },
};
