/** The bars of a chart as SVG path data. A minute in which nobody counted has no bar, one in which nothing happened a line on the ground. Pure. */

/** Null: not known. */
export type Counts = readonly (number | null)[];

/** Height of the lowest bar, so that one event among thousands is seen. */
const LEAST = 3;

export function barsOf(counts: Counts, { bar, height }: { bar: number; height: number }): string {
  const { most } = totalOf(counts);
  return counts
    .map((count, i) => {
      if (count === null) return '';
      const size = count === 0 ? 1 : Math.max(LEAST, Math.round((count / most) * height));
      return `M${i * bar + 1} ${height}v-${size}h${bar - 2}v${size}z`;
    })
    .join('');
}

export function totalOf(counts: Counts): { total: number; most: number; unknown: number } {
  const known = counts.filter(count => count !== null);
  return {
    total: known.reduce((sum, count) => sum + count, 0),
    most: Math.max(0, ...known),
    unknown: counts.length - known.length,
  };
}
