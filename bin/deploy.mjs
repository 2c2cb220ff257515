/**
 * `npm run deploy`: puts the gateway on Cloudflare's network. Arguments go through to `wrangler deploy`.
 *
 * Secrets that the deployment lacks are made, printed once, and uploaded together with the code. Cloudflare does not give
 * them back, so they are printed before the upload: none is ever in use that nobody has seen. Where it cannot be found out
 * which secrets there are, nothing is made and nothing uploaded. Ends when `/healthz` answers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomSecret } from './dev-vars.mjs';
import { secretNames, targetOf, until, wrangler } from './wrangler.mjs';

const REQUIRED = ['ADMIN_TOKEN', 'SECRETS_KEY'];
const args = process.argv.slice(2);

try {
  await deploy(Object.fromEntries((await missingSecrets()).map(name => [name, randomSecret()])));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** The secrets that the deployment lacks; all of them when there is no deployment yet. */
async function missingSecrets() {
  const present = (await secretNames(targetOf(args))) ?? [];
  return REQUIRED.filter(name => !present.includes(name));
}

async function deploy(made) {
  for (const [name, value] of Object.entries(made)) {
    process.stdout.write(`${name} (made now, shown this once; keep it): ${value}\n`);
  }
  const { code, output } = await withSecretsFile(made, options => wrangler(['deploy', ...options, ...args]));
  if (code === 0)
    return report(process.env.PUBLIC_URL || /https:\/\/[\w.-]+\.workers\.dev/.exec(output)?.[0]);
  process.exitCode = code;
  if (Object.keys(made).length === 0) return;
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
    process.stderr.write(`Deployed, but ${url}/healthz does not answer.\n`);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(
    `Gapless: ${url}\nProviders send to: ${url}/in/{webhook_id}\nReference: ${url}/docs\n`,
  );
}
