/**
 * `npm run deploy`: puts the gateway on Cloudflare's network. Arguments go through to `wrangler deploy`.
 *
 * Secrets that the deployment lacks are made, uploaded together with the code, and printed once: Cloudflare does not
 * give them back. Ends when `/healthz` answers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomSecret } from './dev-vars.mjs';
import { until, wrangler } from './wrangler.mjs';

const REQUIRED = ['ADMIN_TOKEN', 'SECRETS_KEY'];
const args = process.argv.slice(2);

const made = Object.fromEntries((await missingSecrets()).map(name => [name, randomSecret()]));
const directory = mkdtempSync(join(tmpdir(), 'gapless-deploy-'));
const file = join(directory, 'secrets.json');
try {
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  const withSecrets = Object.keys(made).length > 0 ? ['--secrets-file', file] : [];
  const { code, output } = await wrangler(['deploy', ...withSecrets, ...args]);
  if (code !== 0) process.exit(code);
  tell();
  await report(process.env.PUBLIC_URL || /https:\/\/[\w.-]+\.workers\.dev/.exec(output)?.[0]);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Those that the deployment has not; all of them when there is none yet. */
async function missingSecrets() {
  const { code, output } = await wrangler(['secret', 'list', '--format', 'json'], { quiet: true });
  const present = code === 0 ? JSON.parse(output.slice(output.indexOf('['))).map(({ name }) => name) : [];
  return REQUIRED.filter(name => !present.includes(name));
}

function tell() {
  for (const [name, value] of Object.entries(made)) {
    process.stdout.write(`${name} (made now, shown this once; keep it): ${value}\n`);
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
