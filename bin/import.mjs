/**
 * `npm run import`: makes the webhooks of an export in another gateway. `USAGE` is what `--help` prints.
 *
 * The whole document is checked before anything is changed. Importing again changes nothing, and goes on where it was interrupted.
 */
import { readFileSync } from 'node:fs';
import { adminApi, command, gatewayIn, say } from './admin-api.mjs';
import { argumentsOf } from './arguments.mjs';

const USAGE = `npm run import -- URL [--dry-run] < FILE

Makes the webhooks of an export in the gateway at URL, with the same ids, destinations and secrets.
--dry-run only says what would change. Importing twice changes nothing the second time.
The gateway needs the TRANSFER_KEY that the export was sealed with.
The ADMIN_TOKEN of that gateway comes from the environment. See docs/deploy.md.`;

/** Webhooks, and characters, of a request. */
const MAX_WEBHOOKS = 20;
const MAX_CHARACTERS = 2_000_000;

const args = argumentsOf(USAGE, { flags: ['--dry-run'], words: 1 });

await command(async () => {
  const url = gatewayIn(args);
  const { ADMIN_TOKEN: token } = process.env;
  if (!url || !token) throw new Error(`${USAGE}\n\nURL or ADMIN_TOKEN is missing.`);
  const { format, webhooks } = readExport();
  const call = adminApi(url, token);
  const parts = partsOf(webhooks);
  const answers = async query => {
    const done = [];
    for (const { start, entries } of parts) {
      try {
        const answer = await call('POST', `/v1/import${query}`, { format, webhooks: entries });
        done.push(...answer.webhooks);
      } catch (error) {
        const where = start === 0 ? '' : ` (indexes count from webhook ${start} of the file)`;
        const before = done.filter(({ action }) => query === '' && action !== 'none').length;
        throw new Error(`${error.message}${where}\n${stateText(before)}`);
      }
    }
    return done;
  };
  const plan = await answers('?dry_run=1');
  for (const webhook of plan) say(line(webhook));
  const changing = plan.filter(({ action }) => action !== 'none').length;
  if (args.includes('--dry-run')) {
    say(`${changing} of ${plan.length} webhooks would change. Nothing was changed.`);
    return;
  }
  const done = await answers('');
  for (const { webhook_id: id, ingest_url, kv_copy } of done) {
    process.stdout.write(
      `${id} ${ingest_url}${kv_copy === undefined ? '' : ' (lists lack it for some seconds)'}\n`,
    );
  }
  say(`${done.length} webhooks imported, ${changing} of them changed.`);
});

function stateText(changed) {
  return changed === 0
    ? 'Nothing was changed.'
    : `${changed} webhooks were changed before. Run the same command again: it goes on from there.`;
}

/** The document on standard input; what npm prints in front of it is passed over. */
function readExport() {
  const text = readFileSync(0, 'utf8');
  let document;
  try {
    document = JSON.parse(text.slice(Math.max(0, text.indexOf('{'))));
  } catch {
    throw new Error('Standard input is not an export: not JSON, or cut off. Nothing was changed.');
  }
  if (!Array.isArray(document?.webhooks)) {
    throw new Error('Standard input is not an export: it has no list "webhooks". Nothing was changed.');
  }
  return document;
}

function partsOf(webhooks) {
  const parts = [];
  let characters = 0;
  for (const [index, entry] of webhooks.entries()) {
    const length = JSON.stringify(entry).length;
    const last = parts.at(-1);
    if (last === undefined || last.entries.length >= MAX_WEBHOOKS || characters + length > MAX_CHARACTERS) {
      parts.push({ start: index, entries: [entry] });
      characters = length;
    } else {
      last.entries.push(entry);
      characters += length;
    }
  }
  return parts;
}

/** A line of the plan. */
function line({ webhook_id: id, name, action, changes }) {
  const about = changes
    .filter(({ kind, action: what }) => kind === 'destination' || what === 'update')
    .map(({ kind, name: whose, action: what, fields }) => {
      const list = Object.keys(fields ?? {}).join(', ');
      return `${kind === 'destination' ? `${what} destination ${whose}` : what}${list === '' ? '' : `: ${list}`}`;
    });
  return [`${action.padEnd(6)} webhook ${id}${name === null ? '' : ` "${name}"`}`, ...about].join(
    '\n         ',
  );
}
