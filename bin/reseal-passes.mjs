/**
 * Seals every webhook's secrets anew, in passes over all webhooks, and counts.
 *
 * A pass sees the webhooks that KV lists, which may lag a minute behind; and where a deployment has not arrived yet, webhooks
 * are still made under the old key. So another pass begins more than that later, until one finds nothing left to do.
 */

/** Between two passes: longer than KV documents its delay ("60 seconds or more"). */
export const PAUSE_SECONDS = 90;
/** One that still finds something after so many is told to come back. */
const MAX_PASSES = 5;

/**
 * @param part seals some webhooks, from `after` on (null: from the start): `{ count, checked, next, failed }`
 * @param wait waits so many seconds
 * @param say tells the operator
 * @returns the webhooks looked at by the last pass, those sealed anew by all, and those that could not be
 */
export async function resealAll(part, wait, say) {
  let sealed = 0;
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    if (pass > 1) await wait(PAUSE_SECONDS);
    const { count, checked, failed } = await onePass(part);
    sealed += count;
    say(`Pass ${pass}: ${checked} webhooks, ${count} sealed anew, ${failed.length} not.`);
    if (pass > 1 && count === 0) return { checked, sealed, failed };
  }
  throw new Error('Webhooks are still being made under the old key. Run again with --resume.');
}

async function onePass(part) {
  const total = { count: 0, checked: 0, failed: [] };
  let after = null;
  do {
    const { count, checked, next, failed } = await part(after);
    total.count += count;
    total.checked += checked;
    total.failed.push(...failed);
    after = next;
  } while (after !== null);
  return total;
}
