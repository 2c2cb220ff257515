/** Events per hour, the latest at the right. An hour of which nothing is known has no bar, one without events has a line. */
import { numberText } from './state';

const BAR = 4;
const HEIGHT = 20;

/** An hour each, oldest first; null: not known. */
export type Counts = readonly (number | null)[];

export function Sparkline({ counts }: { counts: Counts }) {
  const known = counts.filter(count => count !== null);
  const most = Math.max(0, ...known);
  const total = known.reduce((sum, count) => sum + count, 0);
  const width = counts.length * BAR;
  const hours = `${known.length} hours`;
  return (
    <svg
      class="spark"
      role="img"
      aria-label={`${numberText(total)} events in ${hours}, at most ${numberText(most)} an hour`}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
    >
      <path d={barsPath(counts, most)} />
    </svg>
  );
}

/** One path of strokes for all bars, as a page may have hundreds of these. An hour with events has a bar that is seen. */
export const barsPath = (counts: Counts, most: number): string =>
  counts
    .map((count, i) => {
      if (count === null) return '';
      const height = count === 0 ? '.5' : Math.max(2, Math.round((count / most) * HEIGHT));
      return `M${i * BAR + 2} ${HEIGHT}v-${height}`;
    })
    .join('');
