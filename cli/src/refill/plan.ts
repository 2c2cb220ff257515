/** Which events of a file are missing at the gateway. Pure. */
import { type IdRange, isWithin, united, without } from '../given/id-ranges';
import type { Candidate } from './candidates';

/** What is known of the numbering. */
export type Known = {
  numbered: boolean;
  /** Null while there is none. */
  highest: number | null;
  /** Ids that are asked for and can be filled. */
  wanted: readonly IdRange[];
  /** All that can be filled. */
  missing: readonly IdRange[];
};

/** Why an event of the file is not added. */
export type LeftOut =
  /** Its id is here already. */
  | 'not_missing'
  /** It is missing, and not among the ids that were named. */
  | 'not_asked_for'
  /** It lies above the highest id: the provider may still send it. */
  | 'above_highest'
  /** It has no increment id that can be read. */
  | 'no_increment_id'
  /** An earlier line has its id. */
  | 'twice';

export type RefillPlan = {
  /** In the order of their ids. */
  adds: Candidate[];
  left_out: { line: number; increment_id: number | null; why: LeftOut }[];
  /** Ids that were asked for and are not in the file. */
  not_in_file: IdRange[];
};

/** Without numbers nothing is known to be missing: all are added, and the gateway knows duplicates by their ids. */
export function refillPlan(candidates: readonly Candidate[], known: Known): RefillPlan {
  if (!known.numbered) return { adds: [...candidates], left_out: [], not_in_file: [] };
  const seen = new Set<number>();
  const adds: Candidate[] = [];
  const left_out: RefillPlan['left_out'] = [];
  for (const candidate of candidates) {
    const { line, incrementId } = candidate;
    const why = whyNot(incrementId, known, seen);
    if (why === null) adds.push(candidate);
    else left_out.push({ line, increment_id: incrementId, why });
    if (incrementId !== null) seen.add(incrementId);
  }
  adds.sort((a, b) => (a.incrementId ?? 0) - (b.incrementId ?? 0));
  return { adds, left_out, not_in_file: united(without(known.wanted, seen)) };
}

function whyNot(
  id: number | null,
  { highest, wanted, missing }: Known,
  seen: ReadonlySet<number>,
): LeftOut | null {
  if (id === null) return 'no_increment_id';
  if (seen.has(id)) return 'twice';
  if (isWithin(wanted, id)) return null;
  if (isWithin(missing, id)) return 'not_asked_for';
  return highest === null || id > highest ? 'above_highest' : 'not_missing';
}
