/** What is missing and where it may be fetched, for people. */
import type { Schemas } from '../gateway/api';
import { countOf, type IdRange, overlap, rangesText } from '../given/id-ranges';
import { counted } from '../output/counted';
import { type Cell, type Paint, table } from '../output/table';
import { shortTime } from '../output/times';
import { sourceText } from './sources';

/** @param wanted the ids that were asked for */
export function gapsText(
  gaps: readonly Schemas['Gap'][],
  wanted: readonly IdRange[],
  provider: string,
  paint: Paint,
): string {
  const asked = gaps.filter(gap => overlap([gap], wanted).length > 0);
  if (asked.length === 0) return 'Nothing is missing.';
  const rows = asked.map((gap): Cell[] => [
    ...[rangesText([gap]), gap.count, gap.status],
    ...[momentOf(gap.before), momentOf(gap.after), shortTime(gap.retry_until)],
  ]);
  const head = ['gap', 'ids', 'status', 'after (UTC)', 'before (UTC)', 'may come by itself until'];
  return `${table(head, rows, paint)}\n${counted(countOf(wanted), 'id is', 'ids are')} missing. ${sourceText(provider)}`;
}

const momentOf = (side: Schemas['Gap']['before']): string | null =>
  side === null ? null : `${shortTime(side.received_at) ?? '?'} (${side.increment_id})`;
