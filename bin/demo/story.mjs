/**
 * What happens in the demo, told while it happens. Each step checks that the gateway did what is being told, so that the
 * demo is a smoke test too.
 */
import { body, SECRET, signature } from './events.mjs';
import { heading, line, table } from './print.mjs';
import { must, until } from './until.mjs';

const GRACE_SECONDS = 2;

/** What ShipStream sends at first: 4 and 5 are missing. `expect` is the answer that the story needs. */
const SENT = [
  { id: 1, topic: 'order:created', expect: '200 accepted' },
  { id: 2, topic: 'order:status_changed', expect: '200 accepted' },
  { id: 3, topic: 'product:updated', expect: '200 accepted' },
  { id: 6, topic: 'shipment:packed', note: '4 and 5 have not come', expect: '200 accepted' },
  { id: 3, topic: 'product:updated', note: 'sent again', expect: '200 duplicate' },
  {
    id: 7,
    topic: 'order:completed',
    note: 'forged: signed with a wrong secret',
    secret: 'guessed',
    expect: '401 refused',
  },
  { id: 7, topic: 'order:completed', note: 'the real one', expect: '200 accepted' },
];
const LATE = { id: 4, topic: 'delivery:created', note: 'late', expect: '200 accepted' };

/** Creates the webhook that the story is about. */
export async function createWebhook(api, destination) {
  return api('POST', '/v1/webhooks', {
    name: 'Demo',
    provider: 'shipstream',
    secret_key: SECRET,
    topics: '*',
    sequence: { grace_seconds: GRACE_SECONDS },
    destinations: [{ url: destination }],
  });
}

/** `ingest` is where the provider sends to. */
export async function tell(api, webhook, ingest, receiver) {
  heading('1. ShipStream sends events. It signs each one and numbers them per webhook.');
  await sendAll(ingest, SENT);

  heading(`2. Is anything missing? (a hole counts once ${GRACE_SECONDS} seconds have passed)`);
  const gapsPath = `/v1/webhooks/${webhook.webhook_id}/gaps`;
  showGaps(await gapsAre(api, gapsPath, '4-5 open'));

  heading('3. Event 4 arrives after all. 5 stays missing.');
  await sendAll(ingest, [LATE]);
  line();
  showGaps(await gapsAre(api, gapsPath, '4-4 filled, 5-5 open'));

  heading('4. What the receiver got, each checked with its own secret and node:crypto.');
  const accepted = [...SENT, LATE].filter(({ expect }) => expect === '200 accepted');
  await until(() => {
    const { length } = receiver.received;
    must(length >= accepted.length, `The receiver got ${length} of ${accepted.length} events.`);
  }, 8_000);
  showReceived(receiver.received);
  checkReceived(receiver.received, accepted);
  line('\n  The duplicate and the forgery were not forwarded, and every body arrived byte for byte.');
}

async function sendAll(ingest, events) {
  const rows = [];
  for (const { id, topic, note, secret, expect } of events) {
    const text = body(topic, id);
    const response = await fetch(ingest, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-plugin-hmac-sha256': signature(text, secret) },
      body: text,
    });
    const answer = await response.json();
    const got = response.ok ? `${response.status} ${answer.status}` : `${response.status} refused`;
    must(got === expect, `Event ${id} was answered "${got}" instead of "${expect}".`);
    rows.push([id, topic, note, got, answer.sequence]);
  }
  table(['increment id', 'topic', 'special', 'answer', 'sequence'], rows);
}

/** Waits until the gap list reads like `told` (`from-to status, …`) and answers it. */
async function gapsAre(api, path, told) {
  return until(async () => {
    const report = await api('GET', path);
    const read = report.gaps.map(gap => `${gap.from}-${gap.to} ${gap.status}`).join(', ');
    must(read === told, `The gap list says "${read}" instead of "${told}".`);
    return report;
  }, 8_000);
}

function showGaps({ gaps, highest_increment_id: highest }) {
  const rows = gaps.map(gap => [
    `${gap.from}-${gap.to}`,
    gap.status,
    clock(gap.detected_at),
    clock(gap.resolved_at),
  ]);
  table(['gap', 'status', 'detected (UTC)', 'closed'], rows);
  line(`  highest increment id: ${highest}`);
}

/** The time of day in an RFC 3339 time. */
function clock(time) {
  return time?.slice(11, 19);
}

function showReceived(received) {
  const rows = received.map(({ headers, verified }) => [
    headers['gapless-increment-id'],
    headers['ce-type'],
    verified ? 'yes' : 'no',
    headers['gapless-gap'],
    headers['gapless-late'],
  ]);
  table(['gapless-increment-id', 'topic', 'verified', 'gapless-gap', 'gapless-late'], rows);
}

function checkReceived(received, accepted) {
  must(
    received.length === accepted.length,
    `The receiver got ${received.length} events instead of ${accepted.length}.`,
  );
  for (const { id, topic } of accepted) {
    const got = received.find(({ headers }) => headers['gapless-increment-id'] === `${id}`);
    must(got, `Event ${id} did not reach the receiver.`);
    must(got.verified, `The signature of event ${id} does not hold.`);
    must(got.body.equals(Buffer.from(body(topic, id))), `Event ${id} was changed on the way.`);
    must(
      (got.headers['gapless-late'] === '1') === (id === LATE.id),
      `Event ${id} is marked wrongly as late or in time.`,
    );
  }
  const six = received.find(({ headers }) => headers['gapless-increment-id'] === '6');
  must(six.headers['gapless-gap'] === '4-5', 'Event 6 does not say that 4-5 are missing before it.');
}
