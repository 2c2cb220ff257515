/**
 * What was accepted, delivered and failed in each minute of the last hour: a row of bars each, over the same minutes, drawn here. In words for
 * those who do not see it, and as a table for those who want the numbers.
 */
import type { Status } from './answers';
import { barsOf, type Counts, totalOf } from './chart-shapes';
import { numberText } from './parts/state';
import { Table } from './parts/table';
import { Time } from './parts/time';

const BAR = 8;
const HEIGHT = 36;
const MINUTE_MS = 60_000;

const ROWS = [
  { name: 'accepted', what: 'events accepted' },
  { name: 'delivered', what: 'deliveries that succeeded' },
  { name: 'failed', what: 'attempts that failed' },
] as const;

type Props = { perMinute: Status['per_minute']; now: number };

export function Chart({ perMinute, now }: Props) {
  const first = perMinute.accepted.length - 1;
  const at = (minute: number): string =>
    new Date((Math.floor(now / MINUTE_MS) - first + minute) * MINUTE_MS).toISOString();
  return (
    <figure class="chart">
      {ROWS.map(({ name, what }) => (
        <ChartRow name={name} what={what} counts={perMinute[name]} />
      ))}
      <figcaption class="between">
        <span>
          <Time at={at(0)} />
        </span>
        <span class="soft">
          the last hour by the minute: events as they came, deliveries of all destinations, replays too
        </span>
        <span>now</span>
      </figcaption>
      <Numbers perMinute={perMinute} at={at} />
    </figure>
  );
}

type RowProps = { name: string; what: string; counts: Counts };

function ChartRow({ name, what, counts }: RowProps) {
  const { total, most, unknown } = totalOf(counts);
  const { bars, ground } = barsOf(counts, { bar: BAR, height: HEIGHT });
  const width = counts.length * BAR;
  const words = [
    `${numberText(total)} ${what} in the last hour`,
    `at most ${numberText(most)} a minute`,
    ...(unknown > 0 ? [`not known of ${unknown} minutes`] : []),
  ].join(', ');
  return (
    <div class="chart-row">
      <span class="chart-name">
        {numberText(total)} {name}
        {most === 0 ? null : <span class="soft"> at most {numberText(most)} a minute</span>}
      </span>
      <svg role="img" aria-label={words} viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none">
        <path class="bars-ground" d={ground} />
        <path class={`bars-${name}`} d={bars} />
      </svg>
    </div>
  );
}

type NumbersProps = { perMinute: Status['per_minute']; at: (minute: number) => string };

/** The minutes in which something happened, the latest first. */
function Numbers({ perMinute: { accepted, delivered, failed }, at }: NumbersProps) {
  const rows = accepted
    .map((_, minute) => ({ minute, numbers: [accepted[minute], delivered[minute], failed[minute]] }))
    .filter(({ numbers }) => numbers.some(count => (count ?? 0) > 0))
    .toReversed();
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>As numbers</summary>
      <Table
        caption="Accepted, delivered and failed by the minute"
        columns={[
          { name: 'Minute', cell: ({ minute }) => <Time at={at(minute)} /> },
          ...ROWS.map(({ name }, i) => ({
            name,
            isNumber: true as const,
            cell: ({ numbers }: (typeof rows)[number]) => {
              const count = numbers[i];
              return count == null ? 'not known' : numberText(count);
            },
          })),
        ]}
        rows={rows}
      />
    </details>
  );
}
