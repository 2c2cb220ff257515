/** The management API of ShipStream's own page: its four example requests, sent as printed, and its errors. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { type Gateway, startGateway } from '../support/gateway';
import {
  CREATE,
  CREATED,
  deleteOf,
  LIST,
  REQUEST_ID,
  SESSION,
  UPDATE_STATUS,
} from '../support/shipstream-jsonrpc';

type RpcAnswer = {
  jsonrpc: unknown;
  id: unknown;
  result?: unknown;
  error: null | { code: number; message: string; data?: { code: number } };
};
type Listed = { webhook_id: number; is_active: number; topics: unknown };

let gateway: Gateway;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway({ ADMIN_TOKEN: SESSION });
  client = clientOf(gateway);
});
afterAll(() => gateway.stop());

async function post(body: string, headers: Record<string, string> = {}): Promise<RpcAnswer> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  const response = await fetch(`${gateway.url}/api/jsonrpc`, request);
  expect(response.status).toBe(200);
  return (await response.json()) as RpcAnswer;
}

/** What the page prints for a success: the request's id, no error, this result. */
function expectSuccess(answer: RpcAnswer, result: unknown): void {
  expect(Number(answer.jsonrpc)).toBe(2);
  expect(answer.id).toBe(REQUEST_ID);
  expect(answer.error).toBeNull();
  expect(answer.result).toEqual(result);
}

function call(
  method: string,
  args: unknown[],
  session: string | null = SESSION,
  headers = {},
): Promise<RpcAnswer> {
  return post(
    JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'call', params: [session, method, args] }),
    headers,
  );
}

async function list(): Promise<Listed[]> {
  return (await call('webhook.list', [])).result as Listed[];
}

describe('the examples of the page, sent as printed', () => {
  it('list nothing at first', async () => {
    expectSuccess(await post(LIST), []);
  });

  it('create a webhook, which is in the list at once as the page shows it', async () => {
    expectSuccess(await post(CREATE), true);
    expectSuccess(await post(LIST), [{ webhook_id: expect.any(Number), ...CREATED }]);
  });

  it('set the status of every webhook', async () => {
    const [webhook] = await list();
    expect(
      (await call('webhook.update_status', [{ webhook_id: webhook?.webhook_id, status: 0 }])).result,
    ).toBe(true);
    expect(await list()).toMatchObject([{ is_active: 0 }]);
    expectSuccess(await post(UPDATE_STATUS), true);
    expect(await list()).toMatchObject([{ is_active: 1 }]);
  });

  it('delete a webhook', async () => {
    const [webhook] = await list();
    expectSuccess(await post(deleteOf(webhook?.webhook_id)), true);
    expectSuccess(await post(LIST), []);
  });

  it('say that there is no webhook 123', async () => {
    const { error } = await post(deleteOf());
    expect(error).toMatchObject({ code: -32103, data: { code: 103 } });
  });
});

describe('webhooks made here', () => {
  it('take ShipStream events under the secret that they were given', async () => {
    await call('webhook.create', [
      { is_active: 1, topics: 'order:created', url: '', secret_key: 'rpc-secret' },
    ]);
    const id = (await list()).at(-1)?.webhook_id ?? 0;
    expect((await client.sendShipstream(id, shipstreamEvent(1), 'rpc-secret')).json).toEqual({
      status: 'accepted',
      sequence: 1,
      increment_id: 1,
    });
  });

  it('change their status by topic, all that have exactly these topics', async () => {
    await call('webhook.create', [{ is_active: 1, topics: 'import:*', url: '', secret_key: 's' }]);
    expect((await call('webhook.update_status', ['import:*', 0])).result).toBe(true);
    const states = (await list()).map(({ topics, is_active }) => [topics, is_active]);
    expect(states).toContainEqual(['import:*', 0]);
    expect(states).toContainEqual(['order:created', 1]);
  });

  it('refuse a status that is neither 0 nor 1', async () => {
    expect((await call('webhook.update_status', [{ status: 2 }])).error).toMatchObject({
      code: -32100,
      data: { code: 100 },
    });
  });

  it('refuse invalid data, and say which', async () => {
    const { error } = await call('webhook.create', [
      { topics: 'order:*', url: 'ftp://example.com', secret_key: 's' },
    ]);
    expect(error).toMatchObject({ code: -32101, data: { code: 101 } });
    expect(error?.message).not.toBe('');
  });
});

describe('sessions', () => {
  it('are the admin token, a login, or HTTP Basic beside null', async () => {
    const login = await post(
      JSON.stringify({ jsonrpc: 2.0, id: 1, method: 'login', params: ['anyone', SESSION] }),
    );
    const session = login.result as string;
    expect(session).toEqual(expect.any(String));
    expect(session).not.toBe(SESSION);
    expect((await call('webhook.list', [], session)).error).toBeNull();
    const basic = `Basic ${Buffer.from(`anyone:${SESSION}`).toString('base64')}`;
    expect((await call('webhook.list', [], null, { authorization: basic })).error).toBeNull();
  });

  it('are refused with -32005 when they are wrong or missing', async () => {
    expect((await call('webhook.list', [], 'wrong')).error).toMatchObject({ code: -32005 });
    expect((await call('webhook.list', [], null)).error).toMatchObject({ code: -32005 });
  });
});

describe('requests that are no calls', () => {
  it.each([
    ['no JSON', '{', -32700],
    ['no request', '{"jsonrpc":"2.0","id":1}', -32600],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"guess","params":[]}', -32601],
    [
      'an unknown path',
      `{"jsonrpc":"2.0","id":1,"method":"call","params":["${SESSION}","webhook.guess",[]]}`,
      -32601,
    ],
    ['no path', `{"jsonrpc":"2.0","id":1,"method":"call","params":["${SESSION}"]}`, -32602],
  ])('are answered with the code of JSON-RPC: %s', async (_name, body, code) => {
    expect((await post(body)).error).toMatchObject({ code });
  });
});
