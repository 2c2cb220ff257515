/** What `gapless doctor` makes of what it found. Pure. */
import type { Schemas } from '../gateway/api';
import { counted } from '../output/counted';

export type Finding = { check: string; verdict: 'well' | 'look' | 'wrong'; found: string };

/** A difference that signatures with a time bear: providers allow five minutes. */
const CLOCK_MS = 30_000;
/** Of what a webhook may store. */
const NEAR_PERCENT = 80;

/** @param date the `Date` of an answer; null where it had none */
export function clockFinding(date: string | null, nowMs: number): Finding | null {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return null;
  const seconds = Math.round((nowMs - theirs) / 1000);
  const isNear = Math.abs(nowMs - theirs) <= CLOCK_MS;
  const found = isNear
    ? 'as here'
    : `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} this machine's`;
  return { check: 'clock', verdict: isNear ? 'well' : 'look', found };
}

export function addressFinding(url: string): Finding {
  const { hostname } = new URL(url);
  if (hostname.endsWith('.workers.dev')) {
    const found = `${hostname}: in production a domain of your own, so that providers' settings can stay`;
    return { check: 'address', verdict: 'look', found };
  }
  return { check: 'address', verdict: 'well', found: hostname };
}

/** Where no gap is open, ids may be on their way all the same. */
function noGaps(webhooks: readonly Schemas['WebhookOverview'][]): string {
  const awaited = webhooks.reduce((sum, { awaited_ids }) => sum + (awaited_ids ?? 0), 0);
  return awaited === 0
    ? 'none is open, no id is awaited'
    : `none is open; ${counted(awaited, 'id is', 'ids are')} awaited, within the grace`;
}

/** What the overview of all webhooks says. */
export function webhookFindings(webhooks: readonly Schemas['WebhookOverview'][]): Finding[] {
  const named = (list: readonly Schemas['WebhookOverview'][]): string =>
    list.map(({ name, webhook_id }) => name ?? webhook_id).join(', ');
  const judged = (check: string, bad: typeof webhooks, verdict: 'look' | 'wrong', well: string): Finding =>
    bad.length === 0 ? { check, verdict: 'well', found: well } : { check, verdict, found: named(bad) };
  return [
    judged(
      'objects',
      webhooks.filter(({ left_out }) => left_out !== null),
      'wrong',
      counted(webhooks.length, 'webhook answers', 'webhooks answer'),
    ),
    judged(
      'storage writes',
      webhooks.filter(({ storage_refusing_since }) => storage_refusing_since !== null),
      'wrong',
      'none refused',
    ),
    judged(
      'storage',
      webhooks.filter(({ storage_percent }) => (storage_percent ?? 0) >= NEAR_PERCENT),
      'look',
      `each below ${NEAR_PERCENT} %`,
    ),
    judged(
      'destinations',
      webhooks.filter(({ failing }) => (failing ?? []).length > 0),
      'look',
      'none fails',
    ),
    judged(
      'gaps',
      webhooks.filter(({ open_gaps, uncertain_ids }) => (open_gaps ?? 0) + (uncertain_ids ?? 0) > 0),
      'look',
      noGaps(webhooks),
    ),
  ];
}
