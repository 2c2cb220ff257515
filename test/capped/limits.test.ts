/** The capped runtime is as strict as production: else what passes in it would show nothing. */
import { createExecutionContext } from 'cloudflare:test';
import { env, WorkerEntrypoint } from 'cloudflare:workers';
import { expect, inject, it } from 'vitest';
import { asTopLevel, capped } from '../support/capped/top-level';
import type { Notes } from '../support/chaos-behaviours';
import { range } from '../support/sequence';

const chaos = inject('chaosUrl');
const notes = async (key: string): Promise<Notes> => (await fetch(`${chaos}/notes/${key}`)).json();
const waits = (key: string) => `${chaos}/wait?ms=30&key=${key}`;
const get = async (url: string, signal?: AbortSignal): Promise<number> => {
  const response = await fetch(url, signal === undefined ? {} : { signal });
  await response.text();
  return response.status;
};

class Fetching extends WorkerEntrypoint<Env> {
  fetches(url: string): Promise<number> {
    return get(url);
  }
}

/** An object, of which there may be several, and the entrypoint that it calls through a binding. */
const entrypoint = new (capped(Fetching))(createExecutionContext(), env);
class Holder {
  readonly ctx = { exports: { Fetching: { fetches: entrypoint.fetches.bind(entrypoint) } } };

  all(url: string, count: number): Promise<number[]> {
    return Promise.all(range(1, count).map(() => get(url)));
  }

  /** After a turn of the timer, as an alarm or a retry does. */
  async later(url: string, count: number): Promise<number[]> {
    await scheduler.wait(1);
    return this.all(url, count);
  }

  async byBinding(url: string, count: number): Promise<number> {
    const calls = await Promise.allSettled(range(1, count).map(() => this.ctx.exports.Fetching.fetches(url)));
    return calls.filter(({ status }) => status === 'rejected').length;
  }
}
const CappedHolder = capped(Holder);

const came = async (key: string): Promise<number> => {
  const tally: { requests: number } = await (await fetch(`${chaos}/tallies/${key}`)).json();
  return tally.requests;
};

/** Calls wait for answers that nobody gives until so many requests have come, and no more do. */
async function holds(key: string, most: number, calls: (url: string) => Promise<unknown>): Promise<void> {
  const ended = calls(`${chaos}/tally/${key}`);
  await expect.poll(() => came(key)).toBe(most);
  await scheduler.wait(100);
  expect(await came(key)).toBe(most);
  await fetch(`${chaos}/tallies/${key}`, { method: 'PUT' });
  await ended;
}

it('lets an object wait for six answers at a time, in all that is asked of it', async () => {
  const holder = new CappedHolder();
  await holds('one-object', 6, url =>
    Promise.all([holder.all(url, 5), holder.later(url, 5), holder.all(url, 5)]),
  );
  expect(await came('one-object')).toBe(15);
});

it('gives every object six of its own, also where one calls the other', async () => {
  await holds('three-objects', 18, url =>
    asTopLevel(() => Promise.all(range(1, 3).map(() => new CappedHolder().all(url, 6)))),
  );
});

it('takes a while to wake an object, once', async () => {
  const holder = new CappedHolder();
  const first = holder.all(waits('waking'), 1);
  const soonest = await Promise.race([first.then(() => 'sent'), scheduler.wait(60).then(() => 'asleep')]);
  expect(soonest).toBe('asleep');
  await first;
  const again = holder.all(waits('waking'), 1);
  await expect.poll(async () => (await notes('waking')).requests).toBe(2);
  await again;
});

it('shares them with Workers that are called through bindings', async () => {
  const holder = new CappedHolder();
  await holds('bindings', 6, async url => expect(await holder.byBinding(url, 20)).toBe(0));
  expect(await came('bindings')).toBe(20);
});

it('lets no more than 32 Workers be invoked', async () => {
  expect(await new CappedHolder().byBinding(waits('too-many'), 40)).toBe(8);
});

it('keeps a seventh fetch unsent, and its time runs on', async () => {
  const controllers = range(1, 7).map(() => new AbortController());
  const ended = asTopLevel(() =>
    Promise.allSettled(controllers.map(({ signal }) => get(`${chaos}/hang?key=seventh`, signal))),
  );
  await expect.poll(async () => (await notes('seventh')).inFlight).toBe(6);
  controllers[6]?.abort(new Error('its timeout'));
  for (const controller of controllers) controller.abort(new Error('over'));
  const [seventh] = (await ended).slice(6);
  expect(seventh).toMatchObject({ status: 'rejected', reason: { message: 'its timeout' } });
  expect((await notes('seventh')).requests).toBe(6);
});
