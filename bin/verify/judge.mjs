/**
 * What the measures mean. Pure: answers a list of findings `{ name, verdict, measured, means }`. `verdict` is `ok`, `unexpected` (it
 * works, but a value is not what the gateway counts on) or `failed`; `means` says what follows for settings, or what to do.
 */

/** Requests of one object that Cloudflare lets wait for headers (docs/delivery.md#connections). */
const CONNECTIONS = 6;
const COURIERS = 24;
const INVOCATIONS = 32;
/** A provider that waits for 5 s, as Shopify does, still gets its answer. */
const SLOW_MS = 3000;

/** @param found what `measureAll` answered */
export function judgeAll(found, url) {
  return [
    judged('reaches itself', found.echo, () => reach(found)),
    judged('connections, one object', found.oneCourier, oneCourier),
    judged('connections, four couriers', found.fourCouriers, fourCouriers),
    judged('Worker invocations', found.invocations, invocations),
    judged('waking a new object', found.waking, waking),
    judged('waking an idle object', found.idle, waking),
    judged('KV', found.kv, kv),
    judged('an event, there and back', found.roundTrip, trip => event(trip, url)),
    judged('cleaning up', found.cleanup, cleanedUp),
  ];
}

/** `failed` over `unexpected` over `ok`. */
export function worst(findings) {
  const verdicts = findings.map(({ verdict }) => verdict);
  return ['failed', 'unexpected'].find(verdict => verdicts.includes(verdict)) ?? 'ok';
}

function judged(name, found, judge) {
  if (found.trouble === undefined) return { name, ...judge(found) };
  return { name, verdict: 'failed', measured: 'not measured', means: found.trouble };
}

const finding = (verdict, measured, means) => ({ verdict, measured, means });

function reach({ echo, oneCourier }) {
  if (echo.status !== 200) {
    return finding(
      'failed',
      `the echo answers ${echo.status} from here`,
      'POST /self_test/echo has to reach the gateway. Let it past WAF rules, Cloudflare Access and bot protection.',
    );
  }
  if (oneCourier.trouble !== undefined)
    return finding('failed', 'from here; from its objects is not known', '');
  const { failure } = oneCourier;
  if (failure === null) return finding('ok', `from here in ${echo.ms} ms, and from its objects`, '');
  return finding('failed', `from here, but not from its objects: ${said(failure)}`, remedy(failure));
}

const said = ({ error, status, cloudflare_code: code }) =>
  [status === null ? error : `answered ${status}`, code === null ? null : `error ${code}`]
    .filter(part => part !== null)
    .join(', ');

/** Why a gateway does not reach its own address, and what to do. */
function remedy({ status, cloudflare_code: code }) {
  if (code === 1042) {
    return 'Cloudflare lets no Worker fetch one of its own zone without global_fetch_strictly_public: put compatibility_flags of wrangler.toml back, and deploy.';
  }
  if (code === 1019)
    return 'The request went in a circle: another Worker or rule sends this address to itself.';
  if ([522, 523, 530].includes(status)) {
    return 'The address leads to an origin that is not there. Give the Worker the host as custom_domain = true (docs/deploy.md#a-domain-of-your-own), and keep global_fetch_strictly_public.';
  }
  if ([401, 403, 429, 503].includes(status)) {
    return 'Something in front of the gateway refuses its own requests: let POST /self_test/* past WAF rules, Cloudflare Access and bot protection. Destinations elsewhere are not touched by that.';
  }
  if (status !== null && status >= 300 && status < 400) {
    return 'The address redirects. Verify the address that it redirects to, and set PUBLIC_URL to that.';
  }
  if (status === null) {
    return 'No answer. On a laptop: the address must be one that the gateway itself can reach. Deployed: a new domain may take some minutes.';
  }
  return 'Something else answers at this address. Is it the one of this deployment?';
}

const NOT_COUNTED = 'Not measured, as the gateway does not reach itself (above).';

/** What keeps the number from meaning anything, or null. */
function uncounted({ asked, failed }) {
  if (failed === 0) return null;
  if (failed === asked) return finding('failed', 'none arrived', NOT_COUNTED);
  return finding(
    'failed',
    `${failed} of ${asked} requests failed`,
    'Run again; if it stays so, destinations fail like that, too.',
  );
}

const atOnce = ({ asked, at_once: count }) =>
  count >= asked ? `all ${asked} at once` : `${count} of ${asked} at once`;

function oneCourier(found) {
  const count = found.at_once;
  const judgement = uncounted(found);
  if (judgement !== null) return judgement;
  if (count < CONNECTIONS) {
    return finding(
      'unexpected',
      atOnce(found),
      `The gateway counts on ${CONNECTIONS}; beyond ${count}, deliveries wait unsent while their timeout runs. Set max_in_flight of destinations to ${Math.max(1, count - 1)}, and report this.`,
    );
  }
  const means =
    count === CONNECTIONS
      ? 'As the gateway counts. A destination with a higher max_in_flight is served by couriers, too.'
      : `More than the ${CONNECTIONS} that the gateway uses: as on a laptop, where nothing limits them.`;
  return finding('ok', atOnce(found), means);
}

function fourCouriers(found) {
  const wanted = 4 * CONNECTIONS;
  const judgement = uncounted(found);
  if (judgement !== null) return judgement;
  if (found.at_once > wanted) {
    const means = `More than the ${wanted} that four couriers use: as on a laptop, where nothing limits them.`;
    return finding('ok', atOnce(found), means);
  }
  if (found.at_once === wanted) {
    const means = `Each courier has its own ${CONNECTIONS}: ${COURIERS} of them have ${COURIERS * CONNECTIONS}, and max_in_flight has effect up to its highest, 128.`;
    return finding('ok', atOnce(found), means);
  }
  return finding(
    'unexpected',
    atOnce(found),
    `Couriers share connections: ${wanted} were expected. A destination that hangs may slow others of its webhook. Keep the max_in_flight of a webhook's destinations at ${Math.max(1, found.at_once - 1)} together, give destinations that hang a webhook of their own, and report this.`,
  );
}

function invocations({ allowed, tried, refused }) {
  if (allowed >= tried) return finding('ok', `${tried} or more a request`, 'No limit met: as on a laptop.');
  const measured = `${allowed} a request${refused ? ` (${refused})` : ''}`;
  if (allowed >= INVOCATIONS)
    return finding('ok', measured, 'No limit of the gateway: its couriers are objects.');
  return finding(
    'unexpected',
    measured,
    `${INVOCATIONS} were expected. The gateway needs none, so nothing follows; report this.`,
  );
}

function waking({ couriers }) {
  const first = middle(couriers.map(({ first_ms: ms }) => ms));
  const again = middle(couriers.map(({ again_ms: ms }) => ms));
  const measured = `${first} ms, then ${again} ms a call`;
  if (first <= SLOW_MS)
    return finding('ok', measured, `The first event after a pause is answered that much later.`);
  return finding(
    'unexpected',
    measured,
    'A provider that waits 5 s only may give up on the first event after a pause, and send it again. Make webhooks with a location_hint near the provider.',
  );
}

const middle = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function kv({ new_key_ms: newKey, changed_key_ms: changedKey }) {
  const shown = ms => (ms === null ? 'not within 10 s' : `after ${ms} ms`);
  return finding(
    'ok',
    `a new key seen ${shown(newKey)}, a changed one ${shown(changedKey)}`,
    'Up to a minute is usual, elsewhere too. Events do not wait for it: objects judge them. Lists and answers to handshakes may be that old.',
  );
}

function event({ ingestUrl, accepted, forged, ackMs, deliveredMs, attempts, lastError }, url) {
  if (accepted !== 200) {
    return finding(
      'failed',
      `a signed event was answered ${accepted}`,
      `POST /in/* has to reach the gateway from anywhere: let it past WAF rules, Cloudflare Access and bot protection.`,
    );
  }
  if (forged !== 401) {
    return finding(
      'failed',
      `a forged event was answered ${forged}, not 401`,
      'Something in front of the gateway answers in its place.',
    );
  }
  if (deliveredMs === null) {
    const last = lastError === null ? '' : `, the last ended with ${lastError}`;
    return finding(
      'failed',
      `answered in ${ackMs} ms, not delivered after ${attempts} attempts${last}`,
      'If the gateway does not reach itself (above), destinations elsewhere may still be reached. Else see its log: npx wrangler tail.',
    );
  }
  const measured = `answered in ${ackMs} ms, delivered and its signature found right ${deliveredMs} ms later; a forged one refused`;
  if (new URL(ingestUrl).origin === url) return finding('ok', measured, '');
  return finding(
    'unexpected',
    measured,
    `Providers are given ${new URL(ingestUrl).origin}, not ${url}: set PUBLIC_URL to the address that they are to use.`,
  );
}

function cleanedUp({ swept, left }) {
  if (left > 0) {
    return finding(
      'failed',
      'the temporary webhook is still there',
      'Its name begins with "self-test": delete it, or run this again in ten minutes, which does.',
    );
  }
  const before = swept === 0 ? '' : ` ${swept} webhooks that earlier runs left behind were deleted, too.`;
  return finding('ok', `nothing is left.${before}`, '');
}
