/** What is missing and where it may be fetched, for people. */
import type { Schemas } from '../gateway/api';
import { countOf, overlap, rangesText } from '../given/id-ranges';
import { counted } from '../output/counted';
import { type Cell, type Paint, table } from '../output/table';
import { shortTime } from '../output/times';
import type { Missing } from './numbering';
import { sourceText } from './sources';

/** What is asked for of what is missing, and how many ids besides are missing for less than the grace. */
type Listed = Pick<Missing, 'gaps' | 'wanted' | 'awaited'>;

export function gapsText({ gaps, wanted, awaited }: Listed, provider: string, paint: Paint): string {
  const soon =
    awaited === 0 ? '' : `${counted(awaited, 'id is', 'ids are')} awaited: not here, and within the grace. `;
  const asked = gaps.filter(gap => overlap([gap], wanted).length > 0);
  if (asked.length === 0) return `${soon}Nothing is missing${awaited === 0 ? '' : ' yet'}.`;
  const rows = asked.map((gap): Cell[] => [
    ...[rangesText([gap]), gap.count, gap.status],
    ...[momentOf(gap.before), momentOf(gap.after), shortTime(gap.retry_until)],
  ]);
  const head = ['gap', 'ids', 'status', 'after (UTC)', 'before (UTC)', 'may come by itself until'];
  const sum = `${counted(countOf(wanted), 'id is', 'ids are')} missing. ${soon}`;
  return `${table(head, rows, paint)}\n${sum}${sourceText(provider)}`;
}

const momentOf = (side: Schemas['Gap']['before']): string | null =>
  side === null ? null : `${shortTime(side.received_at) ?? '?'} (${side.increment_id})`;
