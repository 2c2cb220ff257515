/** Metric families as Prometheus reads them (text format 0.0.4). Pure. */

export type Labels = Readonly<Record<string, string>>;

/** A sample whose value is null does not apply and is left out. */
export type Family = {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  samples: readonly { labels: Labels; value: number | null }[];
};

export function prometheusText(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples
        .filter(({ value }) => value !== null)
        .map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
