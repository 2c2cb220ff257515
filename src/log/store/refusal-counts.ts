/** Counts of refused requests by reason. Reasons are the edge's own words; more of them than it knows are counted together. */
import { boundedReason } from '../contract/refusals';

export type Counts = Readonly<Record<string, number>>;

const MAX_REASONS = 32;
const OTHER_REASONS = 'other';

/** Counts with others added. */
export function added(counts: Counts, more: Counts): Counts {
  const sum: Record<string, number> = { ...counts };
  for (const [reason, count] of Object.entries(more)) {
    const name = boundedReason(reason);
    const isKnown = Object.hasOwn(sum, name) || Object.keys(sum).length < MAX_REASONS;
    const counted = isKnown ? name : OTHER_REASONS;
    sum[counted] = (sum[counted] ?? 0) + count;
  }
  return sum;
}

/** Counts only grow: of two, the higher one is the later. */
export function higher(one: Counts, other: Counts): Counts {
  const highest: Record<string, number> = { ...one };
  for (const [reason, count] of Object.entries(other)) {
    highest[reason] = Math.max(highest[reason] ?? 0, count);
  }
  return highest;
}

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The reason with the highest count; null where nothing was counted. */
export const mostFrequent = (counts: Counts): string | null =>
  Object.entries(counts).toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
