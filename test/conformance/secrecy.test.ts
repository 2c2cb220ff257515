/**
 * Secrets stay secret: recognisable ones are given to the gateway wherever it takes any, then every route is asked, right and
 * wrong, and all that it answered, printed, delivered and stored is searched for them, in every common encoding.
 */
import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Canary, canary, found } from '../support/canaries';
import { type Answer, type Client, clientOf, type Json, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { type Receiver, startReceiver } from '../support/receiver';
import { shipstreamHeaders } from '../support/signing';

const ADMIN = canary('admin');
const SEALING = canary('sealing-key');
const SHIPSTREAM = canary('inbound-shipstream');
const GITLAB = canary('inbound-gitlab');
const CUSTOM = canary('inbound-custom-token');
const SVIX = canary('inbound-svix');
const BY_RPC = canary('inbound-rpc');
const ROTATED = canary('inbound-rotated');
const DESTINATION = canary('destination');
const CONFIRM = canary('confirm-token');
const HEADER = canary('extra-header');
const UNTAKEN = canary('in-the-wrong-place');
/** 32 bytes, given in base64. */
const TRANSFER: Canary = { name: 'transfer-key', text: crypto.randomUUID().replaceAll('-', '') };
/** A sealing key that opens nothing of what is stored. */
const OTHER = canary('other-sealing-key');

const canaries = [
  ADMIN,
  SEALING,
  SHIPSTREAM,
  GITLAB,
  CUSTOM,
  SVIX,
  BY_RPC,
  ROTATED,
  DESTINATION,
  CONFIRM,
  HEADER,
  UNTAKEN,
  TRANSFER,
  OTHER,
];
const whsec = ({ text }: Canary) => `whsec_${Buffer.from(text).toString('base64')}`;

let gateway: Gateway;
let client: Client;
let receiver: Receiver;
/** Everything that was answered, by what was asked. */
const answers: [asked: string, answer: string][] = [];
const ids: Record<string, number> = {};
let destinationId = '';

beforeAll(async () => {
  receiver = await startReceiver(({ url, rawHeaders }) => {
    if (!url.startsWith('/down')) return { status: 200 };
    // It prints all it knows when it fails: what it was sent, and the secrets that it verifies with.
    const known = { sent: rawHeaders, secrets: [whsec(DESTINATION), DESTINATION.text, SHIPSTREAM.text] };
    return { status: 500, body: `not accepted: ${JSON.stringify(known.secrets)} ${JSON.stringify(known)}` };
  });
  gateway = await startGateway({
    ADMIN_TOKEN: ADMIN.text,
    SECRETS_KEY: SEALING.text,
    TRANSFER_KEY: Buffer.from(TRANSFER.text).toString('base64'),
    OPERATIONS_URL: `${receiver.url}/operations`,
  });
  client = clientOf(gateway);
});
afterAll(async () => {
  await receiver.close();
  await gateway.stop();
});

async function ask(method: string, path: string, input?: unknown, token?: string): Promise<Answer> {
  const answer = await client.call(method, path, input, token);
  answers.push([`${method} ${path}`, `${JSON.stringify([...answer.headers])} ${answer.text}`]);
  return answer;
}

async function send(id: number, body: string, headers: Record<string, string>): Promise<Answer> {
  const answer = await client.send(id, body, headers);
  answers.push([`ingest ${id}`, answer.text]);
  return answer;
}

const rpc = (method: string, params: unknown[], token?: string) =>
  ask('POST', '/api/jsonrpc', { jsonrpc: '2.0', id: 1, method, params }, token);

/** Secrets that the gateway makes are shown in the answer that makes them: taken note of, and out. */
async function create(input: Json): Promise<{ id: number; destinations: { destination_id: string }[] }> {
  const { webhook_id: id, destinations, ...rest } = await client.createWebhook(input);
  for (const [i, { secret_key }] of destinations.entries()) {
    if (!found(canaries, secret_key)[0])
      canaries.push({ name: `generated ${id}/${i}`, text: secret_key.slice(6) });
  }
  answers.push([`create ${input.provider}`, JSON.stringify(rest)]);
  return { id, destinations };
}

/** A body that a user got wrong, with a secret where none belongs. */
const MISTAKES: [method: string, path: string, input: unknown][] = [
  ['POST', '/v1/webhooks', { provider: UNTAKEN.text, secret_key: UNTAKEN.text }],
  ['POST', '/v1/webhooks', { provider: 'svix', secret_key: UNTAKEN.text }],
  [
    'POST',
    '/v1/webhooks',
    { provider: 'shipstream', secret_key: { is: UNTAKEN.text }, topics: [UNTAKEN.text, '**'] },
  ],
  ['POST', '/v1/webhooks', { provider: 'shipstream', secret_key: 'x', settings: { a: [UNTAKEN.text] } }],
  [
    'POST',
    '/v1/webhooks',
    { provider: 'custom', secret_key: 'x', signature: { alg: UNTAKEN.text, sig: UNTAKEN.text } },
  ],
  ['POST', '/v1/webhooks/{id}/destinations', { url: `https://user:${UNTAKEN.text}@app.example.com/` }],
  ['POST', '/v1/webhooks/{id}/destinations', { url: 'ftp://x', secret_key: whsec(UNTAKEN) }],
  ['POST', '/v1/webhooks/{id}/destinations', { url: 'https://a.example.com', extra_headers: UNTAKEN.text }],
  ['POST', '/v1/webhooks/{id}/destinations', { url: 'https://a.example.com', secret_key: UNTAKEN.text }],
  ['PATCH', '/v1/webhooks/{id}', { secret_key: UNTAKEN.text, provider: UNTAKEN.text }],
  ['POST', '/v1/webhooks/{id}/rotate_secret', { secret_key: [UNTAKEN.text] }],
  ['POST', '/v1/tokens', { name: 'x', scope: UNTAKEN.text }],
  ['PUT', '/v1/config', { webhooks: [{ name: 'a', provider: 'shipstream', secret_key: [UNTAKEN.text] }] }],
  ['POST', '/v1/import', { format: 1, webhooks: [{ webhook_id: 7, sealed: UNTAKEN.text }] }],
  ['POST', '/v1/import', { format: 1, webhooks: [{ webhook_id: UNTAKEN.text, sealed: 'v1.a' }] }],
  ['POST', '/v1/webhooks/{id}/restore', { at: UNTAKEN.text, bookmark: [UNTAKEN.text] }],
  ['POST', '/v1/webhooks/{id}/replays', { status: UNTAKEN.text, destination_id: 7 }],
  ['GET', `/v1/webhooks?token=${encodeURIComponent(ADMIN.text)}`, undefined],
  ['GET', `/v1/webhooks/${encodeURIComponent(UNTAKEN.text)}`, undefined],
  ['GET', `/nowhere/${encodeURIComponent(UNTAKEN.text)}`, undefined],
];

/** What the page shows to the operator, of every webhook. */
async function askPage(): Promise<void> {
  const entered = await fetch(`${gateway.url}/sign_in`, {
    method: 'POST',
    body: new URLSearchParams({ token: ADMIN.text }),
    redirect: 'manual',
  });
  expect(entered.status).toBe(303);
  const cookie = entered.headers.get('set-cookie') ?? '';
  answers.push(['the cookie', cookie]);
  const pages = Object.values(ids).flatMap(webhook =>
    ['', '/gaps', '/events', '/events/1', '/events/1/body', '/nothing'].map(
      path => `/webhooks/${webhook}${path}`,
    ),
  );
  for (const path of ['/', '/sign_in', ...pages]) {
    const shown = await fetch(gateway.url + path, { headers: { cookie: cookie.split(';')[0] ?? '' } });
    answers.push([path, await shown.text()]);
  }
  const wrong = await fetch(`${gateway.url}/sign_in?to=/${UNTAKEN.text}`, {
    method: 'POST',
    body: new URLSearchParams({ token: UNTAKEN.text }),
  });
  // The address that it leads back to is in the form.
  answers.push(['a wrong token', (await wrong.text()).replaceAll(`%2F${UNTAKEN.text}`, '')]);
}

describe('the gateway', () => {
  it('is given secrets wherever it takes any', async () => {
    const signature = { alg: 'token', enc: 'utf8', sig: [{ h: 'X-Token', prefix: 'Token ' }], msg: [] };
    const destinations = [
      { url: `${receiver.url}/standard`, topics: '*,gateway:*', secret_key: whsec(DESTINATION) },
      { url: `${receiver.url}/provider`, sign: 'provider' },
      { url: `${receiver.url}/shipstream`, sign: 'shipstream' },
      {
        url: `${receiver.url}/down`,
        secret_key: whsec(DESTINATION),
        extra_headers: { 'X-Api-Key': HEADER.text },
      },
    ];
    const shipstream = await create({
      ...{ provider: 'shipstream', name: 'Secrecy', secret_key: SHIPSTREAM.text, destinations },
      sequence: { grace_seconds: 0 },
    });
    ids.shipstream = shipstream.id;
    destinationId = shipstream.destinations[1]?.destination_id ?? '';
    const one = [{ url: `${receiver.url}/token` }];
    const made: Record<string, Json> = {
      gitlab: { provider: 'gitlab-token', secret_key: GITLAB.text, destinations: one },
      custom: { provider: 'custom', secret_key: CUSTOM.text, signature, destinations: one },
      svix: { provider: 'svix', secret_key: whsec(SVIX) },
      ecwid: {
        ...{
          provider: 'ecwid',
          secret_key: 'x',
          confirm: { url: `${receiver.url}/api`, token: CONFIRM.text },
        },
        destinations: one,
      },
    };
    for (const [name, input] of Object.entries(made)) ids[name] = (await create(input)).id;
    const byRpc = await rpc('call', [
      ADMIN.text,
      'webhook.create',
      [{ is_active: 1, topics: '*', url: `${receiver.url}/rpc`, secret_key: BY_RPC.text }],
    ]);
    expect(byRpc.json.error).toBeNull();
  });

  it('takes events with them, and refuses others', async () => {
    const { shipstream = 0, gitlab = 0, custom = 0, svix = 0 } = ids;
    for (const increment of [1, 2, 5]) {
      const body = shipstreamEvent(increment);
      expect((await send(shipstream, body, shipstreamHeaders(SHIPSTREAM.text, body))).status).toBe(200);
    }
    await send(shipstream, '{"topic":7}', shipstreamHeaders(SHIPSTREAM.text, '{"topic":7}'));
    const token = { 'x-gitlab-token': GITLAB.text, 'x-gitlab-event': 'Push Hook' };
    expect((await send(gitlab, '{"project":{"id":1}}', token)).json.status).toBe('accepted');
    const own = { 'x-token': `Token ${CUSTOM.text}` };
    expect((await send(custom, '{"a":1}', own)).json.status).toBe('accepted');
    const [id, time] = ['msg_1', `${Math.floor(Date.now() / 1000)}`];
    const mac = createHmac('sha256', SVIX.text).update(`${id}.${time}.{"type":"a"}`).digest('base64');
    const signed = { 'svix-id': id, 'svix-timestamp': time, 'svix-signature': `v1,${mac}` };
    expect((await send(svix, '{"type":"a"}', signed)).json.status).toBe('accepted');

    // Refused ones are kept whole for a while, and the token of an inactive webhook is right.
    await ask('POST', `/v1/webhooks/${gitlab}/capture`);
    await ask('PATCH', `/v1/webhooks/${gitlab}`, { is_active: 0 });
    expect((await send(gitlab, '{"project":{"id":2}}', token)).status).toBe(503);
    await eventually(async () => {
      const { json } = await ask('GET', `/v1/webhooks/${gitlab}/rejections`);
      expect(json.rejections).toMatchObject([{ request: { headers: { 'x-gitlab-token': '[not kept]' } } }]);
    });
    await send(shipstream, '{}', {
      'x-plugin-hmac-sha256': UNTAKEN.text,
      authorization: `Bearer ${UNTAKEN.text}`,
    });
    const rotated = await client.call('POST', `/v1/webhooks/${shipstream}/rotate_secret`, {
      secret_key: ROTATED.text,
    });
    expect(rotated.json.secret_key).toBe(ROTATED.text);
    const again = await client.call(
      'POST',
      `/v1/webhooks/${shipstream}/destinations/${destinationId}/rotate_secret`,
      {},
    );
    canaries.push({ name: 'rotated destination', text: `${again.json.secret_key}`.slice(6) });
    const made = await client.call('POST', '/v1/tokens', { name: 'reader', scope: 'read' });
    canaries.push({ name: 'api token', text: `${made.json.token}`.slice(-43) });
    await eventually(() => {
      const at = new Set(receiver.received.map(({ url }) => url));
      for (const path of ['/standard', '/provider', '/shipstream', '/down', '/token', '/operations']) {
        expect(at).toContain(path);
      }
    });
  });

  it('is asked everything that it can be asked', async () => {
    const { paths } = await client.get<{ paths: Record<string, Json> }>('/openapi.json');
    const id = ids.shipstream ?? 0;
    const fill = (path: string) =>
      path
        .replace('{webhook_id}', `${id}`)
        .replace('{destination_id}', destinationId)
        .replace('{sequence}', '1')
        .replace('{token_id}', '000000000000');
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => [method.toUpperCase(), fill(path)] as const),
    );
    // What deletes comes last.
    for (const [method, path] of operations.toSorted(([a]) => (a === 'DELETE' ? 1 : -1))) {
      // Made anew, a secret is in the answer.
      if (path.endsWith('/rotate_secret') || method === 'DELETE') continue;
      await ask(method, path, ['GET', 'DELETE'].includes(method) ? undefined : {});
      await ask(method, path, ['GET', 'DELETE'].includes(method) ? undefined : {}, UNTAKEN.text);
    }
    for (const webhook of Object.values(ids)) {
      for (const path of ['', '/events?include=body', '/events/1', '/status', '/gaps', '/rejections']) {
        await ask('GET', `/v1/webhooks/${webhook}${path}`);
      }
    }
    await askPage();
    for (const [method, path, input] of MISTAKES) {
      const { status } = await ask(method, path.replace('{id}', `${id}`), input);
      expect([method, path, status >= 400]).toEqual([method, path, true]);
    }
    await ask('GET', '/v1/config');
    const exported = await ask('GET', '/v1/export');
    expect([exported.json.webhooks, exported.json.failed]).toMatchObject([{ length: 6 }, []]);
    await ask('POST', '/v1/import', { format: 1, webhooks: exported.json.webhooks });
    await ask('PUT', '/v1/config?dry_run=1', {
      webhooks: [{ name: 'Secrecy', provider: 'shipstream', secret_key: UNTAKEN.text }],
    });
    const raw = await fetch(`${gateway.url}/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN.text}` },
      body: `{"secret_key": "${UNTAKEN.text}"`,
    });
    answers.push(['malformed', await raw.text()]);
    await rpc('login', ['anyone', UNTAKEN.text]);
    await rpc('call', [UNTAKEN.text, 'webhook.list', []], UNTAKEN.text);
    await rpc('call', [ADMIN.text, 'webhook.create', [{ secret_key: [UNTAKEN.text], url: UNTAKEN.text }]]);
    await rpc('call', [ADMIN.text, UNTAKEN.text, [UNTAKEN.text]]);
    await rpc('call', [ADMIN.text, 'webhook.update_status', [{ topic: UNTAKEN.text, status: 1 }]]);
  });
});

describe('the gateway with another key than its secrets were sealed with', () => {
  it('takes nothing, and says so', async () => {
    await gateway.kill9();
    await gateway.restart({ SECRETS_KEY: OTHER.text });
    const { shipstream = 0, gitlab = 0, ecwid = 0 } = ids;
    const body = shipstreamEvent(9);
    expect((await send(shipstream, body, shipstreamHeaders(ROTATED.text, body))).status).toBe(503);
    await send(gitlab, '{"project":{"id":3}}', { 'x-gitlab-token': GITLAB.text });
    await eventually(() => expect(gateway.output()).toContain('secret_unreadable'));
    for (const id of [shipstream, ecwid]) {
      for (const path of ['', '/status', '/events/1']) await ask('GET', `/v1/webhooks/${id}${path}`);
      await ask('POST', `/v1/webhooks/${id}/test`, {});
      await ask('POST', `/v1/webhooks/${id}/replays`, { from_sequence: 1, to_sequence: 2 });
    }
    await ask('POST', '/v1/reseal', {});
    const { json: exported } = await ask('GET', '/v1/export');
    expect([exported.webhooks, exported.failed]).toMatchObject([[], { length: 6 }]);
    await rpc('call', [ADMIN.text, 'webhook.list', []]);
    await gateway.kill9();
    await gateway.restart({ SECRETS_KEY: SEALING.text });
  });
});

describe('the secrets', () => {
  it('are in no answer after the one that makes them', () => {
    expect(answers.length).toBeGreaterThan(100);
    expect(
      answers.flatMap(([asked, text]) => found(canaries, text).map(what => `${what} in ${asked}`)),
    ).toEqual([]);
  });

  it('are in JSON-RPC webhook.list alone: the inbound ones of the webhooks that it shows', async () => {
    const params = [ADMIN.text, 'webhook.list', []];
    const list = await client.call('POST', '/api/jsonrpc', { jsonrpc: '2.0', id: 1, method: 'call', params });
    const shown = (list.json.result as { secret_key: string }[]).map(({ secret_key }) => secret_key);
    expect(shown.toSorted()).toEqual([ROTATED.text, BY_RPC.text].toSorted());
    const withheld = canaries.filter(one => one !== ROTATED && one !== BY_RPC);
    expect(found(withheld, list.text)).toEqual([]);
  });

  it('are in no delivery, but for the token that the provider itself sends', () => {
    const seen = receiver.received.flatMap(({ url, rawHeaders, body }) =>
      found(canaries, `${url} ${JSON.stringify(rawHeaders)} ${body}`).map(
        what => `${what.split(' ')[0]} at ${url}`,
      ),
    );
    const api = receiver.received.filter(({ url }) => url.startsWith('/api')).map(({ url }) => url);
    expect([...new Set(seen)].toSorted()).toEqual(
      [
        'extra-header at /down',
        'inbound-custom-token at /token',
        'inbound-gitlab at /token',
        ...api.map(url => `confirm-token at ${url}`),
      ].toSorted(),
    );
    const tokens = receiver.received.filter(({ url }) => url === '/token').map(({ headers }) => headers);
    expect(tokens.map(headers => headers['x-gitlab-token']).filter(Boolean)).toEqual([GITLAB.text]);
    expect(tokens.map(headers => headers['x-token']).filter(Boolean)).toEqual([`Token ${CUSTOM.text}`]);
  });

  it('are not in what the gateway prints', () => {
    expect(gateway.output()).toContain('GET /v1/webhooks');
    // A path is the sender's to choose, and who puts a secret there has it in every log on the way.
    const others = canaries.filter(one => one !== UNTAKEN);
    expect(found(others, gateway.output())).toEqual([]);
  });

  it('are in no file that it keeps', async () => {
    await gateway.kill9();
    const entries = await readdir(gateway.state, { recursive: true, withFileTypes: true });
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
    const kept = await Promise.all(files.map(file => readFile(file)));
    expect(kept.some(bytes => bytes.includes('Secrecy'))).toBe(true);
    // Extra headers are stored as they are given (SECURITY.md).
    const sealed = canaries.filter(one => one !== HEADER);
    expect(
      files.flatMap((file, i) => found(sealed, kept[i] ?? '').map(what => `${what} in ${file}`)),
    ).toEqual([]);
  });
});
