import { env } from 'cloudflare:workers';
import { afterEach, expect, inject, it, vi } from 'vitest';
import { type CarryDeps, carry, carrying } from '../../../src/delivery/carry';
import { Connections } from '../../../src/delivery/connections';
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import type { Notes } from '../../support/chaos-behaviours';
import { eventOf, targetOf } from '../../support/deliveries';
import { range } from '../../support/sequence';
import { VirtualTime } from '../../support/simulation/virtual-time';

const chaos = inject('chaosUrl');
const notes = async (key: string): Promise<Notes> => (await fetch(`${chaos}/notes/${key}`)).json();
const eventsNumbered = (count: number) => range(1, count).map(sequence => eventOf({ sequence }));
const real = (given: Partial<Env> = {}, connections = 6) => carrying({ ...env, ...given }, connections);
const deliver = (target: CourierTarget, events: OutgoingEvent[]) => carry(target, events, real());

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('has at most six deliveries under way, and gives the results in the order of the events', async () => {
  // The first takes longest, so that results come in another order than they are given back.
  const events = [60, 5, 40, 5, 20, 5, 30, 5, 5, 50, 5, 5, 5, 25, 5].map((ms, index) =>
    eventOf({ sequence: index + 1, query: `key=six&ms=${ms}&status=${200 + index}` }),
  );
  const results = await deliver(targetOf(`${chaos}/wait`), events);
  expect(results.map(result => result.status)).toEqual(events.map((_, index) => 200 + index));
  expect(await notes('six')).toMatchObject({ mostInFlight: 6, requests: 15 });
});

it('has at most six in all calls of a courier, and those of another are its own', async () => {
  const courier = (name: string) => env.COURIERS.getByName(`carry-test:${name}`);
  const call = (name: string) =>
    courier(name).deliver(targetOf(`${chaos}/wait?ms=40&key=courier-${name}`), eventsNumbered(8));
  const calls = await Promise.all([call('1'), call('1'), call('1'), call('2')]);
  expect(calls.flat().every(({ outcome }) => outcome === 'delivered')).toBe(true);
  expect(await notes('courier-1')).toMatchObject({ mostInFlight: 6, requests: 24 });
  expect(await notes('courier-2')).toMatchObject({ mostInFlight: 6, requests: 8 });
});

it('answers an empty batch at once', async () => {
  expect(await deliver(targetOf(`${chaos}/hang`), [])).toEqual([]);
});

it('gives a failure as a result and goes on', async () => {
  const results = await deliver(targetOf(`${chaos}/reset`), eventsNumbered(8));
  expect(results).toHaveLength(8);
  expect(results.every(result => result.error === 'connection')).toBe(true);
});

it('begins nothing after a failure where the order counts', async () => {
  const events = [200, 200, 500, 200, 200, 200].map((status, index) =>
    eventOf({ sequence: index + 1, query: `key=in-order&status=${status}` }),
  );
  const results = await deliver(targetOf(`${chaos}/answer`, { inOrder: true }), events);
  expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'failed']);
  expect(await notes('in-order')).toMatchObject({ requests: 3, mostInFlight: 1 });
});

it('leaves what it could not begin within five seconds, without an attempt', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const delivering = deliver(targetOf(`${chaos}/wait?ms=100&key=window`), eventsNumbered(20));
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
  const deps = real({ ALLOW_PRIVATE_DESTINATIONS });
  const results = await carry(targetOf(`${chaos}/answer`), [eventOf()], deps);
  expect(results.map(result => result.error)).toEqual([error]);
});

it('that a limit of the platform prevents, is no attempt, and ends the call', async () => {
  const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
  let asked = 0;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    if (++asked > 2) throw new Error('Too many subrequests by single Worker invocation.');
    return new Response();
  });
  const results = await carry(targetOf('https://a.example.com/'), eventsNumbered(20), {
    ...real({}, 1),
  });
  expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
  expect(asked).toBe(3);
  expect(lines).toHaveBeenCalledWith(expect.stringMatching(/"event":"call_limited".*"webhook_id":42/));
});

/** Calls over one connection, on a clock that stands; `ms` is how long a receiver takes. */
function overOneConnection(ms: number): { time: VirtualTime; deps: CarryDeps; begun: [number, number][] } {
  const time = new VirtualTime(0);
  const clock = { now: () => time.now, later: time.later };
  const begun: [number, number][] = [];
  const attempt = async (_: CourierTarget, { sequence }: OutgoingEvent): Promise<AttemptResult> => {
    begun.push([sequence, time.now]);
    const at = time.now;
    await time.sleep(ms);
    const durationMs = time.now - at;
    return { outcome: 'delivered', status: 200, error: null, at, durationMs, retryAfterMs: null };
  };
  return { time, begun, deps: { connections: new Connections(1, clock), clock, attempt } };
}

it('does not count the wait for a connection: an attempt begins when it has one', async () => {
  const { time, deps, begun } = overOneConnection(3000);
  const first = carry(targetOf('https://a.example.com/'), [eventOf({ sequence: 1 })], deps);
  const second = carry(targetOf('https://b.example.com/'), [eventOf({ sequence: 2 })], deps);
  await time.runUntil(10_000);
  expect(begun).toEqual([
    [1, 0],
    [2, 3000],
  ]);
  expect((await first)[0]).toMatchObject({ at: 0, durationMs: 3000 });
  expect((await second)[0]).toMatchObject({ at: 3000, durationMs: 3000 });
});

it('begins nothing when no connection comes free in time, and the connection is not lost', async () => {
  const { time, deps, begun } = overOneConnection(20_000);
  const held = carry(targetOf('https://a.example.com/'), [eventOf({ sequence: 1 })], deps);
  const left = carry(targetOf('https://b.example.com/'), eventsNumbered(3), deps);
  await time.runUntil(5000);
  expect(await left).toEqual([]);
  await time.runUntil(20_000);
  expect(await held).toHaveLength(1);
  const next = carry(targetOf('https://c.example.com/'), [eventOf({ sequence: 9 })], deps);
  await time.runUntil(40_000);
  expect(await next).toHaveLength(1);
  expect(begun.map(([sequence]) => sequence)).toEqual([1, 9]);
});
