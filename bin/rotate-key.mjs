/**
 * `npm run rotate-key`: gives the deployment another SECRETS_KEY and seals every stored secret anew.
 *
 *   npm run rotate-key -- https://gapless.example.workers.dev
 *
 * The current SECRETS_KEY and the ADMIN_TOKEN come from the environment. Put them there with `read -rs` and `export`: what
 * is written before a command is kept in the shell's history.
 *
 * Cloudflare does not give secrets back, so the current key comes from where you keep it; it is compared with the one in
 * use before anything changes. The new key goes up with the current one as SECRETS_KEY_PREVIOUS, so that everything opens
 * at any moment; when the new key is in use, each webhook's secrets are sealed with it, in two passes over all webhooks, 90 s
 * apart, because KV's list lags. Until SECRETS_KEY_PREVIOUS is
 * deleted a rotation counts as unfinished, and no third key goes up: what only the first one opens would be lost.
 * Interrupted, run it again with `--resume` and the new key in SECRETS_KEY, as often as needed. Other arguments (`--name`,
 * `--env`) go through to wrangler. JSON-RPC sessions end, and Idempotency-Keys of the last day are forgotten.
 */
import { isLocal } from './address.mjs';
import { adminApi, gatewayIn } from './admin-api.mjs';
import { argumentsOf } from './arguments.mjs';
import { randomSecret } from './dev-vars.mjs';
import { keyIdOf } from './key-id.mjs';
import { resealAll } from './reseal-passes.mjs';
import { secretNames, TARGET, targetOf, until, withEnvironment, wrangler } from './wrangler.mjs';

/** How long it may take until a new secret is in use everywhere. */
const ARRIVAL_SECONDS = 120;
/** On this machine KV has no delay, so that there is nothing to wait for. */
const LOCAL_PAUSES = 0.01;

const USAGE = `npm run rotate-key -- URL [--resume] [--env NAME] [--name NAME]

Gives the deployment at URL another SECRETS_KEY and seals every stored secret anew.
SECRETS_KEY (the current one; with --resume the new one that was printed) and ADMIN_TOKEN come from the environment:
  read -rs SECRETS_KEY; read -rs ADMIN_TOKEN; export SECRETS_KEY ADMIN_TOKEN

  --resume   go on with a rotation that was interrupted
  --env, --name, --config …   which Worker, as wrangler takes them
See docs/deploy.md.`;

const args = withEnvironment(argumentsOf(USAGE, { flags: ['--resume'], valued: TARGET, words: 1 }));
const target = targetOf(args);
const { SECRETS_KEY: given, ADMIN_TOKEN: token } = process.env;

let url;

try {
  url = gatewayIn(args);
  if (!url || !given || !token) {
    throw new Error(`${USAGE}\n\nURL, SECRETS_KEY or ADMIN_TOKEN is missing.`);
  }
  await rotate(args.includes('--resume') ? await arrived(keyIdOf(given)) : await replaced());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** Puts another key in the place of the one given. Answers its id. */
async function replaced() {
  const inUse = await keyInUse();
  if (inUse !== keyIdOf(given)) {
    throw new Error(
      `SECRETS_KEY is not the key in use (that has the id ${inUse}, yours ${keyIdOf(given)}); nothing was changed. ` +
        'If a rotation was interrupted, the key in use is the one it printed: run again with that and --resume.',
    );
  }
  if ((await secretNames(target))?.includes('SECRETS_KEY_PREVIOUS')) {
    throw new Error(
      'SECRETS_KEY_PREVIOUS is still there, so an earlier rotation may be unfinished; nothing was changed. Run again ' +
        `with --resume and the newest key in SECRETS_KEY, then ${cleanup()}, then this.`,
    );
  }
  const next = randomSecret();
  process.stdout.write(`SECRETS_KEY (made now, shown this once; keep it): ${next}\n`);
  const input = JSON.stringify({ SECRETS_KEY: next, SECRETS_KEY_PREVIOUS: given });
  const { code } = await wrangler(['secret', 'bulk', ...target], { input });
  if (code !== 0) {
    throw new Error('The upload failed. Keep both keys, and run again: it finds out which one is in use.');
  }
  return arrived(keyIdOf(next));
}

/** Waits until the key with this id is in use. Answers the id. */
async function arrived(id) {
  const found = await until(async () => ((await keyInUse()) === id ? id : null), ARRIVAL_SECONDS);
  if (found !== null) return id;
  throw new Error('The new key is not in use. Run again with --resume and the new key in SECRETS_KEY.');
}

/** Seals everything with the key that has this id. */
async function rotate(id) {
  const part = async after => {
    // Where the new key has not arrived yet, this part was sealed with the old one. It is done again.
    const sealed = await until(async () => {
      const answer = await reseal(after);
      return answer.key_id === id ? answer : null;
    }, ARRIVAL_SECONDS);
    if (sealed !== null) return sealed;
    throw new Error('The gateway does not answer with the new key. Run again with --resume.');
  };
  const length = isLocal(url) ? LOCAL_PAUSES : 1;
  const wait = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000 * length));
  const { checked, sealed, failed } = await resealAll(part, wait, text => process.stdout.write(`${text}\n`));
  process.stdout.write(`Sealed the secrets of ${sealed} webhooks anew.\n`);
  if (failed.length === 0) {
    process.stdout.write(
      `All ${checked} webhooks open with the new key alone. When nothing else needs the old one: ${cleanup()}\n`,
    );
    return;
  }
  const list = failed.map(({ webhook_id: webhook, reason }) => `${webhook} (${reason})`).join(', ');
  throw new Error(`Not sealed anew: ${list}. Keep the old key; put these right and run again with --resume.`);
}

function cleanup() {
  return ['npx wrangler secret delete SECRETS_KEY_PREVIOUS', ...target].join(' ');
}

async function reseal(after) {
  return ask(after === null ? '' : `?after=${encodeURIComponent(after)}`);
}

/** The id of the key in use. */
async function keyInUse() {
  return (await ask('?limit=0')).key_id;
}

function ask(query) {
  return adminApi(url, token)('POST', `/v1/reseal${query}`);
}
