/** The bars of a chart as SVG path data. A minute in which nothing happened has a line on the ground, one in which nobody counted has nothing. Pure. */

/** Null: not known. */
export type Counts = readonly (number | null)[];

/** Height of the lowest bar, so that one event among thousands is seen. */
const LEAST = 3;

type Box = { bar: number; height: number };

export function barsOf(counts: Counts, { bar, height }: Box): { bars: string; ground: string } {
  const { most } = totalOf(counts);
  const at = (i: number, size: number): string => `M${i * bar + 1} ${height}v-${size}h${bar - 2}v${size}z`;
  const sizeOf = (count: number): number => Math.max(LEAST, Math.round((count / most) * height));
  return {
    bars: counts.map((count, i) => (count === null || count === 0 ? '' : at(i, sizeOf(count)))).join(''),
    ground: counts.map((count, i) => (count === 0 ? at(i, 1) : '')).join(''),
  };
}

export function totalOf(counts: Counts): { total: number; most: number; unknown: number } {
  const known = counts.filter(count => count !== null);
  return {
    total: known.reduce((sum, count) => sum + count, 0),
    most: Math.max(0, ...known),
    unknown: counts.length - known.length,
  };
}
