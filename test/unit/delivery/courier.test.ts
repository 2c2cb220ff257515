import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, inject, it, vi } from 'vitest';
import { Courier } from '../../../src/delivery/courier';
import type { Notes } from '../../support/chaos-behaviours';
import { eventOf, targetOf } from '../../support/deliveries';

const chaos = inject('chaosUrl');
const courier = (given: Partial<Env> = {}) => new Courier(createExecutionContext(), { ...env, ...given });
const notes = async (key: string): Promise<Notes> => (await fetch(`${chaos}/notes/${key}`)).json();
const eventsNumbered = (count: number) =>
  Array.from({ length: count }, (_, index) => eventOf({ sequence: index + 1 }));

afterEach(() => {
  vi.useRealTimers();
});

it('has at most six deliveries under way, and gives the results in the order of the events', async () => {
  // The first takes longest, so that results come in another order than they are given back.
  const events = [60, 5, 40, 5, 20, 5, 30, 5, 5, 50, 5, 5, 5, 25, 5].map((ms, index) =>
    eventOf({ sequence: index + 1, query: `key=six&ms=${ms}&status=${200 + index}` }),
  );
  const results = await courier().deliver(targetOf(`${chaos}/wait`), events);
  expect(results.map(result => result.status)).toEqual(events.map((_, index) => 200 + index));
  expect(await notes('six')).toMatchObject({ mostInFlight: 6, requests: 15 });
});

it('answers an empty batch at once', async () => {
  expect(await courier().deliver(targetOf(`${chaos}/hang`), [])).toEqual([]);
});

it('gives a failure as a result and goes on', async () => {
  const results = await courier().deliver(targetOf(`${chaos}/reset`), eventsNumbered(8));
  expect(results).toHaveLength(8);
  expect(results.every(result => result.error === 'connection')).toBe(true);
});

it('begins nothing after a failure where the order counts', async () => {
  const events = [200, 200, 500, 200, 200, 200].map((status, index) =>
    eventOf({ sequence: index + 1, query: `key=in-order&status=${status}` }),
  );
  const results = await courier().deliver(targetOf(`${chaos}/answer`, { inOrder: true }), events);
  expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'failed']);
  expect(await notes('in-order')).toMatchObject({ requests: 3, mostInFlight: 1 });
});

it('leaves what it could not begin within five seconds, without an attempt', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const delivering = courier().deliver(targetOf(`${chaos}/wait?ms=100&key=window`), eventsNumbered(20));
  vi.setSystemTime(Date.now() + 5000);
  const results = await delivering;
  expect(results).toHaveLength(6);
  expect(results.every(result => result.outcome === 'delivered')).toBe(true);
  expect((await notes('window')).requests).toBe(6);
});

it.each([
  ['', 'refused_url'],
  ['0', 'refused_url'],
  ['1', null],
])('ALLOW_PRIVATE_DESTINATIONS=%j: %s', async (ALLOW_PRIVATE_DESTINATIONS, error) => {
  const results = await courier({ ALLOW_PRIVATE_DESTINATIONS }).deliver(targetOf(`${chaos}/answer`), [
    eventOf(),
  ]);
  expect(results.map(result => result.error)).toEqual([error]);
});
