/**
 * `/v1/self_test`: measures on the deployment itself what no laptop can tell, for `npm run verify-deployment`. Only the admin token
 * may, every measure needs the key of a run, and each is bounded: 24 or 48 requests, ten objects, 41 invocations, two keys in KV.
 * Nothing of it stays: couriers store nothing, and what is written to KV is deleted.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Held, HeldFailure } from '../../delivery/held-requests';
import { MAX_URL_LENGTH } from '../../delivery/url-policy';
import { errorMessage } from '../../error-name';
import { checked } from '../../input/checked';
import { about, fieldsOf, text, wholeNumber } from '../../input/fields';
import { err, ok, type Result } from '../../result';
import { timeText } from '../../time';
import { ask } from '../ask';
import { readJson } from '../body';
import { inputRules } from '../deployment';
import { type ApiError, problem } from '../problem';
import { mostAtOnce } from '../self-test/at-once';
import { MAX_HOLD_MS } from '../self-test/echo';
import { kvDelay } from '../self-test/kv-delay';
import { destinationSecretOf, keyOfRun, newRun, type Run, runOfKey } from '../self-test/run';

/** Requests at once over one object; over each of several. Few enough for the 50 that a request may send on Cloudflare's Free plan. */
const OVER_ONE = 24;
const OVER_EACH = 12;
/** Worker invocations that are tried; Cloudflare allows 32. */
const MAX_INVOCATIONS = 40;

export const selfTest = new Hono<{ Bindings: Env }>();

const key = text(200);
const runKey = about('The key of this run, from `POST /v1/self_test`; good for three minutes.', key);

export const runSchema = fieldsOf({ key: runKey });
export const connectionsSchema = fieldsOf({
  key: runKey,
  url: about('The address that is called: `/self_test/echo` of this gateway.', text(MAX_URL_LENGTH)),
  couriers: about(
    'How many couriers call it, each in an object of its own.',
    v.optional(wholeNumber(1, 4), 1),
  ),
});
export const wakingSchema = fieldsOf({
  key: runKey,
  couriers: about('How many objects are woken.', v.optional(wholeNumber(1, 10), 5)),
});

/** What is asked of a run that has not expired. */
async function asked<T extends { key: string }>(
  env: Env,
  request: Request,
  schema: v.GenericSchema<unknown, T>,
): Promise<Result<{ run: Run; input: T }, ApiError>> {
  const given = await readJson(request);
  if (!given.ok) return given;
  const input = checked(schema, given.value);
  if (!input.ok) return err({ reason: 'invalid', errors: input.error });
  const run = await runOfKey(env, input.value.key, Date.now());
  if (run !== null) return ok({ run, input: input.value });
  const message = 'must be a key from POST /v1/self_test that is younger than three minutes';
  return err({ reason: 'invalid', errors: [{ path: '/key', message }] });
}

const courierName = (run: Run, name: string): string => `self-test:${run.id}:${name}`;

selfTest.post('/', async c => {
  const run = newRun(Date.now(), bytes => crypto.getRandomValues(new Uint8Array(bytes)));
  return c.json({
    run: run.id,
    key: await keyOfRun(c.env, run),
    expires_at: timeText(run.expiresAt),
    destination_secret: await destinationSecretOf(c.env, run),
  });
});

selfTest.post('/connections', async c => {
  const request = await asked(c.env, c.req.raw, connectionsSchema);
  if (!request.ok) return problem(request.error);
  const { run, input } = request.value;
  const wrong = inputRules(c.env).urlProblem(input.url);
  if (wrong !== null) return problem({ reason: 'invalid', errors: [{ path: '/url', message: wrong }] });
  const url = new URL('/self_test/echo', input.url);
  url.search = new URLSearchParams({ key: input.key, hold_ms: `${MAX_HOLD_MS}` }).toString();
  const names = Array.from({ length: input.couriers }, (_, n) =>
    courierName(run, `${n + 1} of ${input.couriers}`),
  );
  const each = input.couriers === 1 ? OVER_ONE : OVER_EACH;
  const caller = c.env.COURIERS.getByName(courierName(run, 'caller'));
  const held = await ask(async () => caller.holdThrough(names, url.href, each));
  if (!held.ok) return problem(held.error);
  return c.json(connectionsView(held.value, input.couriers));
});

function connectionsView(held: readonly Held[], couriers: number) {
  const failures: HeldFailure[] = held.flatMap(one => ('failure' in one ? [one.failure] : []));
  const [first] = failures;
  return {
    couriers,
    asked: held.length,
    at_once: mostAtOnce(held),
    failed: failures.length,
    failure:
      first === undefined
        ? null
        : { error: first.error, status: first.status, cloudflare_code: first.cloudflareCode },
  };
}

selfTest.post('/waking', async c => {
  const request = await asked(c.env, c.req.raw, wakingSchema);
  if (!request.ok) return problem(request.error);
  const { run, input } = request.value;
  const times: { first_ms: number; again_ms: number }[] = [];
  for (let n = 1; n <= input.couriers; n++) {
    const timed = async (): Promise<number> => {
      const start = Date.now();
      await c.env.COURIERS.getByName(courierName(run, `waking ${n}`)).wake();
      return Date.now() - start;
    };
    const both = await ask(async () => ({ first_ms: await timed(), again_ms: await timed() }));
    if (!both.ok) return problem(both.error);
    times.push(both.value);
  }
  return c.json({ couriers: times });
});

selfTest.post('/invocations', async c => {
  const request = await asked(c.env, c.req.raw, runSchema);
  if (!request.ok) return problem(request.error);
  const { exports } = c.executionCtx as unknown as Pick<ExecutionContext, 'exports'>;
  const health = new URL('/healthz', c.req.url).href;
  let refused: string | null = null;
  let allowed = 0;
  while (refused === null && allowed < MAX_INVOCATIONS) {
    try {
      const answer = await exports.default.fetch(health);
      await answer.body?.cancel();
      allowed++;
    } catch (error) {
      refused = errorMessage(error);
    }
  }
  return c.json({ allowed, tried: MAX_INVOCATIONS, refused });
});

selfTest.post('/kv', async c => {
  const request = await asked(c.env, c.req.raw, runSchema);
  if (!request.ok) return problem(request.error);
  const time = {
    now: () => Date.now(),
    wait: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
  };
  try {
    const delay = await kvDelay(c.env.SUBSCRIPTIONS, `self-test:${request.value.run.id}`, time);
    return c.json({ new_key_ms: delay.newKey, changed_key_ms: delay.changedKey });
  } catch {
    return problem({ reason: 'unavailable', cause: 'kv_unavailable' });
  }
});
