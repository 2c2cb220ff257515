/**
 * How long KV takes to show here what was written here: a key that is new, and one whose value was read before. It is read as the
 * edge reads webhooks, so what a colo remembers counts. The key goes by itself where this is interrupted.
 */
import { CACHE_TTL_SECONDS } from '../../subscriptions/store';

const POLL_MS = 250;
/** For each of the two; a request may take 30 s. */
const PATIENCE_MS = 10_000;
/** KV takes one write of a key per second. */
const WRITE_INTERVAL_MS = 1100;
const LEFTOVER_SECONDS = 300;

export type KvDelay = {
  /** ms; null where it was not seen within 10 s */
  newKey: number | null;
  changedKey: number | null;
};

type Time = { now: () => number; wait: (ms: number) => Promise<void> };

/** Rejects where KV fails. */
export async function kvDelay(kv: KVNamespace, key: string, time: Time): Promise<KvDelay> {
  try {
    const newKey = await untilSeen(kv, key, 'first', time);
    await time.wait(WRITE_INTERVAL_MS);
    return { newKey, changedKey: await untilSeen(kv, key, 'second', time) };
  } finally {
    await time.wait(WRITE_INTERVAL_MS);
    await kv.delete(key).catch(() => {});
  }
}

async function untilSeen(kv: KVNamespace, key: string, value: string, time: Time): Promise<number | null> {
  await kv.put(key, value, { expirationTtl: LEFTOVER_SECONDS });
  for (const start = time.now(); time.now() - start < PATIENCE_MS; await time.wait(POLL_MS)) {
    const seen = await kv.get(key, { cacheTtl: CACHE_TTL_SECONDS });
    if (seen === value) return time.now() - start;
  }
  return null;
}
