/**
 * `npm run rotate-key`: gives the deployment another SECRETS_KEY and seals every stored secret anew.
 *
 *   SECRETS_KEY=<the current one> ADMIN_TOKEN=… npm run rotate-key -- https://gapless.example.workers.dev
 *
 * Cloudflare does not give secrets back, so the current key comes from where you keep it. The steps can be repeated: the
 * new key goes up with the current one as SECRETS_KEY_PREVIOUS, so that everything opens at any moment; when the new
 * key is in use everywhere, each webhook's secrets are sealed with it. Interrupted, run `npm run rotate-key -- --resume`
 * with the new key in SECRETS_KEY. JSON-RPC sessions end, and Idempotency-Keys of the last day are forgotten.
 */
import { randomSecret } from './dev-vars.mjs';
import { until, wrangler } from './wrangler.mjs';

const args = process.argv.slice(2);
const url = args.find(arg => arg.startsWith('http'))?.replace(/\/+$/, '');
const { SECRETS_KEY: current, ADMIN_TOKEN: token } = process.env;
if (!url || !current || !token) {
  process.stderr.write('Usage: SECRETS_KEY=… ADMIN_TOKEN=… npm run rotate-key -- https://… [--resume]\n');
  process.exit(2);
}

if (!args.includes('--resume')) await replaceKey();
process.stdout.write(`Sealed the secrets of ${await resealAll()} webhooks anew.\n`);
process.stdout.write(
  'When nothing else needs the old key: npx wrangler secret delete SECRETS_KEY_PREVIOUS\n',
);

async function replaceKey() {
  const before = (await reseal(Number.MAX_SAFE_INTEGER)).key_id;
  const next = randomSecret();
  process.stdout.write(`SECRETS_KEY (made now, shown this once; keep it): ${next}\n`);
  const input = JSON.stringify({ SECRETS_KEY: next, SECRETS_KEY_PREVIOUS: current });
  const { code } = await wrangler(['secret', 'bulk'], { input });
  if (code !== 0) process.exit(code);
  const arrived = await until(async () => {
    const { key_id } = await reseal(Number.MAX_SAFE_INTEGER);
    return key_id === before ? null : key_id;
  }, 120);
  if (arrived === null) {
    process.stderr.write('The new key has not arrived. Run again with --resume and the new key.\n');
    process.exit(1);
  }
}

async function resealAll() {
  let total = 0;
  for (let after = 0; after !== null; ) {
    const { count, next } = await reseal(after);
    total += count;
    after = next;
  }
  return total;
}

async function reseal(after) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/v1/reseal?after=${after}`, { method: 'POST', headers });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}
