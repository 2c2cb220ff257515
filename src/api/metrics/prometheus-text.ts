/** Metric families as Prometheus reads them (text format 0.0.4). Pure. */

export type Labels = Readonly<Record<string, string>>;

/**
 * A sample whose value is null does not apply and is left out. Those of a histogram have a suffix: `_bucket` with a label `le`,
 * `_sum` and `_count`.
 */
export type Sample = { labels: Labels; value: number | null; suffix?: '_bucket' | '_sum' | '_count' };

export type Family = {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  samples: readonly Sample[];
};

export function prometheusText(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples
        .filter(({ value }) => value !== null)
        .map(({ labels, value, suffix = '' }) => `${name}${suffix}${labelText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/**
 * The samples of one histogram.
 * @param bounds ascending; `counts` has one more, for what is above the last, and they are not added up
 */
export function histogram(
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): Sample[] {
  let total = 0;
  const buckets = [...bounds, '+Inf'].map((le, index): Sample => {
    total += counts[index] ?? 0;
    return { labels: { ...labels, le: String(le) }, value: total, suffix: '_bucket' };
  });
  return [...buckets, { labels, value: sum, suffix: '_sum' }, { labels, value: total, suffix: '_count' }];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A value ends at a quote and a sample at a line feed; anything else may be in a value. Half a character would be no UTF-8. */
const escaped = (value: string) =>
  value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
