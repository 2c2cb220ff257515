/** KV that neither answers nor fails: events, changes and the alarm go on, and KV has what the object has when it is back. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wakeOverdue } from '../../src/alarms/round';
import { PLATFORM_CLOCK } from '../../src/clock';
import { KvCopy } from '../../src/log/kv-copy';
import { readDocument } from '../../src/log/store/documents';
import { forget } from '../../src/subscriptions/edge-cache';
import { readOwnRecord } from '../../src/subscriptions/stored-record';
import { eventually, pause } from '../support/eventually';
import { ingest, newWebhook, orderCreated, SECRET, send } from '../support/rest';

const prototype = Object.getPrototypeOf(env.SUBSCRIPTIONS) as KVNamespace;
const METHODS = ['get', 'put', 'delete', 'list'] as const;
const real = { get: prototype.get, put: prototype.put, delete: prototype.delete, list: prototype.list };

/** The operations that hang, as far as they were begun. */
let hanging: string[] = [];
let isMended = false;

/** From now on, until `mend`. @param ends whether those under way then end, and in the order in which they began */
function hang(method: (typeof METHODS)[number], ends = true): void {
  isMended = false;
  vi.spyOn(prototype, method).mockImplementation(async function hang(this: KVNamespace, ...given: unknown[]) {
    hanging.push(`${method} ${String(given[0])}`);
    if (!ends) await new Promise(() => {});
    // In the context of whoever asked, where a promise of the test's cannot be waited for.
    while (!isMended) await pause(5);
    return Reflect.apply(real[method], this, given);
  } as never);
}

function mend(): void {
  isMended = true;
  for (const method of METHODS) vi.spyOn(prototype, method).mockRestore();
}

/** Of events, changes and lists. */
const PATIENCE_MS = [3000, 5000, 10_000];

let lines: { event: string; name?: string }[] = [];

beforeEach(() => {
  lines = [];
  hanging = [];
  vi.spyOn(console, 'error').mockImplementation(line => void lines.push(JSON.parse(String(line))));
  // Patience is short here.
  const { later } = PLATFORM_CLOCK;
  vi.spyOn(PLATFORM_CLOCK, 'later').mockImplementation((ms, action) =>
    later(PATIENCE_MS.includes(ms) ? 30 : ms, action),
  );
});
afterEach(() => {
  mend();
  vi.restoreAllMocks();
});

const stubOf = (id: number) => env.WEBHOOKS.getByName(String(id));
const stored = (id: number): Promise<string | null> =>
  (real.get as (key: string) => Promise<string | null>).call(env.SUBSCRIPTIONS, `webhook:${id}`);
const inKv = async (id: number): Promise<unknown> => JSON.parse((await stored(id)) ?? 'null');
const isStuck = () =>
  lines.filter(({ event, name }) => event === 'kv_copy_failed' && name === 'TimeoutError');

describe('KV that hangs', () => {
  it('keeps nobody from making, changing and feeding a webhook, and has the last change when it is back', async () => {
    hang('put');
    const { id, path, body } = await newWebhook();
    expect(body).toMatchObject({ kv_copy: 'pending' });
    for (const days of [8, 9, 10])
      expect((await send('PATCH', path, { retention_days: days })).status).toBe(200);
    expect((await ingest(id, orderCreated(1))).body).toMatchObject({ status: 'accepted' });
    // However often it was changed, one write is under way and one waits, which does not begin before.
    expect(hanging).toEqual([`put webhook:${id}`]);
    expect(isStuck().length).toBeGreaterThanOrEqual(4);
    mend();
    await eventually(async () => expect(await inKv(id)).toMatchObject({ retentionDays: 10, version: 4 }));
  });

  it('holds up no alarm', async () => {
    const { id, path } = await newWebhook({ sequence: { grace_seconds: 0 } });
    hang('put');
    await send('PATCH', path, { retention_days: 8 });
    for (const number of [1, 4]) await ingest(id, orderCreated(number));
    await runInDurableObject(stubOf(id), (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
    for (let times = 0; times < 3; times++) await runDurableObjectAlarm(stubOf(id));
    await eventually(async () =>
      expect((await send('GET', `${path}/gaps`)).body.gaps).toMatchObject([{ from: 2, to: 3 }]),
    );
    expect(hanging).toHaveLength(1);
  });

  it('is not copied to again for nothing', async () => {
    const { id } = await newWebhook();
    await runInDurableObject(stubOf(id), async (_, { storage }) => {
      const record = readOwnRecord(readDocument(storage.sql, 'record') ?? '');
      const copy = new KvCopy(storage, env.SUBSCRIPTIONS, {
        current: () => record,
        empty: () => storage.deleteAll(),
        rescheduled: () => {},
      });
      copy.begin(record, Date.now());
      expect(copy.dueAt()).toBeNull();
      copy.defer(Date.now());
      await copy.copy();
      expect(copy.dueAt()).toBeNull();
    });
  });

  it('has no copy of a webhook that was deleted meanwhile, and its object nothing', async () => {
    const { id, path } = await newWebhook();
    hang('delete');
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
    expect(await inKv(id)).not.toBeNull();
    mend();
    await eventually(async () => expect(await inKv(id)).toBeNull());
    await eventually(() =>
      runInDurableObject(stubOf(id), (_, { storage }) => expect([...storage.kv.list()]).toEqual([])),
    );
  });

  it('has none either where the object left memory before KV was back', async () => {
    const { id, path } = await newWebhook();
    hang('delete', false);
    await send('DELETE', path);
    mend();
    await evictDurableObject(stubOf(id));
    await runDurableObjectAlarm(stubOf(id));
    expect(await inKv(id)).toBeNull();
  });

  it('that ends late leaves an object made again its alarm, and what fails then is tried again', async () => {
    const name = crypto.randomUUID();
    const wish = { webhooks: [{ name, provider: 'shipstream', secret_key: SECRET }] };
    await send('PUT', '/v1/config', wish);
    const id = Number((await send('GET', `/v1/webhooks/${name}`)).body.webhook_id);
    hang('delete');
    expect((await send('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
    mend();
    await eventually(async () => expect(await inKv(id)).toBeNull());
    const put = vi.spyOn(prototype, 'put').mockRejectedValueOnce(new Error('KV PUT failed: 429'));
    expect((await send('PUT', '/v1/config', wish)).status).toBe(200);
    expect(put).toHaveBeenCalledOnce();
    await eventually(async () => expect(await inKv(id)).toMatchObject({ name }));
  });

  it('is tried again where a second removal fails after the first, late one emptied the object', async () => {
    const { id, path } = await newWebhook();
    hang('delete');
    await send('DELETE', path);
    await runDurableObjectAlarm(stubOf(id));
    mend();
    vi.spyOn(prototype, 'delete').mockRejectedValueOnce(new Error('KV DELETE failed: 429'));
    await eventually(() => expect(lines.some(({ name }) => name === 'Error')).toBe(true));
    await eventually(() =>
      runInDurableObject(stubOf(id), (_, { storage }) => expect([...storage.kv.list()]).toEqual([])),
    );
  });

  it.each(['delete', 'put'] as const)(
    'is caught up with by an object that ended during a %s',
    async method => {
      const { id, path } = await newWebhook();
      hang(method, false);
      const changed = method === 'put' ? send('PATCH', path, { retention_days: 8 }) : send('DELETE', path);
      await eventually(() => expect(hanging).toHaveLength(1));
      await runInDurableObject(stubOf(id), (_, state) => state.abort('ended')).catch(() => {});
      await changed;
      mend();
      await send('GET', path);
      await runDurableObjectAlarm(stubOf(id));
      const left = await inKv(id);
      if (method === 'put') expect(left).toMatchObject({ retentionDays: 8 });
      else expect(left).toBeNull();
    },
  );

  it('rejects nothing that nobody waits for', async () => {
    const { id } = await newWebhook();
    const rejected: unknown[] = [];
    const note = (event: PromiseRejectionEvent) => void rejected.push(event.reason);
    addEventListener('unhandledrejection', note);
    await runInDurableObject(stubOf(id), async (_, { storage }) => {
      const record = readOwnRecord(readDocument(storage.sql, 'record') ?? '');
      const copy = new KvCopy(storage, env.SUBSCRIPTIONS, {
        current() {
          if (isMended) throw new Error('The storage is full.');
          return record;
        },
        ...{ empty: () => storage.deleteAll(), rescheduled: () => {} },
      });
      hang('put');
      await copy.copy();
      await copy.copy();
      mend();
      await eventually(() => expect(lines.some(({ name }) => name === 'Error')).toBe(true));
    });
    removeEventListener('unhandledrejection', note);
    expect(rejected).toEqual([]);
  });

  it('writes first what was asked for first: a webhook that is deleted during its copy does not come back', async () => {
    const { id, path } = await newWebhook();
    hang('put');
    await send('PATCH', path, { retention_days: 8 });
    expect((await send('DELETE', path)).status).toBe(204);
    mend();
    await eventually(async () => expect(await inKv(id)).toBeNull());
  });

  it('answers an event by the record at hand, and where there is none with 503', async () => {
    const { id } = await newWebhook();
    hang('get');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    expect((await ingest(id, orderCreated(1))).status).toBe(200);
    forget(id);
    expect((await ingest(id, orderCreated(2))).status).toBe(503);
    vi.useRealTimers();
  });

  it.each(['list', 'get'] as const)('answers a list with 503, where %s hangs', async method => {
    await newWebhook();
    hang(method);
    for (const path of ['/v1/webhooks', '/v1/status']) {
      expect((await send('GET', path)).status, path).toBe(503);
    }
  });

  it.each(['list', 'get', 'put'] as const)('ends the hourly round, where %s hangs', async method => {
    await newWebhook();
    hang(method);
    await wakeOverdue(env, Date.now());
    expect(hanging).toEqual([expect.stringContaining(method)]);
    expect(lines.map(({ event }) => event)).toEqual(['round_failed']);
  });
});
