/**
 * The gateway as built, with a way to drive one webhook's object, or one courier, without an edge in front: the entrypoint
 * `Drive` makes up events as ingest would pass them and calls what ingest calls. What this process then spends is the object's
 * own time, and that of making up and copying events, which `mode=made` measures alone.
 *
 * `GET /WEBHOOK?mode=…&from=…&count=…&batch=…`, modes in `measures/object.mjs`.
 */
import * as gateway from './index.js';

export * from './index.js';
export { default } from './index.js';

const encoder = new TextEncoder();
const HEADERS = [
  ['content-type', 'application/json'],
  ['user-agent', 'ShipStream/1.0'],
  ['x-plugin-hmac-sha256', 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80='],
];

/** What the stand-in got last: real arguments, to drive a real courier with. */
let lastCall = null;
/** Whether couriers answer at once, sending nothing: they run on other machines. */
let standIn = true;

export class Courier extends gateway.Courier {
  async deliver(target, events) {
    if (!standIn) return super.deliver(target, events);
    lastCall = { target, event: events[0] };
    const at = Date.now();
    return events.map(() => ({
      ...{ outcome: 'delivered', status: 200, error: null },
      ...{ at, durationMs: 0, retryAfterMs: null },
    }));
  }

  /** Always in another isolate. */
  async deliverNamed() {
    return null;
  }
}

export class WebhookLog extends gateway.WebhookLog {
  /** The same calls from within the object: nothing is copied. */
  async driveInside(from, count, batch) {
    const { version, secrets } = await this.getRecord();
    for (const requests of batches(version, secrets[0].id, from, count, batch)) {
      await check(this.appendAll(requests));
      // As if each batch were a message of its own.
      await new Promise(resolve => setTimeout(resolve, 0));
    }
  }
}

export const Drive = {
  async fetch(request, env) {
    const url = new URL(request.url);
    const number = name => Number(url.searchParams.get(name));
    const [from, count, batch] = [number('from'), number('count'), number('batch')];
    const object = env.WEBHOOKS.getByName(url.pathname.slice(1));
    switch (url.searchParams.get('mode')) {
      case 'made':
        await makeOnly(from, count, batch);
        break;
      case 'inside':
        await object.driveInside(from, count, batch);
        break;
      case 'called':
        await call(object, from, count, batch);
        break;
      case 'courier':
        await callCourier(env, from, count, batch);
    }
    return new Response(null, { status: 204 });
  },
};

/** Yields requests as they are sent, with a turn of the event loop between two batches as in the other modes. */
async function makeOnly(from, count, batch) {
  for (const requests of batches(1, 'secret', from, count, batch)) {
    await Promise.resolve(requests);
    await new Promise(resolve => setTimeout(resolve, 0));
  }
}

/** Two calls at a time, as an edge that has more to send than one call carries. */
async function call(object, from, count, batch) {
  const { version, secrets } = await object.getRecord();
  const waiting = batches(version, secrets[0].id, from, count, batch);
  const lane = async () => {
    for (const requests of waiting) await check(object.appendAll(requests));
  };
  await Promise.all([lane(), lane()]);
}

/** A courier's own time: batches of events to a receiver, nothing but the courier in between. */
async function callCourier(env, from, count, batch) {
  const { target, event } = lastCall;
  const courier = env.COURIERS.getByName('alone');
  standIn = false;
  try {
    for (let first = from; first < from + count; first += batch) {
      const events = Array.from({ length: batch }, (_, index) => ({
        ...event,
        incrementId: first + index,
        messageId: `${event.messageId}-${first + index}`,
      }));
      const results = await courier.deliver({ ...target, connections: 6, trial: false }, events);
      const failed = results.find(({ outcome }) => outcome !== 'delivered');
      if (results.length < batch || failed !== undefined) throw new Error(`not delivered: ${failed?.error}`);
    }
  } finally {
    standIn = true;
  }
}

async function check(answers) {
  const refused = (await answers).find(answer => answer?.kind !== 'accepted');
  if (refused !== undefined) throw new Error(`not accepted: ${refused?.kind}`);
}

function* batches(version, secretId, from, count, batch) {
  for (let first = from; first < from + count; first += batch) {
    const length = Math.min(batch, from + count - first);
    yield Array.from({ length }, (_, index) => ({ version, secretId, event: eventOf(first + index) }));
  }
}

/** As large as the documented example of ShipStream. The fingerprint is no digest: digests are made at the edge. */
function eventOf(id) {
  const body = encoder.encode(
    `{"topic":"order:created","message":{"unique_id":"${1_000_000 + id}","order_ref":"${9000 + (id % 1000)}","source":null,"items":[{"sku":"sku123","order_item_ref":"1","qty":1},{"sku":"sku456","order_item_ref":"2","qty":3}],"webhook_increment_id":${id},"event_timestamp":"2026-01-01T00:00:00+00:00"}}`,
  );
  const fingerprint = new Uint8Array(32);
  new DataView(fingerprint.buffer).setFloat64(0, id);
  return {
    topic: 'order:created',
    eventId: null,
    incrementId: id,
    entityKeys: [`order:${id}`],
    eventTime: 1_767_225_600_000,
    issues: [],
    fingerprint,
    bodySigned: true,
    headers: HEADERS,
    query: '',
    body,
  };
}
