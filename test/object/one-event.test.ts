/**
 * One event is one event, over the gateway's HTTP interface and with real signatures: two true events that say the same are
 * two, and a captured request never becomes several, nor takes the place of a true one.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerFor } from '../../src/providers/registry';
import { Box } from '../support/in-worker';
import { hmac, NOW, type SignedSample, signedSample } from '../support/preset-requests';
import { type Json, newWebhook, send } from '../support/rest';

const encoder = new TextEncoder();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

type Headers = Record<string, string>;

/** A webhook of a provider, or of the same scheme as a custom one, and a sender of bodies that are signed as it signs. */
async function webhookOf(name: string, given: object = {}, example = `{"webhookTimestamp":${NOW}}`) {
  const provider = providerFor(name);
  if (provider === undefined) throw new Error(`no provider ${name}`);
  const known = new Map<string, SignedSample>();
  const signed = async (body: string, at = NOW): Promise<SignedSample> => {
    // Keys of one's own are made for one request, which is signed once.
    const before = known.get(`${at} ${body}`);
    if (before !== undefined) return before;
    const sample = await signedSample(provider, () => encoder.encode(body), at);
    if (sample === null) throw new Error(`no sample of ${name}`);
    known.set(`${at} ${body}`, sample);
    return sample;
  };
  const settings = { public_url: 'https://gateway.example/in/1' };
  const { secret } = await signed(example);
  const { id, path } = await newWebhook({ provider: name, secret_key: secret.text, settings, ...given });
  return {
    path,
    /** The answer in short: what became of it, and its sequence. */
    async send(body: string, headers: Headers, at = NOW): Promise<string> {
      const { request } = await signed(body, at);
      const all = { ...Object.fromEntries(request.headers), ...headers };
      const query = new URL(request.url).search;
      const { body: answer, text } = await send('POST', `/in/${id}${query}`, body, all);
      expect(answer.status, text).toBeTypeOf('string');
      return `${answer.status} ${answer.sequence}`;
    },
  };
}

const eventsOf = async (path: string): Promise<Json[]> =>
  (await send('GET', `${path}/events`)).body.events as unknown as Json[];
const repeatsOf = async (path: string) => (await eventsOf(path)).map(({ repeats }) => repeats);

const WOO = '{"action":"woocommerce_order_payment_status_changed","arg":2539}';

/** Signs only the body; the id of the delivery stands in a header beside it. */
const BODY_ONLY: [name: string, body: string, fixed: Headers, id: string][] = [
  [
    'woocommerce',
    WOO,
    { 'x-wc-webhook-topic': 'action.woocommerce_order_payment_status_changed' },
    'x-wc-webhook-delivery-id',
  ],
  ['shopify', '{"product_id":7}', { 'x-shopify-topic': 'product_listings/remove' }, 'x-shopify-event-id'],
  ['shopify-events', '{"id":7}', { 'shopify-topic': 'a' }, 'shopify-event-id'],
  ['github', '{"action":"revoked"}', { 'x-github-event': 'github_app_authorization' }, 'x-github-delivery'],
  ['bitbucket', '{"a":1}', { 'x-event-key': 'repo:push' }, 'x-request-uuid'],
  ['jira', '{"webhookEvent":"a"}', {}, 'x-atlassian-webhook-identifier'],
  ['razorpay', '{"event":"a"}', {}, 'x-razorpay-event-id'],
  ['twilio-json', '{"type":"a"}', {}, 'i-twilio-idempotency-token'],
  ['twilio-form', 'CallSid=CA1&Digits=1', {}, 'i-twilio-idempotency-token'],
];

describe('equal bytes under another delivery id', () => {
  it.each(BODY_ONLY)('of %s are another event, marked; a retry is none', async (name, body, fixed, id) => {
    const webhook = await webhookOf(name);
    const post = (delivery: string) => webhook.send(body, { ...fixed, [id]: delivery });
    expect(await post('d1')).toBe('accepted 1');
    expect(await post('d1')).toBe('duplicate 1');
    expect(await post('d2')).toBe('accepted 2');
    expect(await post('d3')).toBe('accepted 3');
    expect(await post('d2')).toBe('duplicate 2');
    expect(await post('d1')).toBe('duplicate 1');
    vi.setSystemTime(NOW + 7 * 86_400_000);
    expect(await post('d3')).toBe('duplicate 3');
    expect(await post('d1')).toBe('duplicate 1');
    expect(await repeatsOf(webhook.path)).toEqual([null, 1, 1]);
  });

  it.each(BODY_ONLY)('of %s are a duplicate where the webhook is strict', async (name, body, fixed, id) => {
    const webhook = await webhookOf(name, { replay_protection: 'strict' });
    const post = (delivery: string) => webhook.send(body, { ...fixed, [id]: delivery });
    expect(await post('d1')).toBe('accepted 1');
    expect(await post('d2')).toBe('duplicate 1');
    vi.setSystemTime(NOW + 7 * 86_400_000);
    expect(await post('d3')).toBe('duplicate 1');
    // What was learned under one rule holds under the other.
    expect((await send('PATCH', webhook.path, { replay_protection: 'standard' })).status).toBe(200);
    expect(await post('d1')).toBe('duplicate 1');
    expect(await post('d4')).toBe('accepted 2');
  });

  it('of a custom scheme are another event too', async () => {
    const signature = {
      ...{ alg: 'hmac-sha256', enc: 'base64', sig: [{ h: 'x-wc-webhook-signature' }], msg: ['{body}'] },
      id: ['h:x-id'],
    };
    const name = 'woocommerce';
    const webhook = await webhookOf(name, { provider: 'custom', signature, settings: {} });
    expect(await webhook.send(WOO, { 'x-id': '1' })).toBe('accepted 1');
    expect(await webhook.send(WOO, { 'x-id': '2' })).toBe('accepted 2');
    expect(await webhook.send(WOO, { 'x-id': '2' })).toBe('duplicate 2');
    expect(await repeatsOf(webhook.path)).toEqual([null, 1]);
  });

  it('are marked in the list, the event, the feed and at the destination', async () => {
    const box = new Box();
    const { path, send: post } = await webhookOf('woocommerce', { destinations: [{ url: box.url }] });
    const topic = { 'x-wc-webhook-topic': 'order.deleted' };
    await post(WOO, { ...topic, 'x-wc-webhook-delivery-id': '1', 'gapless-repeats': '99' });
    await post(WOO, { ...topic, 'x-wc-webhook-delivery-id': '2' });
    expect(await repeatsOf(path)).toEqual([null, 1]);
    expect((await send('GET', `${path}/events/2`)).body).toMatchObject({ repeats: 1 });
    expect((await send('GET', `${path}/feed`)).body).toMatchObject({
      events: [{ repeats: null }, { repeats: 1 }],
    });
    const kept = await box.whenKept(2);
    const headers = Object.fromEntries(kept.map(one => [one.headers['ce-sequence'], one.headers]));
    expect(headers['1']).not.toHaveProperty('gapless-repeats');
    expect(headers['2']).toMatchObject({ 'gapless-repeats': '1' });
  });

  it('that are held as invalid are two, each with its id', async () => {
    const { send: post } = await webhookOf('github');
    expect(await post('{}', { 'x-github-delivery': '1' })).toBe('quarantined 1');
    expect(await post('{}', { 'x-github-delivery': '2' })).toBe('quarantined 2');
    expect(await post('{}', { 'x-github-delivery': '1' })).toBe('duplicate 1');
  });
});

describe('the same bytes without any id', () => {
  const POKE = '{"list_folder":{"accounts":["dbid:1"]}}';

  it('of Dropbox are an event each: a lost poke would lose a change', async () => {
    const { path, send: post } = await webhookOf('dropbox');
    expect([await post(POKE, {}), await post(POKE, {}), await post(POKE, {})]).toEqual([
      'accepted 1',
      'accepted 2',
      'accepted 3',
    ]);
    expect(await repeatsOf(path)).toEqual([null, 1, 1]);
  });

  it('are a retry within a minute where the webhook is strict', async () => {
    const { send: post } = await webhookOf('dropbox', { replay_protection: 'strict' });
    expect([await post(POKE, {}), await post(POKE, {})]).toEqual(['accepted 1', 'duplicate 1']);
    vi.setSystemTime(NOW + 60_000);
    expect(await post(POKE, {})).toBe('accepted 2');
  });
});

/** Signs a time, but not the id. */
const TIMED: [name: string, body: (n: number) => string, id: string][] = [
  ['hook0', n => `{"event_type":"a","n":${n}}`, 'x-event-id'],
  ['linear', n => `{"n":${n},"type":"Comment","webhookTimestamp":${NOW}}`, 'linear-delivery'],
  ['box', n => `{"trigger":"FILE.UPLOADED","n":${n}}`, 'box-delivery-id'],
  ['sanity', n => `{"_id":"a","n":${n}}`, 'idempotency-key'],
];

describe('where a time is signed but not the id', () => {
  it.each(TIMED)('one recorded request of %s is one event under thirty ids', async (name, body, id) => {
    const { path, send: post } = await webhookOf(name);
    expect(await post(body(1), { [id]: 'true' })).toBe('accepted 1');
    for (let n = 1; n <= 30; n++) expect(await post(body(1), { [id]: `false-${n}` })).toBe('duplicate 1');
    expect(await post(body(1), {})).toBe('duplicate 1');
    expect(await eventsOf(path)).toHaveLength(1);
  });

  it.each(TIMED)(
    'a recorded body of %s under the id of a true event does not swallow it',
    async (name, body, id) => {
      const { path, send: post } = await webhookOf(name);
      expect(await post(body(1), { [id]: 'of-the-true-one' })).toBe('accepted 1');
      expect(await post(body(2), { [id]: 'of-the-true-one' })).toBe('quarantined 2');
      expect((await send('GET', `${path}/events/2`)).body).toMatchObject({ reason: 'conflict' });
      // Its retry is no other event, and neither is one under an id of its own.
      expect(await post(body(2), { [id]: 'of-the-true-one' })).toBe('duplicate 2');
    },
  );

  it.each(TIMED)('a retry of %s that is signed anew is a duplicate', async (name, body, id) => {
    const { send: post } = await webhookOf(name);
    const later = body(1).replace(String(NOW), String(NOW + 30_000));
    expect(await post(body(1), { [id]: 'one' })).toBe('accepted 1');
    vi.setSystemTime(NOW + 30_000);
    expect(await post(later, { [id]: 'one' }, NOW + 30_000)).toBe('duplicate 1');
    // What the retry was signed with is known now, too.
    expect(await post(later, { [id]: 'two' }, NOW + 30_000)).toBe('duplicate 1');
  });

  it('two projections of Sanity that say the same are two events', async () => {
    const { path, send: post } = await webhookOf('sanity');
    expect(await post('{"_id":"a"}', { 'idempotency-key': 'k1' })).toBe('accepted 1');
    expect(await post('{"_id":"a"}', { 'idempotency-key': 'k2' }, NOW + 1)).toBe('accepted 2');
    expect(await repeatsOf(path)).toEqual([null, null]);
  });

  it('a recorded request under another topic is held, and not accepted', async () => {
    const { send: post } = await webhookOf('hook0');
    expect(await post('{}', { 'x-event-type': 'a', 'x-event-id': '1' })).toBe('accepted 1');
    expect(await post('{}', { 'x-event-type': 'b', 'x-event-id': '2' })).toBe('quarantined 2');
  });

  it('an unsigned id of Zendesk does not pass for a signed one', async () => {
    const { send: post } = await webhookOf('zendesk');
    const header = 'x-zendesk-webhook-invocation-id';
    expect(await post('{"id":"7","type":"ticket"}', { [header]: '01H' })).toBe('accepted 1');
    expect(await post('{"id":"01H","type":"zen:event-type:user.created"}', {})).toBe('accepted 2');
    expect(await post('{"id":"01H","type":"zen:event-type:user.created"}', {}, NOW + 1000)).toBe(
      'duplicate 2',
    );
  });

  it('one recorded request of Coinbase is one event where the list of signed headers leaves its id out', async () => {
    const secret = 'a-secret';
    const { id } = await newWebhook({ provider: 'coinbase-cdp', secret_key: secret });
    const post = async (body: string, event: string) => {
      const message = `${NOW / 1000}.content-type.application/json.${body}`;
      const mac = new Uint8Array(await hmac('SHA-256', encoder.encode(secret), message)).toHex();
      const { body: answer } = await send('POST', `/in/${id}`, body, {
        'content-type': 'application/json',
        'x-hook0-signature': `t=${NOW / 1000},h=content-type,v1=${mac}`,
        'x-event-id': event,
      });
      return `${answer.status} ${answer.sequence}`;
    };
    expect(await post('{"n":1}', 'a')).toBe('accepted 1');
    expect(await post('{"n":1}', 'b')).toBe('duplicate 1');
    expect(await post('{"n":2}', 'a')).toBe('quarantined 2');
  });

  it('a custom scheme is treated alike, also with its time inside the body', async () => {
    const signature = {
      ...{ alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'linear-signature' }], msg: ['{body}'] },
      ts: { from: 'json:/webhookTimestamp', fmt: 'ms', tol: 60 },
      id: ['h:x-id'],
    };
    const { send: post } = await webhookOf('linear', { provider: 'custom', signature, settings: {} });
    const body = (n: number, at = NOW) => `{"n":${n},"webhookTimestamp":${at}}`;
    expect(await post(body(1), { 'x-id': 'a' })).toBe('accepted 1');
    expect(await post(body(1), { 'x-id': 'b' })).toBe('duplicate 1');
    expect(await post(body(1, NOW + 1), { 'x-id': 'a' })).toBe('duplicate 1');
    expect(await post(body(2), { 'x-id': 'a' })).toBe('quarantined 2');
  });
});

/** A webhook whose scheme is one's own, and requests for it that all carry the signature of one message. */
async function withMessage(message: string, signature: object) {
  const url = 'https://gw.example.com/in/7';
  const { id, path } = await newWebhook({
    ...{ provider: 'custom', secret_key: 'a-secret', settings: { public_url: url } },
    signature: { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-sig' }], ...signature },
  });
  const mac = new Uint8Array(await hmac('SHA-256', encoder.encode('a-secret'), message)).toHex();
  const post = async (body: string, headers: Headers = {}, query = ''): Promise<string> => {
    const { status, body: answer } = await send('POST', `/in/${id}${query}`, body, {
      ...headers,
      'x-sig': mac,
    });
    return status === 200 ? `${answer.status} ${answer.sequence}` : String(status);
  };
  return { path, url, post };
}

describe('bytes that fit two readings', () => {
  it('of an id and a body with a dot between are held the second time, whichever comes first', async () => {
    const readings = [
      ['0.{"a":1}', '7'],
      ['{"a":1}', '7.0'],
    ] as const;
    for (const [first, second] of [readings, readings.toReversed()]) {
      const scheme = { msg: ['{h:x-id}.{body}'], id: ['h:x-id'] };
      const { path, post } = await withMessage('7.0.{"a":1}', scheme);
      const [one, other] = [first ?? readings[0], second ?? readings[1]];
      expect(await post(one[0], { 'x-id': one[1] })).toBe('accepted 1');
      expect(await post(other[0], { 'x-id': other[1] })).toBe('quarantined 2');
      expect(await post(one[0], { 'x-id': one[1] })).toBe('duplicate 1');
      expect(await eventsOf(path)).toMatchObject([
        { body_signed: false },
        { body_signed: false, reason: 'conflict' },
      ]);
    }
  });

  it('of an address with a query and a body are held the second time', async () => {
    const { path, url, post } = await withMessage('https://gw.example.com/in/7?shop=1{"a":"b","c":1}', {
      msg: ['{url}{body}'],
    });
    expect(url).toBe('https://gw.example.com/in/7');
    expect(await post('{"a":"b","c":1}', {}, '?shop=1')).toBe('accepted 1');
    expect(await post('"b","c":1}', {}, '?shop=1{"a":')).toBe('quarantined 2');
    expect(await eventsOf(path)).toMatchObject([{ body_signed: false }, { body_signed: false }]);
  });

  it('of an id before a time are refused, as its text may not stand in it', async () => {
    const at = NOW / 1000;
    const { post } = await withMessage(`7.${at}.x.${at}.{"a":1}`, {
      ...{ msg: ['{h:x-id}.{ts}.{body}'], ts: { from: 'h:x-time', fmt: 's', tol: 300 }, id: ['h:x-id'] },
    });
    const time = { 'x-time': String(at) };
    expect(await post('{"a":1}', { ...time, 'x-id': `7.${at}.x` })).toBe('401');
    expect(await post(`x.${at}.{"a":1}`, { ...time, 'x-id': '7' })).toBe('accepted 1');
  });
});

describe('a list of events in one request', () => {
  const LISTS: [name: string, body: string, topics: string[]][] = [
    [
      'hubspot',
      '[{"subscriptionType":"a"},{"subscriptionType":"b"},{"subscriptionType":"a"},{}]',
      ['a', 'b'],
    ],
    ['sendgrid', '[{"event":"a","sg_event_id":"1"},{"event":"b"}]', ['a', 'b']],
    ['line', '{"events":[{"type":"a"},{"type":"b"}]}', ['a', 'b']],
    ['klaviyo', '{"data":[{"topic":"a"},{"topic":"b"}]}', ['a', 'b']],
    ['twilio-json', '[{"type":"a"},{"type":"b"}]', ['a', 'b']],
    [
      'mandrill',
      `mandrill_events=${encodeURIComponent('[{"event":"a"},{"type":"b"},{"event":"a"}]')}`,
      ['a', 'b'],
    ],
  ];

  it.each(LISTS)(
    'of %s has the topics of all, and reaches whoever wants one of them',
    async (name, body, all) => {
      const [one, other] = [new Box(), new Box()];
      const destinations = [
        { url: one.url, topics: 'b' },
        { url: other.url, topics: 'c' },
      ];
      const { path, send: post } = await webhookOf(name, { topics: 'b', destinations }, body);
      expect(await post(body, {})).toBe('accepted 1');
      expect(await eventsOf(path)).toMatchObject([{ topic: 'a', topics: all }]);
      expect((await send('GET', `${path}/events/1`)).body).toMatchObject({ topics: all });
      expect((await send('GET', `${path}/feed?topic=b`)).body).toMatchObject({ events: [{ topics: all }] });
      expect((await send('GET', `${path}/events?topic=c`)).body).toMatchObject({ events: [] });
      expect(await one.whenKept(1)).toHaveLength(1);
      expect(await other.kept()).toEqual([]);
      expect((await send('GET', `${path}/events/1`)).body).toMatchObject({ deliveries: [{ attempts: 1 }] });
    },
  );

  it('of a custom scheme is one too, and of which none is wanted is ignored', async () => {
    const signature = {
      ...{ alg: 'hmac-sha256', enc: 'base64', sig: [{ h: 'x-wc-webhook-signature' }], msg: ['{body}'] },
      type: ['json:/batch/0/kind'],
    };
    const given = { provider: 'custom', signature, settings: {}, topics: 'paid,shipped' };
    const { path, send: post } = await webhookOf('woocommerce', given);
    expect(await post('{"batch":[{"kind":"made"},{"kind":"paid"}]}', {})).toBe('accepted 1');
    expect(await post('{"batch":[{"kind":"made"},{"kind":"lost"}]}', {})).toBe('ignored undefined');
    expect(await post('{"batch":[{"kind":"paid"},{"kind":"gateway:gap_opened"}]}', {})).toBe('quarantined 2');
    expect((await eventsOf(path))[0]).toMatchObject({ topics: ['made', 'paid'] });
  });

  it('of one topic, or a single event, has that topic alone', async () => {
    const { path, send: post } = await webhookOf('github');
    await post('{}', { 'x-github-event': 'push' });
    expect(await eventsOf(path)).toMatchObject([{ topic: 'push', topics: ['push'] }]);
  });

  it('of more topics than a row should carry is held', async () => {
    const body = JSON.stringify(Array.from({ length: 101 }, (_, i) => ({ event: `e${i}` })));
    const { send: post } = await webhookOf('sendgrid', {}, body);
    expect(await post(body, {})).toBe('quarantined 1');
  });
});
