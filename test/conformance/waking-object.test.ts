/**
 * An object that takes its time to wake. Many requests wait for it through the call of one of them, and then have nothing of their own
 * on the way. The runtime ends a request as hung that waits for another request alone, as soon as its thread is idle.
 */
import { expect, inject, it } from 'vitest';
import { clientOf, shipstreamEvent } from '../support/client';
import { pause } from '../support/eventually';

/** The runtime takes an object out of memory after ten seconds without a call, or a little later where the machine is busy. */
const ASLEEP_MS = 12_000;
/** To wake takes 120 ms. */
const WOKEN_MS = 100;
/** Most of them go along with the calls of others, of which few run at once. */
const REQUESTS = 40;

it('answers everybody who comes while an object wakes, and stores each event once', async () => {
  const client = clientOf(inject('gateway'));
  const { webhook_id: id } = await client.shipstream(null);
  let last = 0;
  let slept = false;
  for (let tries = 1; tries <= 3 && !slept; tries++) {
    await pause(ASLEEP_MS);
    const numbers = Array.from({ length: REQUESTS }, () => ++last);
    const began = Date.now();
    const answers = await Promise.all(numbers.map(nr => client.sendShipstream(id, shipstreamEvent(nr))));
    slept = Date.now() - began > WOKEN_MS;
    expect(answers.map(({ status, json }) => [status, json.status, json.increment_id])).toEqual(
      numbers.map(nr => [200, 'accepted', nr]),
    );
  }
  expect(slept).toBe(true);
  const stored = (await client.events(id)).map(({ increment_id }) => increment_id);
  expect(stored.toSorted((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: last }, (_, i) => i + 1),
  );
});
