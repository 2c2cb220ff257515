/**
 * `npm run deploy`: puts the gateway on Cloudflare's network. Arguments go through to `wrangler deploy`.
 *
 * Secrets that the deployment lacks are made, printed once, and uploaded together with the code. Cloudflare does not give
 * them back, so they are printed before the upload: none is ever in use that nobody has seen. Where it cannot be found out
 * which secrets there are, nothing is made and nothing uploaded. Ends when `/healthz` answers.
 *
 * In CI (`CI` or `WORKERS_CI` is set) the log is read and kept by others, so nothing is made: what the deployment lacks comes from the
 * environment, by its name, and is not printed; where that lacks it too, nothing is uploaded.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployedAddress } from './address.mjs';
import { argumentsOf } from './arguments.mjs';
import { randomSecret } from './dev-vars.mjs';
import { secretNames, targetOf, until, withEnvironment, wrangler } from './wrangler.mjs';

const REQUIRED = ['ADMIN_TOKEN', 'SECRETS_KEY'];
/** Fewer characters of either, and the management API answers 503. */
const MIN_SECRET_CHARACTERS = 32;

const USAGE = `npm run deploy [-- OPTIONS]

Puts the gateway on Cloudflare's network. OPTIONS go through to wrangler deploy, as --env NAME or --name NAME.
Secrets that the deployment lacks are made, printed once and uploaded; in CI they come from the environment.
Afterwards: npm run verify-deployment -- URL. See docs/deploy.md.`;

const args = withEnvironment(argumentsOf(USAGE, { passesOn: true }));
const isCi = [process.env.CI, process.env.WORKERS_CI].some(value => value && !/^(0|false)$/i.test(value));

try {
  const missing = await missingSecrets();
  await deploy(isCi ? givenSecrets(missing) : madeSecrets(missing));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** The secrets that the deployment lacks; all of them when there is no deployment yet. */
async function missingSecrets() {
  const present = (await secretNames(targetOf(args))) ?? [];
  return REQUIRED.filter(name => !present.includes(name));
}

/** Random ones, which whoever deploys has to keep. */
function madeSecrets(names) {
  const made = Object.fromEntries(names.map(name => [name, randomSecret()]));
  for (const [name, value] of Object.entries(made)) {
    process.stdout.write(`${name} (made now, shown this once; keep it): ${value}\n`);
  }
  return made;
}

/** Those of the environment. */
function givenSecrets(names) {
  const unfit = names.filter(name => (process.env[name] ?? '').length < MIN_SECRET_CHARACTERS);
  if (unfit.length === 0) return Object.fromEntries(names.map(name => [name, process.env[name]]));
  throw new Error(
    `The deployment lacks ${unfit.join(' and ')}; nothing was changed. In CI none is made, as logs are read by others. Give ` +
      `each, of ${MIN_SECRET_CHARACTERS} random characters or more, as a secret of the CI in the environment, or deploy once from ` +
      'a machine of your own (docs/deploy.md#from-ci).',
  );
}

async function deploy(secrets) {
  const { code, output } = await withSecretsFile(secrets, options =>
    wrangler(['deploy', ...options, ...args]),
  );
  if (code === 0) return report(process.env.PUBLIC_URL || deployedAddress(output));
  process.exitCode = code;
  if (isCi || Object.keys(secrets).length === 0) return;
  process.stderr.write('Not deployed. Keep the secrets above until it is: they may have been uploaded.\n');
}

/** Runs `use` with a file that holds the secrets. The file is removed however this process ends, except by kill -9. */
async function withSecretsFile(secrets, use) {
  if (Object.keys(secrets).length === 0) return use([]);
  const directory = mkdtempSync(join(tmpdir(), 'gapless-deploy-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  try {
    const file = join(directory, 'secrets.json');
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    return await use(['--secrets-file', file]);
  } finally {
    remove();
  }
}

async function report(url) {
  if (url === undefined) {
    process.stdout.write('Deployed. Its address is the one you gave it; PUBLIC_URL tells this script.\n');
    return;
  }
  const healthy = await until(async () => ((await fetch(`${url}/healthz`)).ok ? true : null));
  if (healthy === null) {
    process.stderr.write(
      `Deployed, but ${url}/healthz does not answer. A new domain may take some minutes; then run npm run verify-deployment.\n`,
    );
    process.exitCode = 1;
    return;
  }
  process.stdout.write(
    `Gapless: ${url}\nProviders send to: ${url}/in/{webhook_id}\nReference: ${url}/docs\n` +
      `Next: npm run verify-deployment -- ${url}\n`,
  );
}
