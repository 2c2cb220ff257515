/**
 * Has the gateway measure, one thing after the other. Answers by name what each measure answered, or `{ trouble: '…' }` where it
 * failed: one that fails keeps none of the others from being made.
 */
import { NoGateway, Trouble } from './ask.mjs';
import { roundTrip, sweep } from './round-trip.mjs';
import { pause } from './until.mjs';

/** An object leaves memory after 10 s without anything to do. */
const IDLE_SECONDS = 15;
const OBJECTS = 5;

/**
 * @param gateway as of ask.mjs
 * @param progress is told what is being measured
 * @param cleanups functions to call when this process is told to end
 */
export async function measureAll(gateway, progress, cleanups) {
  progress('the gateway');
  const health = await gateway.send('/healthz', { method: 'GET' });
  if (health.json?.status !== 'ok') {
    throw new NoGateway(`${gateway.url}/healthz answers ${health.status}: that is no gateway of this kind.`);
  }
  const run = await gateway.manage('POST', '/v1/self_test');
  const ask = (measure, more = {}) =>
    gateway.manage('POST', `/v1/self_test/${measure}`, { key: run.key, ...more });
  const connections = couriers => ask('connections', { url: gateway.url, couriers });

  const found = { version: health.json.version };
  const step = async (name, what, measure) => {
    progress(what);
    found[name] = await measure().catch(error => {
      if (error instanceof Trouble) return { trouble: error.message };
      throw error;
    });
  };

  await step('echo', 'the echo', () => gateway.send(`/self_test/echo?key=${run.key}`));
  await step('waking', 'objects that are new', () => ask('waking', { couriers: OBJECTS }));
  const idleFrom = performance.now();
  await step('oneCourier', 'connections of one object', () => connections(1));
  await step('fourCouriers', 'connections of four couriers', () => connections(4));
  await step('invocations', 'Workers that a request may invoke', () => ask('invocations'));
  await step('roundTrip', 'an event, from the provider to a destination', () =>
    roundTrip(gateway, run, cleanups),
  );
  await step('cleanup', 'what earlier runs left behind', async () => ({
    swept: await sweep(gateway),
    left: cleanups.size,
  }));
  await step('kv', 'how long KV takes', () => ask('kv'));
  progress('objects that are idle');
  await pause(Math.max(0, IDLE_SECONDS - (performance.now() - idleFrom) / 1000));
  await step('idle', 'objects that are idle', () => ask('waking', { couriers: OBJECTS }));
  return found;
}
