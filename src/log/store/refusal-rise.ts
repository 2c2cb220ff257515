/**
 * When refused requests are worth telling: for minutes only refusals came, or very many, and not one verified request. So a wrong
 * secret is told of, and a stranger's noise beside true events is not. Pure.
 *
 * A rise is told once. It is over when a verified request comes, or when nothing was refused for hours: what follows is another.
 * Not told: a part of the requests that is refused all the time beside others that are not. `…/status` counts them.
 */
import { added, type Counts, mostFrequent, total } from './refusal-counts';

export type RefusalRise = {
  /** ms since 1970, of the first and the last refusal. */
  since: number;
  lastAt: number;
  counts: Counts;
  /** The counts of verified requests when it began. */
  verified: string;
  isTold: boolean;
};

export type RiseNotice = { reason: string | null; refused: number; since: string; reasons: Counts };

/** So many within minutes are no accident; so many are told at once. */
const LASTING = { refusals: 10, ms: 2 * 60_000 };
const MANY = 100;
/** When nothing was refused for so long, a rise is over. */
export const QUIET_MS = 6 * 3_600_000;
/** The operator has switched the webhook off. */
const INTENDED = 'inactive';

/**
 * The rise after more refusals, and what is to be told of it now.
 * @param before null where there was none
 * @param verified counts of verified requests, by what became of them: another text when one more came, or when an eviction lost
 *   the count of duplicates that came not long before
 */
export function risen(
  before: RefusalRise | null,
  refused: Counts,
  verified: string,
  now: number,
): { rise: RefusalRise | null; notice: RiseNotice | null } {
  const { [INTENDED]: _, ...counts } = refused;
  const goesOn = before !== null && verified === before.verified && now - before.lastAt < QUIET_MS;
  if (total(counts) === 0) return { rise: goesOn ? before : null, notice: null };
  const rise = goesOn
    ? { ...before, lastAt: now, counts: added(before.counts, counts) }
    : { since: now, lastAt: now, counts: added({}, counts), verified, isTold: false };
  const count = total(rise.counts);
  const isLasting = count >= LASTING.refusals && now - rise.since >= LASTING.ms;
  if (rise.isTold || !(isLasting || count >= MANY)) return { rise, notice: null };
  const since = new Date(rise.since).toISOString();
  return {
    rise: { ...rise, isTold: true },
    notice: { reason: mostFrequent(rise.counts), refused: count, since, reasons: rise.counts },
  };
}
