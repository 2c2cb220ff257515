/** `npm run verify-deployment` against gateways as users start them, with and without production's limits of connections. */
import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Client, clientOf } from '../support/client';
import { startFront } from '../support/front';
import { startGateway } from '../support/gateway';

// Its own: a self-test that another file runs would look as one that is left behind here.
const gateway = await startGateway();
afterAll(() => gateway.stop());
const client: Client = clientOf(gateway);

type Finding = { name: string; verdict: string; measured: string; means: string };
type Report = { verdict: string; findings: Finding[]; measured: Record<string, Record<string, unknown>> };
type Ended = { code: number | null; out: string; errors: string };

const BIN = join(import.meta.dirname, '../../bin/verify-deployment.mjs');

function start(args: string[], env: Record<string, string>, input = '') {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, ADMIN_TOKEN: '', ...env },
  });
  const ended = new Promise<Ended>(resolve => {
    const texts = { out: '', errors: '' };
    child.stdout.on('data', chunk => (texts.out += chunk));
    child.stderr.on('data', chunk => (texts.errors += chunk));
    child.on('close', code => resolve({ code, ...texts }));
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return ended;
}

const token = (adminToken = gateway.adminToken) => ({ ADMIN_TOKEN: adminToken });

async function report(url: string, env: Record<string, string>): Promise<Report & { code: number | null }> {
  const { code, out, errors } = await start([url, '--json'], env);
  expect(errors).toBe('');
  return { code, ...(JSON.parse(out) as Report) };
}

const findingIn = ({ findings }: Report, name: string) => findings.find(one => one.name === name);

/** Webhooks of self-tests, of which there must be none. */
async function leftBehind(of: Client = client): Promise<unknown[]> {
  const { webhooks } = await of.get<{ webhooks: { name: string | null }[] }>('/v1/webhooks?limit=500');
  return webhooks.filter(({ name }) => name?.startsWith('self-test'));
}

async function inFront(answers: (request: IncomingMessage) => number | null): Promise<string> {
  const front = await startFront(gateway.url, answers);
  onTestFinished(front.close);
  return front.url;
}

describe('verifying a deployment', () => {
  it('measures everything, sends an event there and back, and leaves nothing', async () => {
    const found = await report(gateway.url, token());
    expect(found).toMatchObject({ code: 0, verdict: 'ok' });
    expect(found.findings.map(({ verdict }) => verdict)).toEqual(found.findings.map(() => 'ok'));
    expect(found.measured.roundTrip).toMatchObject({ accepted: 200, forged: 401, attempts: 1 });
    // Nothing limits connections here, and it says so.
    expect(found.measured.oneCourier?.at_once).toBeGreaterThan(6);
    expect(findingIn(found, 'connections, one object')?.means).toContain('as on a laptop');
    expect(await leftBehind()).toEqual([]);
  });

  it('finds six connections of an object, and six for each courier, where production limits them', async () => {
    const capped = await startGateway({}, { capped: true });
    try {
      const found = await report(capped.url, token(capped.adminToken));
      expect(found.measured.oneCourier).toMatchObject({ asked: 24, at_once: 6, failed: 0 });
      expect(found.measured.fourCouriers).toMatchObject({ asked: 48, at_once: 24, failed: 0 });
      expect(found.measured.invocations).toMatchObject({ allowed: 32 });
      const wakings = ['waking', 'idle'].flatMap(
        name => found.measured[name]?.couriers as { first_ms: number; again_ms: number }[],
      );
      expect(wakings).toHaveLength(10);
      // Waking takes 120 ms there, of new objects and of those that were idle.
      for (const { first_ms: first } of wakings) expect(first).toBeGreaterThanOrEqual(119);
      expect(Math.min(...wakings.map(({ again_ms: again }) => again))).toBeLessThan(100);
      expect(found).toMatchObject({ code: 0, verdict: 'ok' });
      expect(await leftBehind(clientOf(capped))).toEqual([]);
    } finally {
      await capped.stop();
    }
  });

  it('says what to do where the gateway does not reach itself, and leaves nothing', async () => {
    // The script has Node's user agent, and so have events that it sent, which the gateway passes on.
    const isOwn = ({ url: path, headers }: IncomingMessage) =>
      path?.startsWith('/self_test/') === true && (headers['user-agent'] !== 'node' || 'ce-id' in headers);
    const url = await inFront(request => (isOwn(request) ? 403 : null));
    const found = await report(url, token());
    expect(found).toMatchObject({ code: 1, verdict: 'failed' });
    expect(findingIn(found, 'reaches itself')).toMatchObject({
      verdict: 'failed',
      measured: expect.stringContaining('answered 403, error 1020'),
      means: expect.stringContaining('let POST /self_test/* past WAF rules'),
    });
    expect(findingIn(found, 'an event, there and back')).toMatchObject({
      measured: expect.stringContaining('not delivered after 4 attempts, the last ended with 403'),
    });
    expect(findingIn(found, 'cleaning up')?.verdict).toBe('ok');
    expect(await leftBehind()).toEqual([]);
  });

  it('takes the token from standard input, and prints for people', async () => {
    const { code, out } = await start([gateway.url], {}, `${gateway.adminToken}\n`);
    expect(out).toMatch(/\bok {2}connections, one object +\S/);
    expect(out).toContain('All is well.');
    expect(out).not.toContain(gateway.adminToken);
    expect(code).toBe(0);
  });

  it.each([
    ['no address', () => [], token(), 'No address'],
    ['an unknown argument', () => [gateway.url, '--jsn'], token(), 'Unknown argument --jsn'],
    ['no token', () => [gateway.url], {}, 'No admin token'],
    ['a wrong token', () => [gateway.url], { ADMIN_TOKEN: 'w'.repeat(32) }, 'The admin token is refused'],
    ['http to elsewhere', () => ['http://gateway.example'], token(), 'only https'],
    ['nobody there', () => ['http://127.0.0.1:9'], token(), 'cannot be reached from here'],
  ])('measures nothing with %s, and says why', async (_case, args, env, message) => {
    const { code, out, errors } = await start(args(), env);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toContain(message);
  });

  it('tells how it is used', async () => {
    const { code, out } = await start(['--help'], {});
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: npm run verify-deployment -- https:/);
  });
});

describe('the echo', () => {
  const post = (path: string, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, { method: 'POST', headers, body: '{}' });
  const begun = async () =>
    (await client.call('POST', '/v1/self_test')).json as { key: string; destination_secret: string };

  it('answers nobody without the key of a run, and holds nothing for long', async () => {
    const { key } = await begun();
    const forged = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    for (const query of ['', '?key=', `?key=${forged}`, `?key=${gateway.adminToken}`]) {
      expect((await post(`/self_test/echo${query}`)).status, query).toBe(403);
      expect((await post(`/self_test/receiver${query}`)).status, query).toBe(403);
    }
    expect((await post(`/self_test/echo?key=${key}&hold_ms=1001`)).status).toBe(422);
    expect((await post(`/self_test/echo?key=${key}&hold_ms=50`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/self_test/echo?key=${key}`)).status).toBe(405);
  });

  it('takes no delivery that is not signed with the secret of the run', async () => {
    const { key } = await begun();
    const time = `${Math.floor(Date.now() / 1000)}`;
    const signed = { 'webhook-id': 'a', 'webhook-timestamp': time, 'webhook-signature': 'v1,AAAA' };
    expect((await post(`/self_test/receiver?key=${key}`, signed)).status).toBe(403);
    expect((await post(`/self_test/receiver?key=${key}`)).status).toBe(403);
  });

  it('is set up by the admin token only', async () => {
    const { json } = await client.call('POST', '/v1/tokens', { name: 'tester', scope: 'write' });
    const refused = await client.call('POST', '/v1/self_test', undefined, json.token as string);
    expect(refused.status).toBe(403);
    expect(refused.json.detail).toBe('Only the admin token tests the deployment.');
    await client.call('DELETE', `/v1/tokens/${json.token_id}`);
  });

  it('is not asked to send anywhere by a key that is none', async () => {
    const given = { key: 'f'.repeat(88), url: gateway.url };
    const refused = await client.call('POST', '/v1/self_test/connections', given);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('/key');
  });
});
