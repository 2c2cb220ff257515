/**
 * The hourly round (`[triggers] crons`): wakes the webhooks whose last known due time has passed. The platform gives an alarm up
 * after six failures, and an object that nobody calls would then sleep on with work due. An object that wakes sets its alarm.
 *
 * What webhooks said is one value in KV, `alarms`, which this round alone reads and writes: objects write nothing for it. For
 * 10,000 webhooks an hour costs 12 KV operations and as many calls as webhooks have work: 1.2 million calls a month when all are
 * idle ($0.18), 7.3 million when all are busy ($1.10). At most 4,000 are asked an hour.
 */

import { answerOfKv } from '../answer-of-kv';
import { errorFields } from '../error-name';
import { inTurns } from '../in-turns';
import { objectOf } from '../log/stub';
import { logLine } from '../log-line';
import { addressesOf } from '../subscriptions/placement';
import { eachId } from '../subscriptions/store';
import { type Said, whomToWake } from './whom-to-wake';

/** A call each. The platform allows 10,000 in an invocation, and an hour is not the place to use them up. */
const MAX_CALLS = 4000;
const AT_ONCE = 40;
const KEY = 'alarms';

/** @param now ms since 1970 */
export async function wakeOverdue(env: Env, now: number): Promise<void> {
  try {
    const ids: number[] = [];
    for await (const page of eachId(env.SUBSCRIPTIONS)) ids.push(...page);
    const said = read(await answerOfKv(env.SUBSCRIPTIONS.get(KEY)));
    const due = whomToWake(ids, said, now, MAX_CALLS, Math.random);
    let failed = 0;
    await inTurns(due, AT_ONCE, async id => {
      try {
        said.set(id, { dueAt: await wake(env, id), at: now });
      } catch (error) {
        failed++;
        // Asked again in an hour. The first error speaks for the others.
        if (failed > 1) return;
        logLine('round_failed', { webhook_id: id, ...errorFields(error) });
      }
    });
    const there = new Set(ids);
    const kept = [...said].filter(([id]) => there.has(id)).map(([id, { dueAt, at }]) => [id, dueAt, at]);
    if (due.length > 0) await answerOfKv(env.SUBSCRIPTIONS.put(KEY, JSON.stringify(kept)));
  } catch (error) {
    logLine('round_failed', errorFields(error));
  }
}

/** Gives when the webhook has work to do. Where its id does not tell where it is, both objects are asked. */
async function wake(env: Env, id: number): Promise<number | null> {
  for (const address of addressesOf(id)) {
    const dueAt = await objectOf(env, address).wake();
    if (dueAt !== null) return dueAt;
  }
  return null;
}

/** Of a value that is damaged nothing is known, so that everyone is asked. */
function read(text: string | null): Map<number, Said> {
  const said = new Map<number, Said>();
  try {
    const rows: unknown = JSON.parse(text ?? '[]');
    for (const row of Array.isArray(rows) ? rows : []) {
      const [id, dueAt, at]: unknown[] = Array.isArray(row) ? row : [];
      if (typeof id !== 'number' || typeof at !== 'number') continue;
      said.set(id, { dueAt: typeof dueAt === 'number' ? dueAt : null, at });
    }
  } catch {
    return new Map();
  }
  return said;
}
