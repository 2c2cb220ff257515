/**
 * `npm run recover`: a webhook as it was at an earlier moment. `USAGE` is what `--help` prints.
 *
 * Without `--yes` it only looks. Before it goes back it prints the bookmark of now, so that the way back is known whatever happens.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { adminApi, command, gatewayIn, say } from './admin-api.mjs';
import { argumentsOf } from './arguments.mjs';

const USAGE = `npm run recover -- URL WEBHOOK_ID
    prints the bookmark of this moment, to go back to later
npm run recover -- URL WEBHOOK_ID --at TIME [--bookmark BOOKMARK]
    says what going back to TIME would do; TIME is like 2026-11-20T12:00:00Z, within 30 days
npm run recover -- URL WEBHOOK_ID --at TIME [--bookmark BOOKMARK] [--save FILE] --yes
    goes back: the log, gaps, cursors, settings and secrets of the webhook become what they were.
    --save first writes the events that the log loses to FILE, a line of JSON each.

A bookmark is exact; without one the platform takes one near TIME.
The ADMIN_TOKEN of the gateway comes from the environment. See docs/deploy.md.`;

const args = argumentsOf(USAGE, {
  flags: ['--yes'],
  valued: ['--at', '--bookmark', '--save'],
  words: 2,
});

await command(async () => {
  const url = gatewayIn(args);
  const { ADMIN_TOKEN: token } = process.env;
  const id = args.find(arg => /^\d+$/.test(arg));
  if (!url || !token || id === undefined) {
    throw new Error(`${USAGE}\n\nURL, WEBHOOK_ID or ADMIN_TOKEN is missing.`);
  }
  const [at, bookmark, file] = ['--at', '--bookmark', '--save'].map(option);
  if (at === undefined && [bookmark, file].some(one => one !== undefined)) {
    throw new Error('--at is missing: the time that was printed with the bookmark.');
  }
  const call = adminApi(url, token);
  const path = `/v1/webhooks/${id}`;
  const now = await call('GET', `${path}/bookmark`);
  if (at === undefined) {
    process.stdout.write(`--at ${now.at} --bookmark ${now.bookmark}\n`);
    say(
      `That is webhook ${id} now, with ${now.last_sequence} as its last sequence. It can be gone back to for 30 days.`,
    );
    return;
  }
  const wish = { at, ...(bookmark === undefined ? {} : { bookmark }) };
  const plan = await call('GET', `${path}/bookmark?${new URLSearchParams(wish)}`);
  sayPlan(plan);
  if (file !== undefined && plan.lost !== null) {
    say(`${await save(call, path, plan.lost, file)} events written to ${file}.`);
  }
  if (!args.includes('--yes')) {
    say(
      'Nothing was changed. With --yes it goes back; --save FILE writes the events that are lost to a file first.',
    );
    return;
  }
  say(`The moment before, to undo it: --at ${now.at} --bookmark ${now.bookmark}`);
  const { state, undo, lost, last_sequence: last } = await call('POST', `${path}/restore`, wish);
  process.stdout.write(`undo: --at ${undo.at} --bookmark ${undo.bookmark}\n`);
  if (lost?.to !== plan.lost?.to) say(`Events came meanwhile: ${lostText(lost)}`);
  if (state === 'unfinished') {
    throw new Error(
      'The webhook did not come back in time. See whether it answers (GET …/status), undo as above, and go back again: it may ' +
        'otherwise give sequences twice.',
    );
  }
  say(`Webhook ${id} is as it was. New events go on after sequence ${last}.`);
});

/** The value of an option, as `--name value` or `--name=value`. */
function option(name) {
  const index = args.findLastIndex(arg => arg === name || arg.startsWith(`${name}=`));
  if (index < 0) return undefined;
  const value = args[index].includes('=') ? args[index].slice(name.length + 1) : args[index + 1];
  if (value === undefined || value === '' || value.startsWith('--'))
    throw new Error(`${name} needs a value.`);
  return value;
}

function sayPlan({ at, lost, settings_go_back: settings }) {
  say(`Going back to ${at}:`);
  say(`- ${lostText(lost)}`);
  say(
    '- what was delivered since is delivered again, where it is still in the log; gaps become what they were',
  );
  say(
    settings
      ? '- its settings were changed since and go back too, secrets included: one that was rotated away is valid again'
      : '- its settings and secrets were not changed since',
  );
}

function lostText(lost) {
  return lost === null
    ? 'no event came since'
    : `sequences ${lost.from} to ${lost.to}, about, are lost to the log, and are not given again`;
}

/** Writes the events of a range, a line each. Answers how many. */
async function save(call, path, { from, to }, file) {
  const output = openSync(file, 'wx', 0o600);
  let count = 0;
  try {
    for (let after = from - 1; after !== null && after < to; ) {
      const page = await call('GET', `${path}/events?include=body&limit=100&after=${after}`);
      const events = page.events.filter(({ sequence }) => sequence <= to);
      for (const event of events) writeSync(output, `${JSON.stringify(event)}\n`);
      count += events.length;
      after = page.next;
    }
  } finally {
    closeSync(output);
  }
  return count;
}
