/** What `gapless doctor` makes of what it found. Pure. */
import type { Schemas } from '../gateway/api';
import { counted } from '../output/counted';
import { hasDead, healthInOverview, isMissing } from '../output/health';

export type Finding = { check: string; verdict: 'well' | 'look' | 'wrong'; found: string };

/** A difference that signatures with a time bear: providers allow five minutes. */
const CLOCK_MS = 30_000;
/** An object of its own network answers in far less. */
const SLOW_OBJECT_MS = 1_000;
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

/** Where providers send to. @param ingest `ingest_url` of a webhook; null where there is none yet */
export function ingestFinding(url: string, ingest: string | null, answers: boolean): Finding | null {
  if (ingest === null) return null;
  const { origin } = new URL(ingest);
  const check = 'ingest address';
  if (origin === url) return { check, verdict: 'well', found: 'the same' };
  return answers
    ? { check, verdict: 'well', found: `${origin} answers` }
    : {
        check,
        verdict: 'wrong',
        found: `${origin} does not answer: providers are told to send there (PUBLIC_URL)`,
      };
}

/** @param wokeMs how long an object took that was never asked before */
export const objectFinding = (wokeMs: number): Finding => ({
  ...{ check: 'a new object', verdict: wokeMs > SLOW_OBJECT_MS ? 'look' : 'well' },
  found: `answers after ${wokeMs} ms`,
});

/** What became of a request that was signed here, and of one whose signature was made up. */
export function signatureFinding(signed: number, forged: number): Finding {
  const check = 'a signed request';
  if (signed === 200 && forged === 403)
    return { check, verdict: 'well', found: 'reaches the gateway unchanged; a forged one is refused' };
  return {
    ...{ check, verdict: 'wrong' },
    found: `was answered ${signed}, a forged one ${forged}: something on the way changes requests, or answers for the gateway`,
  };
}

/** Of an event through a webhook of its own. */
export type RoundTrip = {
  /** What the gateway answered; the forged one has to be 401. */
  accepted: number;
  forged: number;
  /** Null where it was not delivered in time. */
  deliveredMs: number | null;
  /** What the destination said to the last attempt that failed. */
  lastError: string | null;
};

export function eventFinding({ accepted, forged, deliveredMs, lastError }: RoundTrip): Finding {
  const check = 'an event';
  if (accepted !== 200) return { check, verdict: 'wrong', found: `was not taken: ${accepted}` };
  if (forged !== 401)
    return { check, verdict: 'wrong', found: `that was forged was answered ${forged}, not 401` };
  if (deliveredMs === null) {
    const why = lastError === null ? '' : `; the last attempt: ${lastError}`;
    return { check, verdict: 'wrong', found: `was taken and not delivered in time${why}` };
  }
  return {
    check,
    verdict: 'well',
    found: `was taken, and delivered after ${deliveredMs} ms; a forged one was refused`,
  };
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
      webhooks.filter(webhook => healthInOverview(webhook).failing > 0),
      'look',
      'none fails',
    ),
    judged('deliveries', webhooks.filter(hasDead), 'look', 'none was given up'),
    judged('gaps', webhooks.filter(isMissing), 'look', noGaps(webhooks)),
  ];
}
