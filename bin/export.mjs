/**
 * `npm run export`: every webhook of a gateway with its destinations, settings and secrets, sealed with TRANSFER_KEY, as one JSON
 * document on standard output. `USAGE` is what `--help` prints.
 *
 * The gateway seals, so the key is in its environment and not here. Where a webhook cannot be exported, nothing is written: a
 * document that lacks one would be taken for the whole.
 */
import { adminApi, command, gatewayIn, say } from './admin-api.mjs';
import { argumentsOf } from './arguments.mjs';

const USAGE = `npm run --silent export -- URL > FILE

Writes every webhook of the gateway at URL with its destinations, settings and secrets.
The gateway seals them with its secret TRANSFER_KEY; make one and give it to both gateways:
  openssl rand -base64 32 | tee transfer.key | npx wrangler secret put TRANSFER_KEY
The ADMIN_TOKEN of that gateway comes from the environment.
Not in it: logs, gaps, kept answers, API tokens. See docs/deploy.md.`;

const args = argumentsOf(USAGE, { words: 1 });

await command(async () => {
  const url = gatewayIn(args);
  const { ADMIN_TOKEN: token } = process.env;
  if (!url || !token) throw new Error(`${USAGE}\n\nURL or ADMIN_TOKEN is missing.`);
  const call = adminApi(url, token);
  const webhooks = [];
  const failed = [];
  let key_id;
  let format;
  for (let after = null; after !== undefined; ) {
    const part = await call(
      'GET',
      `/v1/export${after === null ? '' : `?after=${encodeURIComponent(after)}`}`,
    );
    webhooks.push(...part.webhooks);
    failed.push(...part.failed);
    ({ key_id, format } = part);
    after = part.next ?? undefined;
  }
  if (failed.length > 0) {
    const list = failed.map(({ webhook_id: id, reason }) => `  webhook ${id}: ${reason}`).join('\n');
    throw new Error(`Not exported, so nothing was written:\n${list}`);
  }
  const exported_at = new Date().toISOString();
  process.stdout.write(`${JSON.stringify({ format, from: url, exported_at, key_id, webhooks }, null, 1)}\n`);
  say(`${webhooks.length} webhooks exported, sealed with the TRANSFER_KEY ${key_id}.`);
});
