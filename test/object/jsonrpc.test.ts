import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { jsonRpc } from '../../src/api/jsonrpc/endpoint';
import { rest } from '../../src/api/rest/routes';
import {
  CREATE,
  CREATED,
  deleteOf,
  LIST,
  REQUEST_ID,
  SESSION,
  UPDATE_STATUS,
} from '../support/shipstream-jsonrpc';

/** A webhook as this interface shows it. */
type Flat = Record<'is_active' | 'topics' | 'url' | 'extra_headers' | 'secret_key', unknown> & {
  webhook_id: number;
};
type Answer<R> = { result: R; error: { code: number; message: string; data: { code: number } } };

async function post<R>(body: string, changes: Partial<Env> = {}): Promise<R> {
  const bindings = { ...env, ADMIN_TOKEN: SESSION, ...changes };
  const response = await jsonRpc.request('/', { method: 'POST', body }, bindings);
  expect(response.status).toBe(200);
  return response.json();
}

async function call<R>(method: string, args: unknown, changes?: Partial<Env>): Promise<Answer<R>> {
  return post(
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call', params: [SESSION, method, args] }),
    changes,
  );
}

async function create(given: object = {}): Promise<void> {
  expect(await call('webhook.create', [{ ...CREATED, ...given }])).toMatchObject({
    error: null,
    result: true,
  });
}

async function list(changes?: Partial<Env>): Promise<Flat[]> {
  return (await call<Flat[]>('webhook.list', [], changes)).result;
}

async function listed(url: string): Promise<Flat> {
  const found = (await list()).find(webhook => webhook.url === url);
  if (found === undefined) throw new Error(`${url} is not listed`);
  return found;
}

async function overRest(method: string, path: string, body?: object): Promise<{ webhook_id: number }> {
  const response = await rest.request(
    path,
    {
      method,
      headers: { Authorization: `Bearer ${SESSION}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { ...env, ADMIN_TOKEN: SESSION },
  );
  return response.json();
}

describe('ShipStream’s four examples, as printed', () => {
  it('create, list, update and delete its webhook', async () => {
    // The printed answers to create, update_status and delete lack the id that the request has.
    const success = { jsonrpc: 2, id: REQUEST_ID, error: null };
    expect(await post(CREATE)).toEqual({ ...success, result: true });

    const all = await post<Answer<Flat[]>>(LIST);
    const id = all.result[0]?.webhook_id;
    expect(Number.isSafeInteger(id)).toBe(true);
    expect(all).toEqual({ ...success, result: [{ webhook_id: id, ...CREATED }] });

    expect(await post(UPDATE_STATUS)).toEqual({ ...success, result: true });
    expect(await post(deleteOf(id))).toEqual({ ...success, result: true });
    expect(await list()).toEqual([]);
  });
});

describe('webhook.create', () => {
  it('makes the url and the headers the one destination, which knows the webhook’s secret', async () => {
    await create({ url: 'https://a.example.com', extra_headers: 'X-A: 1\nX-B: 2', secret_key: 'é' });
    const { webhook_id: id, ...shown } = await listed('https://a.example.com');
    expect(shown).toMatchObject({ extra_headers: 'X-A: 1\nX-B: 2', secret_key: 'é' });
    const webhook = await overRest('GET', `/webhooks/${id}`);
    expect(webhook).toMatchObject({
      provider: 'shipstream',
      destinations: [{ url: 'https://a.example.com', extra_headers: 'X-A: 1\nX-B: 2' }],
    });
  });

  it('gives topics and headers back as they were given, and ignores read-only fields', async () => {
    await create({
      url: 'https://b.example.com',
      topics: ' order:* ,product:*',
      webhook_id: 5,
      increment_id: 6,
    });
    const webhook = await listed('https://b.example.com');
    expect(webhook.topics).toBe(' order:* ,product:*');
    expect(webhook.webhook_id).not.toBe(5);
  });

  it('needs no url, and takes other providers', async () => {
    await create({ url: '', provider: 'ecwid', is_active: 0, topics: 'order.created' });
    expect(await listed('')).toMatchObject({
      url: '',
      is_active: 0,
      topics: 'order.created',
      extra_headers: '',
    });
  });

  it.each([
    [{ secret_key: '' }, '/secret_key'],
    [{ secret_key: undefined }, '/secret_key'],
    [{ topics: '' }, '/topics'],
    [{ url: 'ftp://example.com' }, '/url'],
    [{ url: 'nowhere' }, '/url'],
    [{ url: 5 }, '/url'],
    [{ url: '', extra_headers: 'X-A: 1' }, '/url'],
    [{ extra_headers: 'Host: x' }, '/extra_headers'],
    [{ is_active: 2 }, '/is_active'],
    [{ provider: 'nobody' }, '/provider'],
    [{ name: 'x' }, '/name'],
  ])('refuses %j with 101 and says why', async (given, path) => {
    const { error } = await call('webhook.create', [{ ...CREATED, ...given }]);
    expect(error).toMatchObject({ code: -32101, data: { code: 101 } });
    expect(error.message).toMatch(/^Invalid data given\. /);
    expect(error.message).toContain(`${path} `);
    expect(error.message).not.toContain(CREATED.secret_key);
  });

  it.each([[[]], [['text']], [[[]]], ['text'], [5]])('refuses %j', async args => {
    expect((await call('webhook.create', args)).error.code).toBe(-32101);
  });
});

describe('webhook.list', () => {
  it('sees ShipStream’s webhooks and its own', async () => {
    const secret = { secret_key: 's', topics: ['a', 'b'] };
    const theirs = await overRest('POST', '/webhooks', { provider: 'ecwid', ...secret });
    const shipstream = await overRest('POST', '/webhooks', {
      ...{ provider: 'shipstream', ...secret },
      destinations: [{ url: 'https://c.example.com', extra_headers: { 'X-A': '1', 'X-B': '2' } }],
    });
    const all = await list();
    expect(all.map(webhook => webhook.webhook_id)).not.toContain(theirs.webhook_id);
    // REST takes lists and objects; here they are the text that means the same.
    expect(all.find(webhook => webhook.webhook_id === shipstream.webhook_id)).toMatchObject({
      topics: 'a,b',
      extra_headers: 'X-A: 1\nX-B: 2',
    });
    const { error } = await call('webhook.delete', [theirs.webhook_id]);
    expect(error).toEqual({ code: -32103, message: 'Webhook not exists.', data: { code: 103 } });
  });

  it('keeps secrets to itself when told so', async () => {
    await create({
      url: 'https://d.example.com',
      extra_headers: 'X-Env: prod\nAuthorization: Bearer hidden',
    });
    const webhooks = await list({ RPC_SHOW_SECRETS: '0' });
    const made = webhooks.find(({ url }) => url === 'https://d.example.com');
    expect(made?.extra_headers).toBe('X-Env: prod\nAuthorization: ********');
    expect(webhooks.length).toBeGreaterThan(0);
    expect(webhooks.every(webhook => webhook.secret_key === '')).toBe(true);
  });

  it('says so when a secret does not open any more', async () => {
    await create({ url: 'https://e.example.com' });
    const { error } = await call('webhook.list', [], {
      SECRETS_KEY: 'another-secrets-key-another-secrets-key',
    });
    expect(error.code).toBe(-32603);
  });
});

describe('webhook.update_status', () => {
  const statusOf = async (url: string) => (await listed(url)).is_active;

  it('takes a topic and a status, both ways', async () => {
    await create({ url: 'https://f.example.com', topics: 'x:*,y:*' });
    await create({ url: 'https://g.example.com', topics: 'x:*' });
    for (const [args, f, g] of [
      [['x:*', 0], 1, 0],
      [['y:*, x:*', '0'], 0, 0],
      [[{ topic: 'x:*', status: 1 }], 0, 1],
    ] as const) {
      expect(await call('webhook.update_status', args)).toMatchObject({ error: null, result: true });
      expect([await statusOf('https://f.example.com'), await statusOf('https://g.example.com')]).toEqual([
        f,
        g,
      ]);
    }
  });

  it('takes a webhook, or all of them', async () => {
    await create({ url: 'https://h.example.com' });
    const { webhook_id } = await listed('https://h.example.com');
    expect((await call('webhook.update_status', [{ webhook_id, status: 0 }])).result).toBe(true);
    expect(await statusOf('https://h.example.com')).toBe(0);
    expect((await call('webhook.update_status', [{ status: 1 }])).result).toBe(true);
    expect((await list()).every(webhook => webhook.is_active === 1)).toBe(true);
  });

  it.each([
    [['order:*', 2], 100],
    [['order:*'], 100],
    [[{ status: 'on' }], 100],
    [[{ status: true }], 100],
    [[], 100],
    [['no:such:topic', 1], 100],
    [[{ topic: 'a', webhook_id: 1, status: 1 }], 100],
    [[{ status: 1, more: 1 }], 100],
    [[{ webhook_id: 1, status: 1 }], 103],
    [[{ webhook_id: 'x', status: 1 }], 103],
  ])('refuses %j with %i', async (args, code) => {
    expect((await call('webhook.update_status', args)).error).toMatchObject({
      code: -32000 - code,
      data: { code },
    });
  });
});

describe('webhook.delete', () => {
  it('takes the id as a number, as text, and outside a list', async () => {
    for (const form of [(id: number) => [id], (id: number) => [String(id)], (id: number) => id]) {
      await create({ url: 'https://i.example.com' });
      const { webhook_id } = await listed('https://i.example.com');
      expect((await call('webhook.delete', form(webhook_id))).result).toBe(true);
      await expect(listed('https://i.example.com')).rejects.toThrow('is not listed');
      expect((await call('webhook.delete', form(webhook_id))).error.data.code).toBe(103);
    }
  });

  it.each([[[]], [[null]], [['x']], [[1.5]], [[0]], [[-1]], [[{}]]])('does not know %j', async args => {
    expect((await call('webhook.delete', args)).error.code).toBe(-32103);
  });
});

it('runs a batch in its order', async () => {
  const requests = ['webhook.create', 'webhook.list'].map((method, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'call',
    params: [SESSION, method, id === 0 ? [{ ...CREATED, url: 'https://j.example.com' }] : []],
  }));
  expect(await post(JSON.stringify(requests))).toMatchObject([
    { id: 0, result: true },
    { id: 1, result: expect.arrayContaining([expect.objectContaining({ url: 'https://j.example.com' })]) },
  ]);
});
