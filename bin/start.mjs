/**
 * `npm start`: runs the gateway on this machine with `wrangler dev`.
 *
 * Arguments go through to wrangler; without them it listens on 127.0.0.1:8787. Makes `.dev.vars` on the first run (not
 * with `--env-file`, which takes its place). A signal to end is passed on, the exit code is wrangler's, and no process
 * stays behind: whoever loses its parent ends too. Nothing is asked, and no outside host is contacted.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOf } from './arguments.mjs';
import { ensureDevVars, readDevVars } from './dev-vars.mjs';

/** The oldest Node that wrangler runs on. On an older one, the Node among the dependencies is used. */
const MIN_NODE = 22;
/** Fewer characters of ADMIN_TOKEN or SECRETS_KEY, and the management API answers 503. */
const MIN_SECRET_CHARACTERS = 32;
/** Secrets for a rotation of SECRETS_KEY, and for moving webhooks to another gateway. */
const OPTIONAL = ['SECRETS_KEY_PREVIOUS', 'TRANSFER_KEY'];
/**
 * wrangler wraps a Worker that it bundles, if only the module that starts: what nobody read of a request is read after the answer then.
 * Otherwise the runtime cuts the connection, maybe before the answer has come, which on Cloudflare's network nobody would see.
 */
const WRAPPED = ['--bundle'];
/** How long wrangler may take to end the runtime. */
const GRACE_MS = 5_000;

/** Keeps wrangler from asking, reporting, looking for updates and fetching a sample of Cloudflare's request data. */
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
};

const USAGE = `npm start [-- OPTIONS]

Runs the gateway on this machine, at http://127.0.0.1:8787. Makes .dev.vars with the admin token on the first run.
  --port PORT         listen on another port
  --ip ADDRESS        listen for other machines, too
  --persist-to DIR    where what is stored stays [.wrangler/state]
  --env-file FILE     secrets from FILE, in the place of .dev.vars
Any other option goes to wrangler dev as it is, which says what it does not know.`;

/** The options that are told of above. */
const KNOWN = ['--port', '--ip', '--persist-to', '--env-file'];
/** Where demo and command line look without being told. */
const USUAL = 'http://127.0.0.1:8787';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const args = argumentsOf(USAGE, { passesOn: true });

// npm runs as long as the command, and does not pass SIGKILL on. Without npm, the gateway may be meant to outlive its shell.
if (process.env.npm_lifecycle_event !== undefined) await import('./end-with-parent.mjs');

const options = {
  '--ip': '127.0.0.1',
  '--port': '8787',
  '--inspector-port': '0',
  '--show-interactive-dev-session': 'false',
};
for (const name of Object.keys(options)) options[name] = given(name) ?? options[name];

const wrongPort = portProblem(options['--port']);
if (wrongPort !== null) {
  process.stderr.write(`${wrongPort}\n`);
  process.exit(2);
}
sayWhatIsPassedOn();
announce(addressOf(options['--ip'], options['--port']));
run();

/** The value of an option on the command line, as `--name value` or `--name=value`; the last one counts. */
function given(name) {
  const at = args.findLastIndex(arg => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return args[at].includes('=') ? args[at].slice(name.length + 1) : args[at + 1];
}

/** What is wrong with a port, or null. 0 is a free one, which wrangler names. */
function portProblem(port) {
  const isPort = /^\d{1,5}$/.test(port ?? '') && Number(port) <= 65_535;
  return isPort
    ? null
    : `--port must be a whole number from 0 to 65535; given: ${JSON.stringify(port ?? '')}`;
}

/** A slip in an option is judged by wrangler, whose words do not tell of this script. */
function sayWhatIsPassedOn() {
  const others = args.filter(arg => arg.startsWith('-') && !KNOWN.includes(arg.split('=')[0]));
  if (others.length > 0)
    say(`To wrangler dev, as it is: ${others.join(' ')}. npm start itself knows ${KNOWN.join(', ')}.`);
}

/** Where this machine reaches it: an address that stands for all of its own is no address to ask. */
function addressOf(ip, port) {
  const host = ['0.0.0.0', '::', '*'].includes(ip) ? '127.0.0.1' : ip;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Makes the secrets where there are none, and says where the gateway is and what to do next. */
function announce(address) {
  if (given('--env-file') === undefined) {
    const { made, vars } = ensureDevVars(root);
    if (made) say(`Made .dev.vars. Admin token: ${vars.ADMIN_TOKEN}`);
    else if (isShort(vars.ADMIN_TOKEN) || isShort(vars.SECRETS_KEY)) {
      say(`ADMIN_TOKEN or SECRETS_KEY has fewer than ${MIN_SECRET_CHARACTERS} characters in .dev.vars.`);
    } else say('The admin token is ADMIN_TOKEN in .dev.vars.');
  }
  say(`Gapless: ${address}`);
  const isUsual = address === USUAL;
  say(`Next, in another terminal: ${isUsual ? '' : `GAPLESS_URL=${address} `}npm run demo`);
  say(`Its command line: npx gapless login${isUsual ? '' : ` ${address}`}`);
}

function isShort(secret) {
  return (secret ?? '').length < MIN_SECRET_CHARACTERS;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Runs wrangler until it ends or this process is told to. */
function run() {
  const missing = Object.entries(options).flatMap(([name, value]) =>
    given(name) ? [] : [`${name}=${value}`],
  );
  const endWithParent = new URL('./end-with-parent.mjs', import.meta.url).href;
  const command = [
    '--import',
    endWithParent,
    wrangler(),
    'dev',
    ...WRAPPED,
    ...missing,
    ...withOptionalSecrets(),
    ...args,
  ];
  const gateway = spawn(node(), command, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...QUIET, ...process.env },
  });
  gateway.on('error', error => {
    process.stderr.write(`wrangler did not start: ${error.message}\n`);
    process.exit(1);
  });
  gateway.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // wrangler's own launcher knows these two
      gateway.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
      setTimeout(() => gateway.kill('SIGKILL'), GRACE_MS).unref();
    });
  }
}

/**
 * wrangler passes on the secrets that wrangler.toml requires. Those of `OPTIONAL` are not required, as they exist only for a while:
 * where one is set, wrangler gets a copy that requires it. As an argument everybody on the machine could read it. The copy holds
 * no secret, is the same for all who need it, and stands beside the original, from where wrangler looks for everything else.
 */
function withOptionalSecrets() {
  const values = given('--env-file') === undefined ? readDevVars(root) : process.env;
  const set = OPTIONAL.filter(name => values?.[name]);
  if (set.length === 0 || given('--config') !== undefined || given('-c') !== undefined) return [];
  const copy = join(root, `wrangler.with.${set.join('.').toLowerCase()}.toml`);
  const original = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  const required = ['SECRETS_KEY', ...set].map(name => `"${name}"`).join(', ');
  const text = original.replace('"SECRETS_KEY"', required);
  // Another gateway that runs on it would start anew with every write.
  if (!existsSync(copy) || readFileSync(copy, 'utf8') !== text) writeFileSync(copy, text);
  return ['--config', copy];
}

function node() {
  if (Number.parseInt(process.versions.node, 10) >= MIN_NODE) return process.execPath;
  return join(root, 'node_modules', '.bin', 'node');
}

function wrangler() {
  const manifest = require.resolve('wrangler/package.json');
  return join(dirname(manifest), require(manifest).bin.wrangler);
}
