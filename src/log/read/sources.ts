/**
 * Sources: where a page takes the events from that it then holds against its filter. Each gives candidates in the order of the
 * page, and how far it has given all of them, so that a page reads little where a table knows better than the log itself.
 */
import type { StoredEvent } from '../store/stored-event';

export type Order = 'asc' | 'desc';

/**
 * `through`: everything up to it was looked at; null when nothing more follows. `rows`: how many rows were read, about.
 */
export type Candidates = { events: StoredEvent[]; through: number | null; rows: number };

/** The candidates beyond a sequence, about `limit` of them. */
export type Source = (sequence: number, limit: number) => Candidates;

type Read = (sequence: number, limit: number) => StoredEvent[];

/** Whether `a` comes after `b` in an order. */
export const isBeyond = (order: Order, a: number, b: number): boolean => (order === 'asc' ? a > b : a < b);

/** All that a table has, a row for each. */
export function fromTable(read: Read): Source {
  return (sequence, limit) => {
    const events = read(sequence, limit);
    const through = events.length < limit ? null : (events.at(-1)?.sequence ?? null);
    return { events, through, rows: events.length };
  };
}

/** Events whose sequences are known. Those that are not stored any more are left out. */
export function fromSequences(
  order: Order,
  sequences: Iterable<number>,
  get: (sequence: number) => StoredEvent | null,
): Source {
  const ordered = [...new Set(sequences)].sort((a, b) => (order === 'asc' ? a - b : b - a));
  return (sequence, limit) => {
    const next = ordered.filter(one => isBeyond(order, one, sequence));
    const taken = next.slice(0, limit);
    const events = taken.map(get).filter(event => event !== null);
    const through = next.length > limit ? (taken.at(-1) ?? null) : null;
    return { events, through, rows: taken.length };
  };
}

/** What several sources have, each event once. */
export function merged(order: Order, sources: readonly Source[]): Source {
  return (sequence, limit) => {
    const reads = sources.map(source => source(sequence, limit));
    const ends = reads.map(({ through }) => through).filter(through => through !== null);
    const through = ends.length === 0 ? null : order === 'asc' ? Math.min(...ends) : Math.max(...ends);
    const found = new Map(reads.flatMap(({ events }) => events).map(event => [event.sequence, event]));
    const events = [...found.values()]
      .filter(event => through === null || !isBeyond(order, event.sequence, through))
      .sort((a, b) => (order === 'asc' ? a.sequence - b.sequence : b.sequence - a.sequence));
    return { events, through, rows: reads.reduce((sum, { rows }) => sum + rows, 0) };
  };
}
