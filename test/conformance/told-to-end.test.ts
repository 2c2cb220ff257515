/** Who is told to end leaves no webhook, whenever that is; and told so once more, waits no longer for a gateway that is silent. */
import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { clientOf } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { startFront } from '../support/front';
import { startGateway } from '../support/gateway';

// Its own: there must be no webhook at all in the end.
const gateway = await startGateway();
afterAll(() => gateway.stop());

const ROOT = join(import.meta.dirname, '../..');
const DEMO = ['bin/demo.mjs'];
const VERIFY = ['bin/verify-deployment.mjs'];
const DOCTOR = ['cli/bin/gapless.mjs', 'doctor', '--event'];

/** Starts a script against the gateway, behind a server that tells of its requests. */
async function start(script: string[], answers: (request: IncomingMessage) => null | Promise<null>) {
  const front = await startFront(gateway.url, answers);
  onTestFinished(front.close);
  const [path = '', ...args] = script;
  const env = { ADMIN_TOKEN: gateway.adminToken, GAPLESS_TOKEN: gateway.adminToken, GAPLESS_URL: front.url };
  const given = script === VERIFY ? [front.url] : [];
  const child = spawn(process.execPath, [join(ROOT, path), ...args, ...given], {
    env: { ...process.env, ...env, npm_lifecycle_event: undefined },
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>(resolve => child.on('close', code => resolve(code)));
  return { child, ended };
}

const lineOf = ({ method, url }: IncomingMessage) => `${method} ${url}`;

const MADE = ['its webhook is being made', /^POST .v1.webhooks$/] as const;
const SENT = ['events are sent', /^POST .in/] as const;

it.each([
  ['the demo', ...MADE, DEMO, 'SIGINT'],
  ['the demo', ...SENT, DEMO, 'SIGHUP'],
  ['the demo', 'its webhook is being deleted at the end', /^DELETE/, DEMO, 'SIGTERM'],
  ['verify-deployment', ...MADE, VERIFY, 'SIGTERM'],
  ['verify-deployment', ...SENT, VERIFY, 'SIGTERM'],
  ['doctor', ...MADE, DOCTOR, 'SIGINT'],
  ['doctor', 'its event is on the way', /^GET .*\/events\/1$/, DOCTOR, 'SIGINT'],
] as const)('%s leaves nothing when it is told to end while %s', async (_who, _when, at, script, signal) => {
  let arrived = false;
  const { child, ended } = await start(script, async request => {
    arrived ||= at.test(lineOf(request));
    if (request.method === 'DELETE') await pause(300);
    return null;
  });
  await eventually(() => expect(arrived).toBe(true), 40_000);
  child.kill(signal);
  expect(await ended).toBe(130);
  const { webhooks } = await clientOf(gateway).get<{ webhooks: unknown[] }>('/v1/webhooks');
  expect(webhooks).toEqual([]);
});

it.each([
  ['the demo', DEMO],
  ['verify-deployment', VERIFY],
  ['doctor', DOCTOR],
])('%s ends at once when it is told so a second time', async (_who, script) => {
  let arrived = false;
  const { child, ended } = await start(script, request => {
    if (lineOf(request) !== 'POST /v1/webhooks') return null;
    arrived = true;
    return new Promise(() => {});
  });
  await eventually(() => expect(arrived).toBe(true), 40_000);
  child.kill('SIGINT');
  await pause(1500);
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  expect(await ended).toBe(130);
});
