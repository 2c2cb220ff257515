/**
 * KV as it is in production and not on one machine: what it answers, a missing key too, may be as it was up to a minute
 * ago; and it refuses a second write of a key within a second. Here it always answers as it was.
 *
 * The bindings of a test, of the Worker and of its objects are of one class, whose methods are replaced. The value before
 * the fixture is what KV has then. Time is `Date.now()`, so that a test can move it.
 */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

const WRITE_INTERVAL_MS = 1000;

type Version = { at: number; value: string | null };

/** Until `vi.restoreAllMocks()`. @param lagMs how old the answers are */
export function laggingKv(lagMs = 60_000): {
  refusedWrites: () => number;
  refuseWrites: (all: boolean) => void;
} {
  const prototype = Object.getPrototypeOf(env.SUBSCRIPTIONS) as KVNamespace;
  // The overload for one key.
  const get = prototype.get as (key: string, type: 'text') => Promise<string | null>;
  const real = { get, put: prototype.put, delete: prototype.delete, list: prototype.list };
  const history = new Map<string, Version[]>();
  let refused = 0;
  let refusesAll = false;

  const before = (kv: KVNamespace, key: string): Promise<string | null> => real.get.call(kv, key, 'text');
  /** What a reader is told. */
  async function seen(kv: KVNamespace, key: string): Promise<string | null> {
    const versions = history.get(key);
    if (versions === undefined) return before(kv, key);
    return versions.findLast(({ at }) => at <= Date.now() - lagMs)?.value ?? null;
  }
  async function write(kv: KVNamespace, key: string, value: string | null): Promise<void> {
    const versions = history.get(key) ?? [{ at: Number.NEGATIVE_INFINITY, value: await before(kv, key) }];
    history.set(key, versions);
    const last = versions.at(-1)?.at ?? 0;
    if (refusesAll || (value !== null && Date.now() - last < WRITE_INTERVAL_MS)) {
      refused++;
      throw new Error('KV PUT failed: 429 Too Many Requests');
    }
    versions.push({ at: Date.now(), value });
    if (value === null) await real.delete.call(kv, key);
    else await real.put.call(kv, key, value);
  }

  vi.spyOn(prototype, 'get').mockImplementation(async function get(
    this: KVNamespace,
    keys: string | string[],
  ) {
    if (typeof keys === 'string') return seen(this, keys);
    const found = await Promise.all(keys.map(async key => [key, await seen(this, key)] as const));
    return new Map(found);
  } as never);
  vi.spyOn(prototype, 'put').mockImplementation(async function put(
    this: KVNamespace,
    key: string,
    value: string,
  ) {
    await write(this, key, value);
  } as never);
  vi.spyOn(prototype, 'delete').mockImplementation(async function remove(this: KVNamespace, key: string) {
    await write(this, key, null);
  } as never);
  vi.spyOn(prototype, 'list').mockImplementation(async function list(
    this: KVNamespace,
    { prefix = '' }: { prefix?: string } = {},
  ) {
    const listed = await real.list.call(this, { prefix });
    const names = new Set([...listed.keys.map(({ name }) => name), ...history.keys()]);
    const shown = await Promise.all(
      [...names]
        .filter(name => name.startsWith(prefix))
        .map(async name => ((await seen(this, name)) === null ? [] : [{ name }])),
    );
    return { keys: shown.flat(), list_complete: true, cacheStatus: null };
  } as never);
  return {
    refusedWrites: () => refused,
    refuseWrites: all => {
      refusesAll = all;
    },
  };
}
