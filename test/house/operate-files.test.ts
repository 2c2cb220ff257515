/**
 * The alert rules and the dashboard of docs/operate: every expression is parsed as Prometheus parses it, and asks for metrics and
 * labels that the gateway has. So none is renamed without them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { familiesOf } from '../../src/api/metrics/families';
import { destinationStatus, statusReport } from '../support/status-report';
import { webhookRecord } from '../support/webhook-record';

/** A page or a file of docs/. */
const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

/** Labels of each metric, by the name that an expression asks for. */
const EXPOSED = new Map<string, Set<string>>();
const report = statusReport({
  lastEventAt: 1,
  rejected: { mismatch: 1 },
  destinations: [destinationStatus('d')],
});
const reported = [
  { record: webhookRecord(), report },
  { record: webhookRecord(), report: 'late' as const },
];
for (const { name, samples } of familiesOf(reported, { webhooks: 2, next: 0 }, 2)) {
  for (const { suffix = '', labels } of samples) EXPOSED.set(name + suffix, new Set(Object.keys(labels)));
}

/** What is wrong with an expression; `used` are the labels that its result is shown with. */
function problems(expression: string, used: readonly string[] = []): string[] {
  // Grafana puts a range in its place.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const found: string[] = [];
  const metrics: string[] = [];
  const labels = [...used];
  parser.parse(text).iterate({
    enter(node) {
      const source = text.slice(node.from, node.to);
      if (node.type.isError) found.push(`cannot be parsed at ${node.from}: ${text}`);
      if (node.name === 'VectorSelector') metrics.push(/^\w+/.exec(source)?.[0] ?? source);
      if (node.name === 'LabelName') labels.push(source);
    },
  });
  if (metrics.length === 0) found.push(`asks for nothing: ${text}`);
  for (const metric of metrics) if (!EXPOSED.has(metric)) found.push(`there is no ${metric}`);
  const known = metrics.flatMap(metric => [...(EXPOSED.get(metric) ?? [])]);
  for (const label of labels) if (!known.includes(label)) found.push(`has no label ${label}: ${text}`);
  return found;
}

/** The labels that a text shows of a result. */
const shown = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, label = '']) => label);

describe('what is wrong with an expression', () => {
  it.each([
    ['sum by (webhook) (rate(gapless_events_accepted_total{webhook_id=~"$webhook"}[$__rate_interval]))', 0],
    ['rate(gapless_events_accepted_total[5m]', 1],
    ['gapless_events_accepted', 1],
    ['gapless_gaps_open{destination_id="x"}', 1],
    ['sum by (le) (gapless_gaps_open)', 1],
    ['1', 1],
  ])('%s: %i', (expression, count) => {
    expect(problems(expression)).toHaveLength(count);
  });
});

describe('docs/operate/gapless-alerts.yml', () => {
  type Rule = {
    alert: string;
    expr: string;
    for?: string;
    labels: { severity: string };
    annotations: { summary: string; description: string };
  };
  const { groups } = parse(read('operate/gapless-alerts.yml')) as {
    groups: { name: string; rules: Rule[] }[];
  };
  const rules = groups.flatMap(group => group.rules);

  it('has five rules, of the form that Prometheus reads', () => {
    expect(groups.map(({ name }) => name)).toEqual(['gapless']);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(5);
    for (const rule of rules) {
      expect(Object.keys(rule).filter(key => key !== 'for')).toEqual([
        'alert',
        'expr',
        'labels',
        'annotations',
      ]);
      expect(rule.alert).toMatch(/^Gapless[A-Za-z]+$/);
      expect(rule.for ?? '0s').toMatch(/^\d+[smh]$/);
      expect(['warning', 'critical']).toContain(rule.labels.severity);
    }
  });

  it.each(rules)('$alert asks for what there is, and names it', ({ expr, annotations }) => {
    const text = `${annotations.summary} ${annotations.description}`;
    const used = shown(text, /\$labels\.(\w+)/g);
    expect(problems(expr, used)).toEqual([]);
    expect(used).toContain('webhook_id');
  });

  it.each(rules)('$alert is told of in docs/operate.md', ({ alert }) => {
    expect(read('operate.md')).toContain(`\`${alert}\``);
  });
});

describe('docs/operate/grafana-dashboard.json', () => {
  type Target = { refId: string; expr: string; legendFormat: string };
  type Panel = {
    id: number;
    title: string;
    description: string;
    type: string;
    gridPos: Grid;
    targets: Target[];
  };
  type Grid = { x: number; y: number; w: number; h: number };
  type Variable = { name: string; type: string; query: unknown };
  const board = JSON.parse(read('operate/grafana-dashboard.json')) as {
    uid: string;
    title: string;
    schemaVersion: number;
    panels: Panel[];
    templating: { list: Variable[] };
  };
  const { panels } = board;

  it('has the form that Grafana imports, and panels that do not cover each other', () => {
    expect([board.uid, board.title, board.schemaVersion >= 36]).toEqual(['gapless', 'Gapless', true]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.every(cell => Number(cell.split('/')[0]) < 24)).toBe(true);
    for (const { title, description, targets } of panels) {
      expect([title, description, targets.length > 0].every(Boolean), title).toBe(true);
    }
  });

  it.each(panels)('$title asks for what there is', ({ targets }) => {
    for (const { expr, legendFormat } of targets) {
      expect(problems(expr, shown(legendFormat, /\{\{(\w+)\}\}/g))).toEqual([]);
    }
  });

  it('has a variable for each that its expressions name', () => {
    const { list } = board.templating;
    const named = shown(JSON.stringify(panels), /"?\$\{?(?!__)(\w+)\}?/g);
    expect(new Set(list.map(({ name }) => name))).toEqual(new Set(named));
    for (const { type, query } of list.filter(({ type }) => type === 'query')) {
      const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(Object(query).query) ?? [];
      expect(problems(selector, [label]), type).toEqual([]);
    }
  });
});
