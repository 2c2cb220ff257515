/**
 * An object that takes its time to wake. Many requests wait for it through the call of one of them, and then have nothing of their own
 * on the way. The runtime ends a request as hung that waits for another request alone, as soon as its thread is idle.
 */
import { expect, inject, it } from 'vitest';
import { clientOf, shipstreamEvent } from '../support/client';
import { pause } from '../support/eventually';

/** The runtime takes an object out of memory after ten seconds without a call. */
const ASLEEP_MS = 11_000;
/** Most of them go along with the calls of others, of which few run at once. */
const REQUESTS = 40;

it('answers everybody who comes while an object wakes, and stores each event once', async () => {
  const client = clientOf(inject('gateway'));
  const { webhook_id: id } = await client.shipstream(null);
  await client.sendShipstream(id, shipstreamEvent(1));
  await pause(ASLEEP_MS);
  const numbers = Array.from({ length: REQUESTS }, (_, i) => i + 2);
  const began = Date.now();
  const answers = await Promise.all(numbers.map(nr => client.sendShipstream(id, shipstreamEvent(nr))));
  // It did sleep.
  expect(Date.now() - began).toBeGreaterThan(100);
  expect(answers.map(({ status, json }) => [status, json.status, json.increment_id])).toEqual(
    numbers.map(nr => [200, 'accepted', nr]),
  );
  expect(new Set(answers.map(({ json }) => json.sequence)).size).toBe(REQUESTS);
});
