import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/limits';
import { eventually } from '../support/eventually';

const ORIGIN = 'https://gw.example.com';
const url = 'https://app.example.com/hooks';
const minimal = { provider: 'shipstream', secret_key: '2RUJ8NXLnLRrAj3' };

/** The members of answers that tests look into; which of them an answer has is what they test. */
type Body = {
  webhook_id: number;
  destination_id: string;
  secret_key: string;
  destinations: { destination_id: string; secret_key: string }[];
  webhooks: { webhook_id: number }[];
  events: { sequence: number }[];
  next: number | null;
} & Record<'status' | 'sequence' | 'gaps' | 'verdict' | 'errors' | 'providers' | 'warnings', unknown>;

type Answer = { status: number; headers: Headers; body: Body };

async function send(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const response = await exports.default.fetch(
    new Request(ORIGIN + path, {
      method,
      headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

/** A new webhook; its path and the answer to its creation. */
async function created(given: object = {}) {
  const { status, body } = await send('POST', '/v1/webhooks', { ...minimal, ...given });
  expect(status).toBe(201);
  return { path: `/v1/webhooks/${body.webhook_id}`, body };
}

async function signed(body: string, secret = minimal.secret_key): Promise<Record<string, string>> {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(body));
  return { 'X-Plugin-Hmac-Sha256': new Uint8Array(mac).toBase64(), 'Content-Type': 'application/json' };
}

async function ingest(webhookId: number, body: string, secret?: string): Promise<Answer> {
  return send('POST', `/in/${webhookId}`, body, await signed(body, secret));
}

const orderCreated = (incrementId: number | string) =>
  JSON.stringify({
    topic: 'order:created',
    message: { unique_id: '100000015', webhook_increment_id: incrementId },
  });

describe('webhooks', () => {
  it('are created with what their users need and nothing else', async () => {
    const answer = await send('POST', '/v1/webhooks', {
      ...minimal,
      destinations: [{ url, extra_headers: 'X-Env: prod' }],
    });
    expect(answer.status).toBe(201);
    const { body } = answer;
    expect(Number.isSafeInteger(body.webhook_id) && body.webhook_id > 0).toBe(true);
    expect(answer.headers.get('Location')).toBe(`/v1/webhooks/${body.webhook_id}`);
    expect(body).toMatchObject({
      ...{ ingest_url: `${ORIGIN}/in/${body.webhook_id}`, provider: 'shipstream', is_active: true },
      ...{ topics: ['*'], topics_given: '*', warnings: [] },
      sequence: { enabled: true, hold_seconds: 0, grace_seconds: 60, expires_seconds: 374_400 },
      destinations: [{ url, extra_headers: 'X-Env: prod', is_active: true }],
    });
    const [destination] = body.destinations;
    if (destination === undefined) throw new Error('no destination');
    expect(destination.destination_id).toMatch(/^dst_[0-9a-f]{16}$/);
    expect(destination.secret_key).toMatch(/^whsec_/);

    const read = await send('GET', `/v1/webhooks/${body.webhook_id}`);
    const { secret_key, ...shown } = destination;
    const { warnings, ...rest } = body as Body & { warnings: string[] };
    expect(warnings).toEqual([]);
    expect(read.body).toEqual({ ...rest, destinations: [shown] });
    for (const secret of [secret_key, minimal.secret_key]) {
      expect(JSON.stringify(read.body)).not.toContain(secret);
    }
    const list = await send('GET', '/v1/webhooks');
    expect(list.body).toEqual({ webhooks: expect.arrayContaining([read.body]), next: null });
  });

  it('hold no plaintext secret in KV', async () => {
    const { body } = await created({ destinations: [{ url }] });
    const stored = await env.SUBSCRIPTIONS.get(`webhook:${body.webhook_id}`);
    expect(stored).toContain('"v1.');
    expect(stored).not.toContain(minimal.secret_key);
    expect(stored).not.toContain(body.destinations[0]?.secret_key);
  });

  it('page', async () => {
    await Promise.all([created(), created(), created()]);
    const ids: number[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page: Answer = await send('GET', `/v1/webhooks?after=${after}&limit=2`);
      expect(page.body.webhooks.length).toBeLessThanOrEqual(2);
      ids.push(...page.body.webhooks.map(webhook => webhook.webhook_id));
      after = page.body.next;
    }
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids.length).toBeGreaterThanOrEqual(3);
  });

  it('are patched, and seen so at once', async () => {
    const { path } = await created({ name: 'A', topics: 'order:*' });
    const patched = await send('PATCH', path, { name: null, is_active: '0', sequence: { hold_seconds: 9 } });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({
      ...{ name: null, is_active: false, topics: ['order:*'], topics_given: 'order:*' },
    });
    expect(patched.body.sequence).toMatchObject({ hold_seconds: 9, grace_seconds: 60 });
    const { warnings, ...shown } = patched.body;
    expect(warnings).toEqual([]);
    expect((await send('GET', path)).body).toEqual(shown);
  });

  it('lose no change to another made at the same time', async () => {
    const { path } = await created();
    const [named, added] = await Promise.all([
      send('PATCH', path, { name: 'B' }),
      send('POST', `${path}/destinations`, { url }),
    ]);
    expect([named.status, added.status]).toEqual([200, 201]);
    expect((await send('GET', path)).body).toMatchObject({ name: 'B', destinations: [{ url }] });
  });

  it('are deleted once', async () => {
    const { path, body } = await created();
    expect((await send('DELETE', path)).status).toBe(204);
    for (const [method, rest] of [
      ['DELETE', ''],
      ['GET', ''],
      ['PATCH', ''],
      ['GET', '/events'],
      ['GET', '/events/1'],
      ['GET', '/gaps'],
      ['GET', '/status'],
      ['POST', '/events/1/release'],
      ['POST', '/rotate_secret'],
      ['POST', '/destinations'],
    ] as const) {
      const given =
        method === 'GET' || method === 'DELETE' ? undefined : rest === '/destinations' ? { url } : {};
      const answer = await send(method, path + rest, given);
      expect([method, rest, answer.status]).toEqual([method, rest, 404]);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    }
    const list = await send('GET', '/v1/webhooks?limit=500');
    expect(JSON.stringify(list.body)).not.toContain(String(body.webhook_id));
    expect((await ingest(body.webhook_id, orderCreated(1))).status).toBe(404);
  });

  it('refuse what is wrong, field by field', async () => {
    const answer = await send('POST', '/v1/webhooks', {
      ...minimal,
      retention_days: 3,
      destinations: [{ url }],
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      ...{ type: 'urn:gapless:problem:invalid', status: 422 },
      errors: [{ path: '/destinations/0/retry/schedule_seconds' }],
    });
    expect((await send('POST', '/v1/webhooks', '{"provider":')).status).toBe(400);
    expect((await send('POST', '/v1/webhooks', '')).status).toBe(400);
    expect((await send('POST', '/v1/webhooks', { ...minimal, extra: 1 })).status).toBe(422);
    expect((await send('POST', '/v1/webhooks', ' '.repeat(LIMITS.MAX_API_BODY_BYTES + 1))).status).toBe(413);
    const { path } = await created({ retention_days: 4, destinations: [{ url }] });
    expect((await send('PATCH', path, { retention_days: 3 })).status).toBe(422);
    expect((await send('PATCH', path, { destinations: [] })).status).toBe(422);
  });
});

describe('destinations', () => {
  it('are added, changed and removed', async () => {
    const { path } = await created();
    const added = await send('POST', `${path}/destinations`, { url, topics: 'order:*', is_active: 0 });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ url, topics: ['order:*'], is_active: false });
    expect(added.body.secret_key).toMatch(/^whsec_/);
    const at = `${path}/destinations/${added.body.destination_id}`;

    const patched = await send('PATCH', at, { max_in_flight: 128, extra_headers: { 'X-A': '1' } });
    expect(patched.body).toMatchObject({
      max_in_flight: 128,
      extra_headers: { 'X-A': '1' },
      is_active: false,
    });
    expect(patched.body).not.toHaveProperty('secret_key');
    expect((await send('PATCH', at, { max_in_flight: 129 })).status).toBe(422);

    const rotated = await send('POST', `${at}/rotate_secret`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret_key).toMatch(/^whsec_/);
    expect(rotated.body.secret_key).not.toBe(added.body.secret_key);

    expect((await send('DELETE', at)).status).toBe(204);
    for (const answer of [
      await send('DELETE', at),
      await send('PATCH', at, {}),
      await send('POST', `${at}/rotate_secret`),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await send('GET', path)).body.destinations).toEqual([]);
  });

  it('must fit the retention of their webhook, and be at most 64', async () => {
    const { path } = await created({ retention_days: 1 });
    const short = { url, retry: { schedule_seconds: [] } };
    expect((await send('POST', `${path}/destinations`, { url })).status).toBe(422);
    const { status, body } = await send('POST', `${path}/destinations`, short);
    expect(status).toBe(201);
    const at = `${path}/destinations/${body.destination_id}`;
    expect((await send('PATCH', at, { retry: null })).status).toBe(422);

    const full = await created({
      retention_days: 1,
      destinations: Array.from({ length: LIMITS.MAX_DESTINATIONS }, () => short),
    });
    expect((await send('POST', `${full.path}/destinations`, short)).status).toBe(409);
  });
});

describe('rotate_secret', () => {
  it('makes the new secret work at once and keeps the old one for the overlap', async () => {
    const { path, body } = await created();
    const rotated = await send('POST', `${path}/rotate_secret`, {
      secret_key: 'new-secret',
      overlap_seconds: 60,
    });
    expect(rotated.body).toEqual({ secret_key: 'new-secret', usable_from: expect.stringMatching(/Z$/) });
    expect((await ingest(body.webhook_id, orderCreated(1))).body.status).toBe('accepted');
    expect((await ingest(body.webhook_id, orderCreated(2), 'new-secret')).body.status).toBe('accepted');

    await send('POST', `${path}/rotate_secret`, { secret_key: 'third', overlap_seconds: 0 });
    expect((await ingest(body.webhook_id, orderCreated(3))).status).toBe(401);
    expect((await ingest(body.webhook_id, orderCreated(3), 'new-secret')).status).toBe(401);
    expect((await ingest(body.webhook_id, orderCreated(3), 'third')).body.status).toBe('accepted');
  });

  it('generates a secret only where the provider takes any', async () => {
    const { path, body } = await created();
    const rotated = await send('POST', `${path}/rotate_secret`);
    const accepted = await ingest(body.webhook_id, orderCreated(1), rotated.body.secret_key);
    expect(accepted.body.status).toBe('accepted');
    const ecwid = await created({ provider: 'ecwid' });
    expect((await send('POST', `${ecwid.path}/rotate_secret`, {})).status).toBe(422);
  });
});

describe('events', () => {
  it('are listed, filtered and shown', async () => {
    const { path, body } = await created();
    for (const id of [1, 2, 3]) await ingest(body.webhook_id, orderCreated(id));
    await ingest(body.webhook_id, orderCreated('none'));

    const page = await send('GET', `${path}/events?limit=2`);
    expect(page.body.events).toMatchObject([
      { sequence: 1, increment_id: 1, topic: 'order:created', status: 'accepted', body_signed: true },
      { sequence: 2, increment_id: 2, received_at: expect.stringMatching(/Z$/) },
    ]);
    const rest = await send('GET', `${path}/events?after=${page.body.next}`);
    expect(rest.body.events.map(event => event.sequence)).toEqual([3, 4]);
    expect(rest.body.next).toBe(null);

    const quarantined = await send('GET', `${path}/events?status=quarantined`);
    expect(quarantined.body.events).toMatchObject([
      { sequence: 4, status: 'quarantined', increment_id: null },
    ]);

    const shown = await send('GET', `${path}/events/2`);
    expect(shown.body).toMatchObject({
      ...{ sequence: 2, body: orderCreated(2), redacted: false, deliveries: [], attempts: [] },
      verdict: { valid: true, issues: [], body_signed: true },
      headers: { 'content-type': 'application/json' },
    });
    const invalid = await send('GET', `${path}/events/4`);
    expect(invalid.body.verdict).toMatchObject({ valid: false, issues: [{ path: expect.any(String) }] });
    for (const sequence of ['5', '0', 'x', '1.5', '-1']) {
      expect((await send('GET', `${path}/events/${sequence}`)).status).toBe(404);
    }
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'limit=', 'after=-1', 'after=1.5', 'status=lost', 'topic='])(
    'refuse %s',
    async query => {
      const { path } = await created();
      const answer = await send('GET', `${path}/events?${query}`);
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toMatchObject([{ path: `query:${query.split('=')[0]}` }]);
    },
  );

  it('leave quarantine once', async () => {
    const { path, body } = await created();
    await ingest(body.webhook_id, orderCreated('none'));
    const released = await send('POST', `${path}/events/1/release`);
    expect(released.status).toBe(200);
    expect(released.body).toMatchObject({ status: 'accepted', sequence: expect.any(Number) });
    expect((await send('POST', `${path}/events/1/release`)).status).toBe(409);
    expect((await send('POST', `${path}/events/9/release`)).status).toBe(404);
  });

  it('tell what is missing', async () => {
    const { path, body } = await created({ sequence: { grace_seconds: 0 } });
    for (const id of [1, 2, 5]) await ingest(body.webhook_id, orderCreated(id));
    // The grace of no seconds is over when the object's alarm has come.
    const gaps = await eventually(async () => {
      const answer = await send('GET', `${path}/gaps`);
      expect(answer.body.gaps).not.toEqual([]);
      return answer;
    });
    expect(gaps.body).toMatchObject({
      numbered: true,
      highest_increment_id: 5,
      gaps: [{ from: 3, to: 4, count: 2, status: 'open', resolved_at: null }],
    });
    expect((await send('GET', `${path}/gaps?status=filled`)).body.gaps).toEqual([]);
    expect((await send('GET', `${path}/gaps?status=wide`)).status).toBe(422);
    expect((await send('GET', `${path}/status`)).body).toMatchObject({
      ...{ numbered: true, last_sequence: 3, highest_increment_id: 5, open_gaps: 1, missing_ids: 2 },
      counters: { accepted: 3, duplicate: 0, ignored: 0, quarantined: 0 },
    });
  });

  it('do not pretend to know what unnumbered providers missed', async () => {
    const { path } = await created({ provider: 'ecwid' });
    expect((await send('GET', `${path}/gaps`)).body).toEqual({ numbered: false, gaps: [] });
    expect((await send('GET', `${path}/status`)).body).toMatchObject({ numbered: false, open_gaps: null });
  });
});

describe('the rest of the API', () => {
  it('lists providers', async () => {
    const { body } = await send('GET', '/v1/providers');
    expect(body.providers).toContainEqual(
      expect.objectContaining({ name: 'shipstream', numbered: true, retry_horizon_seconds: 374_400 }),
    );
  });

  it('answers unknown addresses and wrong methods with problems', async () => {
    for (const path of [
      '/nothing',
      '/v1/nothing',
      '/v1/webhooks/1/nothing',
      '/v1/webhooks/x',
      '/v1/webhooks/0',
    ]) {
      const answer = await send('GET', path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    }
    const { path } = await created();
    for (const [method, at, allow] of [
      ['PUT', '/v1/webhooks', 'POST'],
      ['POST', path, 'PATCH'],
      ['DELETE', `${path}/gaps`, 'GET'],
      ['GET', '/api/jsonrpc', 'POST'],
      ['POST', '/healthz', 'GET'],
      ['DELETE', '/openapi.json', 'GET'],
      ['PUT', '/docs', 'GET'],
      ['POST', '/metrics', 'GET'],
    ] as const) {
      const answer = await send(method, at);
      expect([method, at, answer.status]).toEqual([method, at, 405]);
      expect(answer.headers.get('Allow')).toContain(allow);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    }
  });

  it('refuses query parameters that are not there, and those given twice, by name', async () => {
    const { path } = await created();
    for (const [method, at, name] of [
      ['GET', `${path}/events?statsu=dead`, 'statsu'],
      ['GET', `${path}/events?limit=1&limit=2`, 'limit'],
      ['GET', `${path}?include=body`, 'include'],
      ['GET', '/v1/webhooks?offset=5', 'offset'],
      ['DELETE', `${path}?force=1`, 'force'],
      ['POST', `${path}/replays?dry_run=1`, 'dry_run'],
      ['PUT', '/v1/config?dryrun=1', 'dryrun'],
      ['GET', '/metrics?page=2', 'page'],
    ] as const) {
      const answer = await send(method, at, method === 'PUT' ? { webhooks: [] } : undefined);
      expect([method, at, answer.status]).toEqual([method, at, 422]);
      expect(answer.body.errors).toMatchObject([{ path: `query:${name}` }]);
    }
    const replay = await send('POST', `${path}/replays?dry_run=1`);
    expect(replay.body.errors).toMatchObject([{ message: expect.stringContaining('in the body') }]);
    expect((await send('HEAD', `${path}/events?limit=1`)).status).toBe(200);
    expect((await send('GET', path)).status).toBe(200);
  });

  it('says of an unknown field of a replay which fields there are', async () => {
    const { path } = await created();
    for (const at of [`${path}/replays`, `${path}/events/1/replay`]) {
      const { status, body } = await send('POST', at, { destination: 'x' });
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([
        { path: '/destination', message: expect.stringMatching(/^unknown field; known are destination_id/) },
      ]);
    }
  });

  it('needs the token everywhere', async () => {
    const { path } = await created();
    for (const at of ['/v1/webhooks', '/v1/providers', path, `${path}/events`, '/v1/nothing']) {
      const answer = await send('GET', at, undefined, { Authorization: 'Bearer wrong' });
      expect([at, answer.status]).toEqual([at, 401]);
    }
  });
});

describe('every answer', () => {
  it('may be kept by nobody, and is only what it says', async () => {
    const { path, body } = await created();
    const answers = [
      await send('POST', '/v1/webhooks', minimal),
      ...(await Promise.all(
        [path, '/v1/webhooks', '/v1/config', '/v1/providers'].map(one => send('GET', one)),
      )),
      await send('POST', '/v1/tokens', { name: 'x' }),
      await send('POST', '/api/jsonrpc', {
        jsonrpc: '2.0',
        id: 1,
        method: 'login',
        params: ['a', env.ADMIN_TOKEN],
      }),
      await send('GET', '/api/jsonrpc'),
      await send('GET', '/nowhere'),
      await send('GET', '/v1/webhooks', undefined, { Authorization: 'none' }),
      await send('GET', '/healthz'),
      await send('GET', '/openapi.json'),
      await ingest(body.webhook_id, orderCreated(1)),
      await ingest(body.webhook_id, orderCreated(1), 'wrong'),
    ];
    const others = ['/metrics', '/docs'].map(one =>
      exports.default.fetch(
        new Request(ORIGIN + one, { headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}` } }),
      ),
    );
    for (const { headers, status } of [...answers, ...(await Promise.all(others))]) {
      expect([status, headers.get('Cache-Control'), headers.get('X-Content-Type-Options')]).toEqual([
        status,
        'no-store',
        'nosniff',
      ]);
    }
  });
});
