/** The audit log: whatever the API changes leaves an entry with who, what and which fields; what fails leaves none. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/api/openapi/operations';
import { MAX_ENTRIES } from '../../src/audit/entry';
import { ingest, type Json, newWebhook, orderCreated, SECRET, send } from '../support/rest';

const settings = env as { SECRETS_KEY: string; SECRETS_KEY_PREVIOUS?: string; TRANSFER_KEY?: string };
const { SECRETS_KEY } = settings;
afterAll(() => {
  settings.SECRETS_KEY = SECRETS_KEY;
  delete settings.SECRETS_KEY_PREVIOUS;
  delete settings.TRANSFER_KEY;
});

const url = 'https://app.example.com/hooks';

/** The entries of a log, newest first. */
const entriesOf = async (path: string, query = ''): Promise<Json[]> =>
  Object.values((await send('GET', `${path}/audit${query}`)).body.entries ?? {});

type Place = { id: number; path: string; destination: string };

/** A webhook with a destination, an event, one in quarantine, and a gap. */
async function place(): Promise<Place> {
  const { id, path, body } = await newWebhook({
    destinations: [{ url, is_active: 0 }],
    sequence: { grace_seconds: 0 },
  });
  for (const body of [orderCreated(1), orderCreated(10), orderCreated(11).replace(':11', ':"none"')]) {
    expect((await ingest(id, body)).status).toBe(200);
  }
  return { id, path, destination: `${path}/destinations/${body.destinations?.[0]?.destination_id}` };
}

const made = async (given: object) => (await send('POST', '/v1/tokens', given)).body;

/** How each operation changes something: the path of the log that tells of it. Others leave the entry in the webhook's own. */
const CHANGES: Record<string, (at: Place) => Promise<string | undefined>> = {
  async createWebhook() {
    return (await newWebhook()).path;
  },
  async updateWebhook({ path }) {
    await send('PATCH', path, { name: 'other' });
    return path;
  },
  async deleteWebhook() {
    await send('DELETE', (await newWebhook()).path);
    return '/v1';
  },
  async rotateInboundSecret({ path }) {
    await send('POST', `${path}/rotate_secret`, { secret_key: 'another-secret' });
    return path;
  },
  async createDestination({ path }) {
    await send('POST', `${path}/destinations`, { url });
    return path;
  },
  async updateDestination({ path, destination }) {
    await send('PATCH', destination, { topics: 'order:*' });
    return path;
  },
  async deleteDestination({ path, destination }) {
    await send('DELETE', destination);
    return path;
  },
  async rotateDestinationSecret({ path, destination }) {
    await send('POST', `${destination}/rotate_secret`);
    return path;
  },
  async retryDestination({ path, destination }) {
    await send('PATCH', destination, { is_active: 1 });
    await send('POST', `${destination}/retry`);
    return path;
  },
  async testDestination({ path, destination }) {
    await send('POST', `${destination}/test`);
    return path;
  },
  async cancelReplay({ path }) {
    const { body } = await send('POST', `${path}/replays`, { all: true });
    await send('POST', `${path}/replays/${body.replay_id}/cancel`);
    return path;
  },
  async releaseEvent({ path }) {
    await send('POST', `${path}/events/3/release`);
    return path;
  },
  async redactEvent({ path }) {
    await send('DELETE', `${path}/events/1/body`);
    return path;
  },
  async redactEvents({ path }) {
    await send('POST', `${path}/redact`, { entity_key: 'order:100000015' });
    return path;
  },
  async addEvent({ path }) {
    await send('POST', `${path}/events`, { body: orderCreated(2) });
    return path;
  },
  async resolveGaps({ path }) {
    await send('POST', `${path}/gaps/resolve`, { from: 3, to: 4 });
    return path;
  },
  async settleNumbering({ path }) {
    await send('POST', `${path}/numbering`, { reading: 'new', sequence: 2 });
    return path;
  },
  async replayEvents({ path }) {
    await send('POST', `${path}/replays`, { from_sequence: 1 });
    return path;
  },
  async replayEvent({ path }) {
    await send('POST', `${path}/events/1/replay`);
    return path;
  },
  async captureRejections({ path }) {
    await send('POST', `${path}/capture`);
    return path;
  },
  async createToken() {
    await made({ name: 'grafana' });
    return '/v1';
  },
  async revokeToken() {
    await send('DELETE', `/v1/tokens/${(await made({ name: 'grafana' })).token_id}`);
    return '/v1';
  },
  async applyConfig({ id, path }) {
    const { body } = await send('GET', '/v1/config');
    const entry = Object.values(body.webhooks ?? {}).find(one => Number(one.webhook_id) === id);
    await send('PUT', '/v1/config', { webhooks: [{ ...entry, topics: 'order:*' }] });
    return path;
  },
  async importWebhooks({ id, path }) {
    settings.TRANSFER_KEY = new Uint8Array(32).fill(3).toBase64();
    const { body } = await send('GET', '/v1/export');
    const webhooks = Object.values(body.webhooks ?? {}).filter(one => Number(one.webhook_id) === id);
    await send('PATCH', path, { name: 'since' });
    await send('POST', '/v1/import', { format: 1, webhooks });
    return path;
  },
  async reseal({ path }) {
    settings.SECRETS_KEY_PREVIOUS = SECRETS_KEY;
    settings.SECRETS_KEY = new Uint8Array(32).fill(9).toBase64();
    await send('POST', '/v1/reseal');
    return path;
  },
};

/** Operations that leave none here, and why. */
const NONE: Record<string, string> = {
  restoreWebhook: 'this runtime takes nothing back: test/object/recovery.test.ts has one that does',
  sendTest: 'it sends an event like any other, which the log of events has',
  startSelfTest: 'it changes no webhook',
  countConnections: 'it changes no webhook',
  measureWaking: 'it changes no webhook',
  countInvocations: 'it changes no webhook',
  measureKv: 'it changes no webhook',
};

const mutating = OPERATIONS.filter(({ method, path }) => method !== 'get' && path.startsWith('/v1/')).map(
  ({ id }) => id,
);

describe('every operation that changes something', () => {
  it('is on one of the two lists', () => {
    expect([...Object.keys(CHANGES), ...Object.keys(NONE)].toSorted()).toEqual(mutating.toSorted());
  });

  it.each(Object.keys(CHANGES))('leaves an entry: %s', async id => {
    const path = (await CHANGES[id]?.(await place())) ?? '';
    const [newest] = await entriesOf(path);
    expect(newest).toMatchObject({
      ...{ operation: id, by: 'admin', token: null, request_id: expect.any(String) },
      ...{ audit_id: expect.any(Number), at: expect.any(String) },
    });
  });
});

describe('the audit log of a webhook', () => {
  it('says who, and what was before and after, and no secret', async () => {
    const { path, id } = await newWebhook({ name: 'first' });
    const { token, token_id } = await made({ name: 'deploy', scope: 'write', webhook_id: id });
    const headers = { authorization: `Bearer ${token}` };
    const given = {
      url: 'https://app.example.com/hooks?key=k-hush',
      extra_headers: { 'X-Tenant': 't-hush', Authorization: 'a-hush' },
      filter: { '/customer/email': ['jane-hush@example.com'] },
    };
    const { body } = await send('POST', `${path}/destinations`, given, headers);
    const at = `/destinations/${body.destination_id}`;
    await send('PATCH', path + at, { timeout_seconds: 5, extra_headers: { 'X-Tenant': 'u-hush' } }, headers);
    const [patched, added, created] = await entriesOf(path);
    expect(patched).toMatchObject({ by: 'token', token: { token_id, name: 'deploy' }, facts: {} });
    expect(patched?.changes).toEqual([
      { path: `${at}/extra_headers`, before: '********', after: '********' },
      { path: `${at}/timeout_seconds`, before: 15, after: 5 },
    ]);
    expect(added?.changes).toEqual(
      expect.arrayContaining([
        { path: `${at}/url`, before: null, after: 'https://app.example.com/hooks?********' },
        { path: `${at}/secret_key`, before: null, after: '********' },
      ]),
    );
    expect(created?.changes).toEqual(
      expect.arrayContaining([{ path: '/name', before: null, after: 'first' }]),
    );
    const { text } = await send('GET', `${path}/audit`);
    expect(text).not.toContain('hush');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(String(token));
    expect((await send('GET', `${path}/audit`, undefined, headers)).status).toBe(200);
    expect((await send('GET', '/v1/audit', undefined, headers)).status).toBe(403);
  });

  it('has nothing of what failed, was only asked for, or had no effect', async () => {
    const { path, destination } = await place();
    const { body: ended } = await send('POST', `${path}/replays`, { from_sequence: 1 });
    const cancel = `${path}/replays/${ended.replay_id}/cancel`;
    await send('POST', cancel);
    const before = await entriesOf(path);
    const stale = { 'If-Match': '"0"' };
    for (const [method, at, body, headers] of [
      ['PATCH', path, { retention_days: 0 }, {}],
      ['PATCH', path, { name: 'x' }, stale],
      ['POST', `${path}/events/1/release`, undefined, {}],
      ['POST', `${path}/events/99/replay`, undefined, {}],
      ['POST', `${path}/replays`, { all: true, dry_run: true }, {}],
      ['POST', `${path}/replays`, { event_id: 'unheard-of' }, {}],
      ['POST', cancel, undefined, {}],
      ['POST', `${path}/redact`, { entity_key: 'order:1', dry_run: true }, {}],
      ['POST', `${path}/events`, { body: orderCreated(1) }, {}],
      ['POST', `${destination}/retry`, undefined, {}],
      ['POST', `${path}/gaps/resolve`, { from: 90, to: 99 }, {}],
      ['DELETE', `${path}/events/99/body`, undefined, {}],
      ['GET', `${path}/events`, undefined, {}],
    ] as const) {
      await send(method, at, body, headers);
    }
    expect(await entriesOf(path)).toEqual(before);
  });

  it('says of a replay which filter it had, without what may name a person', async () => {
    const { path, destination } = await place();
    const destination_id = destination.split('/').at(-1);
    const filter = { topic: 'order:*', since: '2020-01-01T00:00:00Z', q: 'order-hush', new_id: true };
    const { body } = await send('POST', `${path}/replays`, { ...filter, destination_id });
    expect(body.count).toBe(0);
    const found = { ...filter, q: '100000015' };
    const { body: begun } = await send('POST', `${path}/replays`, { ...found, destination_id });
    const [newest] = await entriesOf(path);
    expect(newest).toMatchObject({
      operation: 'replayEvents',
      facts: { ...filter, q: '[not kept]', destination_id, replay_id: begun.replay_id, count: begun.count },
    });
    expect((await send('GET', `${path}/audit`)).text).not.toMatch(/hush|100000015/);
  });

  it('comes in pages, or whole as lines, and keeps the latest', async () => {
    const { id, path } = await newWebhook();
    await runInDurableObject(env.WEBHOOKS.getByName(String(id)), (_, { storage }) => {
      const entry = { by: 'admin', token: null, operation: 'updateWebhook', requestId: null };
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO audit (id, at, entry) SELECT i, 0, ? FROM n`,
        MAX_ENTRIES,
        JSON.stringify({ ...entry, changes: [], facts: {} }),
      );
    });
    await send('PATCH', path, { name: 'last' });
    const ids = async (query: string) => (await entriesOf(path, query)).map(({ audit_id }) => audit_id);
    expect(await ids('?limit=2')).toEqual([MAX_ENTRIES + 1, MAX_ENTRIES]);
    expect(await ids('?limit=2&after=4')).toEqual([3, 2]);
    const last = await send('GET', `${path}/audit?limit=2&after=4`);
    expect((await send('GET', `${path}/audit?after=${last.body.next}`)).body).toEqual({
      entries: [],
      next: null,
    });
    const lines = (await send('GET', `${path}/audit?format=ndjson`)).text.split('\n');
    expect(lines.length).toBe(MAX_ENTRIES + 1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      audit_id: MAX_ENTRIES + 1,
      operation: 'updateWebhook',
    });
    expect((await send('GET', `${path}/audit?format=csv`)).status).toBe(422);
  });

  it('tells of JSON-RPC as such', async () => {
    const { id, path } = await newWebhook();
    const params = ['', 'webhook.update_status', [{ webhook_id: id, status: 0 }]];
    const { body } = await send('POST', '/api/jsonrpc', { jsonrpc: '2.0', id: 1, method: 'call', params });
    expect(body.result).toBe(true);
    expect((await entriesOf(path))[0]).toMatchObject({
      ...{ by: 'json_rpc', token: null, operation: 'webhook.update_status' },
      changes: [{ path: '/is_active', before: true, after: false }],
    });
  });
});

it('the log of the deployment tells of a webhook that is deleted, once, by whichever interface', async () => {
  const byRpc = (await newWebhook()).id;
  const params = ['', 'webhook.delete', [byRpc]];
  await send('POST', '/api/jsonrpc', { jsonrpc: '2.0', id: 1, method: 'call', params });
  expect((await entriesOf('/v1'))[0]).toMatchObject({
    ...{ by: 'json_rpc', operation: 'webhook.delete', facts: { webhook_id: byRpc } },
  });
  const { id, path } = await newWebhook();
  await send('DELETE', path);
  expect((await send('DELETE', path)).status).toBe(404);
  expect((await send('GET', `${path}/audit`)).status).toBe(404);
  const told = (await entriesOf('/v1')).filter(({ facts }) => Number(facts?.webhook_id) === id);
  expect(told).toMatchObject([{ operation: 'deleteWebhook', by: 'admin' }]);
});
