/**
 * JSON-RPC, addresses, destinations' URLs and users' schemes, given what nobody should give them: JSON-RPC answers as
 * JSON-RPC whatever it gets, REST with a problem that names the field, and neither with a mistake of its own.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, type Json, SEED_SECRET, shipstreamEvent } from '../support/client';
import { fuzzed, fuzzTimeout } from '../support/fuzz';
import { type Gateway, startGateway } from '../support/gateway';
import { hostileBodies } from '../support/hostile-bodies';
import { definitions } from '../support/scheme-definitions';
import table from '../vectors/destination-urls.json';

/** Longest that one answer may take. */
const HANG_MS = 10_000;

let gateway: Gateway;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway({ ALLOW_PRIVATE_DESTINATIONS: '' });
  client = clientOf(gateway);
});
afterAll(() => gateway.stop());

type Raw = { status: number; type: string; text: string };

async function raw(method: string, path: string, body: Uint8Array | string | null = null): Promise<Raw> {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${gateway.adminToken}` },
    body: body === null ? null : Buffer.from(body),
    signal: AbortSignal.timeout(HANG_MS),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text: await response.text() };
}

/** An error of `/v1`: a problem that names fields where it is about input. */
function expectProblem({ status, type, text }: Raw, about: string): { errors?: { path: string }[] } {
  expect(status, about).toBeLessThan(500);
  expect(type, about).toContain('application/problem+json');
  const problem = JSON.parse(text) as Json & { errors?: { path: string }[] };
  expect(problem, about).toMatchObject({ type: expect.stringMatching(/^urn:gapless:/), status });
  if (status === 422) expect(problem.errors?.length, about).toBeGreaterThan(0);
  return problem;
}

describe('JSON-RPC', { timeout: fuzzTimeout(60) }, () => {
  const anything = fc.jsonValue({ maxDepth: 2 });
  const mostly = (one: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary: one }, anything);
  const fields = fc.record(
    {
      is_active: mostly(fc.constantFrom(0, 1, '0', '1')),
      topics: mostly(fc.constantFrom('*', 'order:*', 'a,b', '**', '')),
      url: mostly(fc.constantFrom('', 'https://app.example.com/', 'http://127.0.0.1/', 'x')),
      extra_headers: mostly(fc.constantFrom('', 'X-A: b', 'Host: x', 'X-A: a\r\nwebhook-id: 1')),
      secret_key: mostly(fc.constantFrom('', SEED_SECRET)),
      webhook_id: mostly(fc.nat()),
      topic: mostly(fc.constantFrom('*', 'order:*')),
      status: mostly(fc.constantFrom(0, 1, 2)),
      provider: mostly(fc.constantFrom('shipstream', 'custom', 'nobody')),
      __proto__: anything,
    },
    { requiredKeys: [] },
  );
  const session = () => fc.oneof({ weight: 8, arbitrary: fc.constant(gateway.adminToken) }, anything);
  const methods = fc.constantFrom(
    ...['webhook.list', 'webhook.create', 'webhook.update_status', 'webhook.delete', 'toString', '__proto__'],
  );
  const request = () =>
    fc.record(
      {
        jsonrpc: mostly(fc.constantFrom('2.0', 2)),
        id: mostly(fc.oneof(fc.nat(), fc.string(), fc.constant(null))),
        method: mostly(fc.constantFrom('call', 'call', 'call', 'login', 'constructor')),
        params: mostly(
          fc.oneof(
            fc.tuple(session(), mostly(methods), mostly(fc.array(mostly(fields), { maxLength: 2 }))),
            fc.tuple(mostly(fc.string()), session()),
          ),
        ),
        surprise: anything,
      },
      { requiredKeys: ['jsonrpc', 'method', 'params'] },
    );

  const isObject = (value: unknown): value is Json =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const isRpcId = (id: unknown) => id === null || typeof id === 'string' || typeof id === 'number';

  function expectAnswer(answer: unknown, request: unknown, about: string): void {
    if (!isObject(answer)) throw new Error(about);
    expect([2, '2.0'], about).toContain(answer.jsonrpc);
    const { error } = answer as { error: { code: number } | null };
    // What is no JSON for the gateway (other bytes than UTF-8, too deep) has no id.
    const isRead = error?.code !== -32700;
    const id = isRead && isObject(request) && isRpcId(request.id) ? request.id : null;
    expect(JSON.stringify(answer.id), about).toBe(JSON.stringify(id ?? null));
    if (answer.error === null) {
      expect(answer, about).toHaveProperty('result');
      return;
    }
    expect(answer, about).not.toHaveProperty('result');
    expect(answer.error, about).toMatchObject({
      code: expect.any(Number),
      message: expect.stringMatching(/\S/),
    });
    // Sign-ins are limited, and say so; a store that fails does not happen here.
    const { code } = answer.error as { code: number };
    expect([-32603, -32102, -32104], about).not.toContain(code);
  }

  async function expectAnswered(body: Uint8Array | string): Promise<void> {
    const answer = await raw('POST', '/api/jsonrpc', body);
    const about = `${Buffer.from(body).toString()}: ${answer.status} ${answer.text}`;
    expect(answer.status, about).toBe(200);
    expect(answer.type, about).toBe('application/json');
    const given = json(Buffer.from(body).toString());
    // Only notifications came.
    if (answer.text === '') return;
    const said = JSON.parse(answer.text) as unknown;
    if (Array.isArray(said)) {
      const asked = (Array.isArray(given) ? given : []).filter(one => !isObject(one) || 'id' in one);
      expect(said.length, about).toBeGreaterThanOrEqual(asked.length);
      for (const one of said) expect(isObject(one), about).toBe(true);
    } else expectAnswer(said, given, about);
  }

  const json = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  it('answers as such to requests that are almost right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(request(), fc.array(request(), { maxLength: 4 })), async given =>
        expectAnswered(JSON.stringify(given)),
      ),
      fuzzed(50),
    );
  });

  it('answers as such to bytes', async () => {
    const example = {
      jsonrpc: 2.0,
      id: 1234,
      method: 'call',
      params: [gateway.adminToken, 'webhook.list', []],
    };
    await fc.assert(fc.asyncProperty(hostileBodies([example, [example]]), expectAnswered), fuzzed(30));
  });
});

describe('REST', { timeout: fuzzTimeout(60) }, () => {
  it('answers every address with what it is, or a problem', async () => {
    const parts = fc.oneof(
      fc.constantFrom(
        'webhooks',
        'events',
        '1',
        '..',
        '.',
        '',
        'destinations',
        'config',
        'tokens',
        'replay',
        '%2e%2e',
      ),
      fc.constantFrom(
        '%00',
        '%ff',
        '%',
        '%2f',
        '9007199254740993',
        '-1',
        '1e1',
        'gaps',
        'status',
        'body',
        'release',
      ),
      fc.stringMatching(/^[!-~]{1,12}$/).map(encodeURIComponent),
    );
    const paths = fc.array(parts, { maxLength: 6 }).map(some => `/v1/${some.join('/')}`);
    const queries = fc.oneof(
      fc.constant(''),
      fc.webQueryParameters().map(text => `?${text}`),
      fc.constantFrom(
        '?limit=1e9',
        '?after=-1',
        '?limit=%00',
        '?topic=',
        '?a',
        '?&&',
        '?limit=1&limit=2',
        '?%',
      ),
    );
    const methods = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS');
    await fc.assert(
      fc.asyncProperty(methods, paths, queries, async (method, path, query) => {
        const answer = await raw(method, path + query, ['GET', 'OPTIONS'].includes(method) ? null : 'x');
        if (answer.status < 400) return;
        expectProblem(answer, `${method} ${path}${query}: ${answer.status} ${answer.text}`);
      }),
      fuzzed(60),
    );
  });

  it('makes a webhook of a scheme, or names what is wrong with it', async () => {
    await fc.assert(
      fc.asyncProperty(definitions, async signature => {
        const given = JSON.stringify({ provider: 'custom', secret_key: 'a-secret', signature });
        const answer = await raw('POST', '/v1/webhooks', given);
        const about = `${given}: ${answer.status} ${answer.text}`;
        if (answer.status !== 201) {
          const { errors = [] } = expectProblem(answer, about);
          for (const { path } of errors) expect(path, about).toMatch(/^\/(signature|secret_key)/);
          return;
        }
        const { webhook_id: id } = JSON.parse(answer.text) as { webhook_id: number };
        const sent = await client.send(id, '{"id":1}', { 'x-signature': '00', 'x-acme': 'ab' });
        expect([401, 503], about).toContain(sent.status);
        expect(sent.status, about).toBe(401);
        expect((await raw('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
      }),
      fuzzed(25),
    );
  });
});

describe('the URL of a destination, over the API', () => {
  it('is refused by name wherever it can be given, unless it is public', { timeout: 120_000 }, async () => {
    const { webhook_id: id, destinations } = await client.shipstream('https://app.example.com/');
    const patched = `/v1/webhooks/${id}/destinations/${destinations[0]?.destination_id}`;
    const confirm = { provider: 'ecwid', secret_key: 'a' };
    for (const [i, { expected, url }] of table.groups
      .flatMap(({ expected, urls }) => urls.map(url => ({ expected, url })))
      .entries()) {
      const ways: [method: string, path: string, input: Json, field: string][] = [
        ['PATCH', patched, { url }, '/url'],
        ['POST', '/v1/webhooks', { ...confirm, destinations: [{ url }] }, '/destinations/0/url'],
        ['POST', '/v1/webhooks', { ...confirm, confirm: { url, token: 't' } }, '/confirm/url'],
        ['POST', `/v1/webhooks/${id}/destinations`, { url }, '/url'],
      ];
      // In turns.
      for (const [method, path, input, field] of ways.slice(i % 4, (i % 4) + 1)) {
        const answer = await client.call(method, path, input);
        const about = `${method} ${path} ${JSON.stringify(url)}: ${answer.status} ${answer.text}`;
        if (expected === 'public') {
          // A webhook has at most 20 destinations.
          expect([200, 201, 409], about).toContain(answer.status);
        } else {
          expect(answer.status, about).toBe(422);
          expect(answer.json.errors, about).toMatchObject([{ path: field }]);
        }
      }
    }
    const kept = await client.get<{ destinations: { url: string }[] }>(`/v1/webhooks/${id}`);
    const allowed = table.groups.filter(({ expected }) => expected === 'public').flatMap(({ urls }) => urls);
    for (const { url } of kept.destinations) expect([...allowed, 'https://app.example.com/']).toContain(url);
  });
});

it('after all of this an honest event is accepted', async () => {
  const { webhook_id: id } = await client.shipstream(null);
  expect((await client.sendShipstream(id, shipstreamEvent(1))).json).toMatchObject({ status: 'accepted' });
  expect(gateway.output()).not.toMatch(/uncaught|unexpected_error|alarm/i);
});
