/** Increment ids as people write them: `5-9,12`. Pure. */
import { err, ok, type Result } from '../../../src/result';

/** Both ends included. */
export type IdRange = { from: number; to: number };

/** An error is a sentence. */
export function parseRanges(text: string): Result<IdRange[], string> {
  const ranges: IdRange[] = [];
  for (const part of text.split(',')) {
    const [, first = '', last = first] = /^\s*(\d{1,16})(?:-(\d{1,16}))?\s*$/.exec(part) ?? [];
    const range = { from: Number(first), to: Number(last) };
    if (first === '' || range.from < 1 || range.to < range.from || !Number.isSafeInteger(range.to))
      return err(`Increment ids are written like 5, 5-9 or 5-9,12, not ${text}`);
    ranges.push(range);
  }
  return ok(ranges);
}

export const isWithin = (ranges: readonly IdRange[], id: number): boolean =>
  ranges.some(({ from, to }) => id >= from && id <= to);

/** Without the given ids. */
export function without(ranges: readonly IdRange[], ids: ReadonlySet<number>): IdRange[] {
  const sorted = [...ids].sort((a, b) => a - b);
  return ranges.flatMap(range => {
    const left: IdRange[] = [];
    let from = range.from;
    for (const id of sorted) {
      if (id < from || id > range.to) continue;
      if (id > from) left.push({ from, to: id - 1 });
      from = id + 1;
    }
    if (from <= range.to) left.push({ from, to: range.to });
    return left;
  });
}

/** The same ids, ascending, those that follow each other in one range. */
export function united(ranges: readonly IdRange[]): IdRange[] {
  const all: IdRange[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** What both have. */
export const overlap = (a: readonly IdRange[], b: readonly IdRange[]): IdRange[] =>
  a.flatMap(one =>
    b
      .map(other => ({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }))
      .filter(({ from, to }) => from <= to),
  );

export const countOf = (ranges: readonly IdRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);

export const rangesText = (ranges: readonly IdRange[]): string =>
  ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
