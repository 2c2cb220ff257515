/** What is missing of a webhook, asked of its gateway. */
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { type IdRange, isWithin, overlap, parseRanges } from '../given/id-ranges';
import type { Candidate } from './candidates';
import type { Known } from './plan';

type Gap = Schemas['Gap'];

export type Missing = Known & {
  gaps: Gap[];
  /** What the user named; null for all that is missing. */
  asked: readonly IdRange[] | null;
  /** How many ids are missing for less than the grace. */
  awaited: number;
};

/** The longest range of which the gateway says in one answer what became of each id. */
const CELLS = 400;

/** @param asked ids that the user named, or an id in the gap that is meant; all that is missing where neither is said */
export async function missingOf(
  gateway: Gateway,
  webhook: string,
  asked: { ids?: string; gap?: number },
): Promise<Missing> {
  const path = { webhook_id: webhook };
  const { numbered, gaps, highest_increment_id, awaited_ids } = await gateway.call(
    'get',
    '/v1/webhooks/{webhook_id}/gaps',
    {
      path,
    },
  );
  const open = gaps.filter(({ status }) => status !== 'filled');
  if (!numbered && (asked.ids !== undefined || asked.gap !== undefined))
    throw new Stop(EXIT.usage, 'The provider does not number its events: there are no ids to name.');
  const named = namedOf(open, asked);
  // A gap that was closed by hand is filled only where it is named.
  const wanted =
    named === null ? open.filter(({ status }) => status !== 'resolved').map(rangeOf) : overlap(named, open);
  return {
    ...{ numbered, gaps: open, highest: highest_increment_id ?? null, awaited: awaited_ids ?? 0 },
    ...{ asked: named, wanted, missing: open },
  };
}

function namedOf(gaps: readonly Gap[], { ids, gap }: { ids?: string; gap?: number }): IdRange[] | null {
  if (ids !== undefined && gap !== undefined) throw new Stop(EXIT.usage, 'Either --ids or --gap, not both.');
  if (gap !== undefined) {
    const found = gaps.find(range => isWithin([range], gap));
    if (found === undefined) throw new Stop(EXIT.failed, `No gap has the increment id ${gap}.`);
    return [rangeOf(found)];
  }
  if (ids === undefined) return null;
  const ranges = parseRanges(ids);
  if (!ranges.ok) throw new Stop(EXIT.usage, ranges.error);
  return ranges.value;
}

const rangeOf = ({ from, to }: IdRange): IdRange => ({ from, to });

/** The same, with the ids of a file that are missing for less than the grace: the gap list does not have them yet. */
export async function withAwaited(
  gateway: Gateway,
  webhook: string,
  missing: Missing,
  candidates: readonly Candidate[],
): Promise<Missing> {
  const { highest } = missing;
  const doubtful = candidates.flatMap(({ incrementId }) =>
    incrementId === null ||
    highest === null ||
    incrementId > highest ||
    isWithin(missing.missing, incrementId)
      ? []
      : [incrementId],
  );
  const parts = new Set(doubtful.map(id => Math.floor(id / CELLS)));
  const awaited: IdRange[] = [];
  for (const part of parts) {
    const query = { from: Math.max(part * CELLS, 1), to: part * CELLS + CELLS - 1, cells: CELLS };
    const path = { webhook_id: webhook };
    const map = await gateway.call('get', '/v1/webhooks/{webhook_id}/sequence', { path, query });
    awaited.push(...map.cells.filter(({ counts }) => counts.awaited !== undefined).map(rangeOf));
  }
  const wanted = missing.asked === null ? awaited : overlap(missing.asked, awaited);
  return {
    ...missing,
    ...{ wanted: [...missing.wanted, ...wanted], missing: [...missing.missing, ...awaited] },
  };
}
