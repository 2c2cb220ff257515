/**
 * `npm run demo`: shows on this machine, in a few seconds, what the gateway does with events that are missing, repeated,
 * late or forged. Uses the gateway that runs (GAPLESS_URL [http://127.0.0.1:8787]), or starts one for the time of the demo.
 * Leaves nothing behind. With `--stay` all of it stays until Ctrl-C, to be looked at in the page. Exits with 1 and one sentence where the
 * gateway does not do what the demo says.
 */
import { argumentsOf } from './arguments.mjs';
import { findOrStartGateway } from './demo/gateway.mjs';
import { bold, facts, line } from './demo/print.mjs';
import { startReceiver } from './demo/receiver.mjs';
import { createWebhook, tell } from './demo/story.mjs';
import { Unexpected } from './demo/until.mjs';
import { whenToldToEnd } from './told-to-end.mjs';

const usage = `npm run demo [-- --stay]

Shows on this machine, in a few seconds, what the gateway does with events that are missing, repeated, late or forged.
Uses the gateway at GAPLESS_URL [http://127.0.0.1:8787], or starts one for the time of the demo. Leaves nothing behind.

  --stay  says where to look at it in a browser, and leaves it there until Ctrl-C`;
const stays = argumentsOf(usage, { flags: ['--stay'] }).includes('--stay');

/** Steps that clean up, the latest first. They run however the demo ends. */
const undo = [];

if (process.env.npm_lifecycle_event !== undefined) await import('./end-with-parent.mjs');

/** It was told to the end: who stops it now, does so as they were told to. */
let told = false;
/** The clean-up, from when it began: who is told to end during it waits for it. */
let cleaning = null;
const cleanUp = () => (cleaning ??= undoAll());
whenToldToEnd(cleanUp, () => (told ? 0 : 130));

try {
  await demo();
  if (stays) {
    told = true;
    await new Promise(() => setInterval(() => {}, 60_000));
  }
  await cleanUp();
  line(bold('\nEverything happened as told. The webhook of the demo is deleted again.'));
} catch (error) {
  process.stderr.write(
    `\nThe demo stops here. ${error instanceof Unexpected ? error.message : error.stack}\n`,
  );
  await cleanUp().catch(() => {});
  process.exitCode = 1;
}

/** Runs every step, also after one has failed. */
async function undoAll() {
  const step = undo.pop();
  if (!step) return;
  try {
    await step();
  } finally {
    await undoAll();
  }
}

async function demo() {
  const gateway = await findOrStartGateway(undo);
  let webhook = null;
  const receiver = await startReceiver(() => webhook.destinations[0].secret_key);
  undo.push(receiver.close);
  const api = (method, path, input) => call(gateway, method, path, input);

  const made = createWebhook(api, receiver.url);
  // There before the answer is: who is told to end meanwhile leaves no webhook either.
  undo.push(() =>
    made.then(
      ({ webhook_id: id }) => api('DELETE', `/v1/webhooks/${id}`),
      () => {},
    ),
  );
  webhook = await made;
  // Not `ingest_url`: that may be the gateway's public address, and the demo stays on this machine.
  const ingest = `${gateway.url}/in/${webhook.webhook_id}`;
  line(bold('Gapless: a webhook gateway that knows what it missed\n'));
  facts({
    gateway: `${gateway.url}${gateway.own ? ' (started for this demo)' : ''}`,
    webhook: `${ingest} (the address that ShipStream would be given)`,
    receiver: `${receiver.url} (where the events go)`,
  });
  await tell(api, webhook, ingest, receiver);
  if (stays) sayWhereToLook(gateway, webhook);
}

/** The token of a gateway that somebody else started is theirs, and not shown. */
function sayWhereToLook({ url, token, own }, { webhook_id: id }) {
  line(bold('\nEverything happened as told. Look at it in a browser: which ids are missing?'));
  facts({
    page: `${url}/webhooks/${id}`,
    token: own
      ? `${token} (of this demo alone: paste it where the page asks for one)`
      : 'the admin token of the gateway',
  });
  line('\nIt stays until you press Ctrl-C; then the webhook of the demo is deleted again.');
}

/** One call of the REST API; answers the JSON of a success. */
async function call({ url, token }, method, path, input) {
  const request = {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  };
  if (input) request.body = JSON.stringify(input);
  const response = await fetch(url + path, request).catch(error => {
    throw new Unexpected(`The gateway at ${url} does not answer: ${error.message}.`);
  });
  const text = await response.text();
  if (!response.ok) throw new Unexpected(`${method} ${path} was answered ${response.status}: ${text}`);
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Unexpected(`What answers at ${url} is no gateway: ${method} ${path} brought no JSON.`);
  }
}
