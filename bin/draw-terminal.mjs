/**
 * `npm run picture:terminal`: draws docs/terminal.svg, what `gapless` says in a terminal, out of what it says: each command is run
 * against a gateway that is started for it, and nothing is written by hand. Leaves nothing else behind.
 */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { argumentsOf } from './arguments.mjs';
import { SECRET } from './demo/events.mjs';
import { startGateway } from './demo/gateway.mjs';
import { startReceiver } from './demo/receiver.mjs';
import { drawn } from './terminal/svg.mjs';

argumentsOf(`npm run picture:terminal

Draws docs/terminal.svg, what gapless says in a terminal, from a gateway that is started for it.`);

const root = dirname(import.meta.dirname);
/** Colours are for terminals only: the process is told that it has one. */
const TERMINAL = 'data:text/javascript,process.stdout.isTTY=true;process.stdout.hasColors=()=>true';
const GRACE_SECONDS = 1;

const undo = [];
try {
  await writeFile(join(root, 'docs/terminal.svg'), drawn(await session()));
} finally {
  for (const step of undo.reverse()) await step();
}

/** What was typed, and what was said. */
async function session() {
  const { url, token } = await startGateway(undo);
  const receiver = await startReceiver(() => 'whsec_');
  undo.push(() => receiver.close());
  const folder = await mkdtemp(join(tmpdir(), 'gapless-terminal-'));
  undo.push(() => rm(folder, { recursive: true }));
  const env = { GAPLESS_HOME: folder, GAPLESS_URL: url, GAPLESS_TOKEN: token, GAPLESS_SECRET: SECRET };
  const gapless = (args, input = '') => run(args, { ...process.env, ...env }, folder, input);

  const made = await gapless([
    ...['webhooks', 'create', 'shipstream', '--name', 'shop', '--to', receiver.url, '--json'],
    ...['--set', `/sequence/grace_seconds=${GRACE_SECONDS}`, '--set', '/destinations/0/name=erp'],
  ]);
  const { ingest_url } = JSON.parse(made);
  const shown = [];
  /** @param typed as a person types it, where that differs from what is run */
  const show = async (args, typed = args.join(' '), input = '') =>
    shown.push({ typed: `gapless ${typed}`, said: await gapless(args, input) });

  const send = ['send', 'shipstream', 'order:created', '--increment', '1', '--count', '5', '--hole', '3'];
  await show([...send, '--to', ingest_url], `${send.join(' ')} --to $INGEST_URL`);
  await until(async () => (await gapless(['gaps', 'shop'])).includes('open'));
  await show(['gaps', 'shop']);
  const fetched = { topic: 'order:created', message: { unique_id: '100000015', webhook_increment_id: 3 } };
  await writeFile(join(folder, 'fetched.jsonl'), JSON.stringify(fetched));
  await show(['refill', 'shop', '--from', 'fetched.jsonl', '--yes']);
  await show(['numbering', 'shop']);
  await show(['verify', '--provider', 'shipstream'], 'verify --provider shipstream < request.txt', spoiled());
  return shown;
}

/** A request whose body has got a line feed on its way. */
function spoiled() {
  const body = '{"topic":"order:created"}';
  const signature = createHmac('sha256', SECRET).update(body).digest('base64');
  return `POST / HTTP/1.1\nx-plugin-hmac-sha256: ${signature}\n\n${body}\n`;
}

function run(args, env, cwd, input) {
  const program = ['--import', TERMINAL, join(root, 'cli/bin/gapless.mjs'), ...args];
  const child = spawn(process.execPath, program, { env, cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const said = [];
  child.stdout.on('data', part => said.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(said).toString().trimEnd()));
  });
}

async function until(isSo) {
  for (let tries = 0; tries < 100; tries++) {
    if (await isSo()) return;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error('The gap did not appear.');
}
