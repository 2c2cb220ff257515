/**
 * A provider whose truth is known: numberings that end and begin anew, with losses, disorder, retries and events sent again
 * with other bytes. What it sends is drawn from numbers that the caller passes in, so that a run can be repeated.
 */
import { range } from './sequence';

/** What tells numberings apart besides their ids. */
export type Evidence = 'times' | 'secrets' | 'nothing';

export type Arriving = {
  id: number;
  numbering: number;
  bytes: string;
  eventTime: number | null;
  secret?: string;
};

export type Provider = {
  /** How many ids each numbering has sent, in their order. */
  lengths: readonly number[];
  /** One in so many is lost; 0 for none. */
  lossOneIn: number;
  /** How the first ids of a numbering that begins anew come. */
  firsts: 'in order' | 'first lost' | 'first late' | 'overtaken';
  /** One in so many is sent again with other bytes, one in so many as it was. */
  resentOneIn: number;
  retriedOneIn: number;
  /**
   * After so many events of a numbering comes one of those before it: one that is on its way still, one as it was, or one with
   * other bytes. 0 for never.
   */
  olderOneIn: number;
};

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);

/** The whole numbers below `below`, one after the other. */
export type Draw = (below: number) => number;

/** What arrives of all that the provider sends, in the order of arrival. `null`: the provider makes its webhook anew. */
export function arrivals(provider: Provider, evidence: Evidence, draw: Draw): (Arriving | null)[] {
  const all: (Arriving | null)[] = [];
  const isOneIn = (count: number) => count > 0 && draw(count) === 0;
  const underWay: Arriving[] = [];
  for (const [numbering, length] of provider.lengths.entries()) {
    if (numbering > 0) all.push(null);
    const event = (id: number, bytes = `numbering ${numbering}`): Arriving => ({
      id,
      numbering,
      bytes,
      eventTime: evidence === 'times' ? START + numbering * 100 * HOUR_MS + id * 1000 : null,
      ...(evidence === 'secrets' ? { secret: `secret ${numbering}` } : {}),
    });
    for (const id of orderOf(length, numbering === 0 ? 'in order' : provider.firsts, draw)) {
      // The first numbering is watched from its start, so only later ids of it can be late.
      const isLate = provider.olderOneIn > 0 && id > 1 && isOneIn(12);
      if (isLate) underWay.push(event(id));
      else if (!isOneIn(provider.lossOneIn)) all.push(event(id));
      if (numbering > 0 && isOneIn(provider.olderOneIn))
        all.push(...olderEvent(all, underWay, numbering, draw));
      if (isOneIn(provider.retriedOneIn)) all.push({ ...anyBefore(all, numbering, draw, event(id)) });
      if (isOneIn(provider.resentOneIn)) {
        const before = anyBefore(all, numbering, draw, event(id));
        all.push({ ...before, bytes: `${before.bytes}, sent again ${all.length}` });
      }
    }
  }
  return all;
}

function orderOf(length: number, firsts: Provider['firsts'], draw: Draw): number[] {
  const ids = range(1, length);
  if (firsts === 'first lost') return ids.slice(1 + draw(2));
  const [first, ...rest] = ids;
  if (first === undefined || firsts === 'in order') return ids;
  const at = 1 + draw(firsts === 'overtaken' ? 3 : Math.max(1, rest.length));
  return [...rest.slice(0, at), first, ...rest.slice(at)];
}

/** One of the last events of a numbering that came. */
function anyBefore(
  all: readonly (Arriving | null)[],
  numbering: number,
  draw: Draw,
  other: Arriving,
): Arriving {
  const came = all.filter(event => event?.numbering === numbering && !event.bytes.includes('sent again'));
  return came[Math.max(0, came.length - 1 - draw(8))] ?? other;
}

/** An event of a numbering before this one, as its provider may send it still. */
function olderEvent(
  all: readonly (Arriving | null)[],
  underWay: Arriving[],
  numbering: number,
  draw: Draw,
): Arriving[] {
  const late = underWay.findIndex(event => event.numbering < numbering);
  if (late >= 0 && draw(2) === 0) return underWay.splice(late, 1);
  const came = all.filter(event => event !== null && event.numbering < numbering);
  const before = came[draw(Math.max(1, came.length))] ?? null;
  if (before === null) return [];
  return draw(2) === 0 ? [before] : [{ ...before, bytes: `${before.bytes}, sent again ${all.length}` }];
}

/**
 * Whether anyone could know that each numbering began anew: its id 1 came, or three of its ids that the one before had sent
 * too. Where a new numbering only goes on where the old one ended, there is nothing to see.
 */
export function isKnowable(
  all: readonly (Arriving | null)[],
  { lengths }: Provider,
  evidence: Evidence,
): boolean {
  // What comes of it after the next one began is too late to know it by.
  let now = 0;
  const came = lengths.map(() => new Set<number>());
  for (const event of all) {
    if (event === null) now++;
    else if (event.numbering === now) came[now]?.add(event.id);
  }
  return came.every((ids, numbering) => {
    const before = came[numbering - 1];
    if (before === undefined || evidence === 'secrets') return ids.size > 0;
    // Without times, an id 1 that the one before has lost may be that.
    const isFirst = ids.has(1) && (before.has(1) || evidence === 'times');
    return isFirst || [...ids].filter(id => before.has(id)).length >= 3;
  });
}

/** The ids that a numbering sent and that did not come. `before`: those below the first that came. */
export function missingOf(
  all: readonly (Arriving | null)[],
  numbering: number,
): { between: number[]; before: number[] } {
  const came = new Set(all.flatMap(event => (event?.numbering === numbering ? [event.id] : [])));
  // What came before the first numbering's first id is not known here: it may have been sent elsewhere.
  const inItsTime = all.slice(0, numbering === 0 && all.includes(null) ? all.indexOf(null) : all.length);
  const began = inItsTime.flatMap(event => (event?.numbering === numbering ? [event.id] : []));
  const [first, last] = [Math.min(...began), Math.max(...came)];
  if (came.size === 0) return { between: [], before: [] };
  return {
    between: range(first, last).filter(id => !came.has(id)),
    before: numbering === 0 ? [] : range(1, first - 1),
  };
}
