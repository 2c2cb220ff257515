/** Events per hour, the latest at the right. */
import { numberText } from './state';

const BAR = 4;
const HEIGHT = 20;

/** @param counts an hour each, oldest first */
export function Sparkline({ counts }: { counts: readonly number[] }) {
  const most = Math.max(0, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = counts.length * BAR;
  const about = `${numberText(total)} events in ${counts.length} hours, at most ${numberText(most)} an hour`;
  return (
    <svg
      class="spark"
      role="img"
      aria-label={about}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
    >
      <path d={barsPath(counts, most)} />
    </svg>
  );
}

/** One path for all bars, as a page may have hundreds of these. An hour with events has a bar that is seen. */
export function barsPath(counts: readonly number[], most: number): string {
  return counts
    .map((count, i) => {
      const height = count === 0 ? 0.5 : Math.max(2, Math.round((count / most) * HEIGHT));
      return `M${i * BAR} ${HEIGHT}v-${height}h3v${height}`;
    })
    .join('');
}
