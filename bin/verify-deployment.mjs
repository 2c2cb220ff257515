/**
 * `npm run verify-deployment -- https://gateway.example.com`: the first thing after a deploy. Has the deployed gateway measure what
 * cannot be known on a laptop, sends an event through it, and says what that means for settings. Takes half a minute; leaves nothing
 * behind, also when it is interrupted.
 */

import { gatewayAddress, isPrivate } from './address.mjs';
import { argumentsOf } from './arguments.mjs';
import { whenToldToEnd } from './told-to-end.mjs';
import { gatewayAt, NoGateway, Trouble } from './verify/ask.mjs';
import { judgeAll, worst } from './verify/judge.mjs';
import { measureAll } from './verify/measure.mjs';
import { end, print, progress } from './verify/print.mjs';
import { adminToken } from './verify/token.mjs';

const HELP = `Usage: npm run verify-deployment -- https://gateway.example.com [--json]

Measures on a deployment: connections of one object and of four couriers, Worker invocations of a request, how long
objects take to wake up and KV to show what was written; and sends a signed event through a temporary webhook to the
gateway's own receiver. Takes half a minute, and removes what it made.

The admin token comes from ADMIN_TOKEN in the environment, from standard input, or is asked for.

  --json   one JSON document on standard output (npm run -s keeps npm's own lines away)
  --help   this

Exit code: 0 all is well; 3 it works, but a value is not what the gateway counts on; 1 something does not work;
2 nothing could be measured (address, token, arguments).`;

const EXIT = { ok: 0, failed: 1, unexpected: 3 };

const args = argumentsOf(HELP, { flags: ['--json'], words: 1 });
const asJson = args.includes('--json');
/** What to undo when this process is told to end. */
const cleanups = new Set();

whenToldToEnd(() => Promise.allSettled([...cleanups].map(cleanup => cleanup())));

try {
  process.exitCode = await verify();
} catch (error) {
  end();
  if (!(error instanceof Trouble)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof NoGateway ? 2 : 1;
}

async function verify() {
  const url = addressOf(args);
  const token = await adminToken();
  if (token === '') {
    throw new NoGateway(
      'No admin token: put it into ADMIN_TOKEN (read -rs ADMIN_TOKEN; export ADMIN_TOKEN), or pipe it in.',
    );
  }
  const found = await measureAll(gatewayAt(url, token), what => progress(what), cleanups);
  end();
  const findings = judgeAll(found, url);
  const verdict = worst(findings);
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ url, verdict, findings, measured: found }, null, 2)}\n`);
  } else print(url, found.version, findings, verdict);
  return EXIT[verdict];
}

/** The origin that is to be verified. */
function addressOf(given) {
  const url = gatewayAddress(given);
  if (url === null) throw new NoGateway(`No address.\n\n${HELP}`);
  if (isPrivate(url)) return url;
  throw new NoGateway(
    `${url}: only https, as the admin token is sent there (http on this machine itself is fine).`,
  );
}
