/** The text of the metrics against a parser of Prometheus' format that is not ours, with names that try to break out of it. */
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { familiesOf } from '../../../src/api/metrics/families';
import { prometheusText } from '../../../src/api/metrics/prometheus-text';
import type { Reported } from '../../../src/api/reports';
import { destinationStatus, statusReport } from '../../support/status-report';
import { webhookRecord } from '../../support/webhook-record';

const HOSTILE = [
  'plain',
  '',
  '"} 1\ngapless_forged{webhook="x',
  'ends in \\',
  '\\"',
  '\\n is no line feed',
  'two\nlines\r\n\t',
  '# HELP gapless_events_accepted_total no',
  '{le="0.1"}',
  'Ünïcode \u202e\u0000\u{1f4a9}',
  'half \ud83d',
];

const now = 1_700_000_000_000;
const reported: Reported[] = HOSTILE.map((name, index) => ({
  record: webhookRecord({ id: index + 1, name }),
  report: statusReport({
    name,
    lastEventAt: now - 5000,
    rejected: { mismatch: index },
    counters: { accepted: index, duplicate: 0, ignored: 0, quarantined: 0 },
    destinations: [
      destinationStatus(`dst_${index}`, {
        name,
        attempts: { '2xx': 3, '3xx': 0, '4xx': 0, '5xx': 1, timeout: 0, connection: 0 },
        latency: { counts: [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4], seconds: 12.5 },
        failingSince: now - 60_000,
      }),
    ],
  }),
}));
const text = prometheusText(familiesOf(reported, { webhooks: reported.length, next: 0 }, now));
const parsed = parsePrometheusTextFormat(text);

describe('the text of the metrics', () => {
  it('has a line for each sample, whatever webhooks and destinations are called', () => {
    const lines = text.split('\n').slice(0, -1);
    const sample = /^gapless_[a-z_]+(\{([a-z_]+="(\\[\\"n]|[^\\"\n])*",?)+\})? -?[0-9.e+]+$/u;
    for (const line of lines) if (!/^# (HELP|TYPE) gapless_/.test(line)) expect(line).toMatch(sample);
    expect(lines.filter(line => line.startsWith('gapless_events_accepted_total{'))).toHaveLength(
      HOSTILE.length,
    );
    expect(text).not.toMatch(/^gapless_forged/m);
  });

  it('is read by another’s parser, names and values as they are', () => {
    const accepted = parsed?.find(({ name }) => name === 'gapless_events_accepted_total');
    expect(accepted).toMatchObject({ type: 'COUNTER', help: 'Events accepted.' });
    const read = accepted?.metrics.map(({ labels, value }) => [labels?.webhook ?? '', value]);
    expect(read).toEqual(HOSTILE.map((name, index) => [name.toWellFormed(), String(index)]));
    const names = parsed?.map(({ name }) => name) ?? [];
    expect(new Set(names).size).toBe(names.length);
    expect(names.every(name => /^gapless_/.test(name))).toBe(true);
  });

  it('has a histogram whose buckets add up', () => {
    const own = text.split('\n').filter(line => /^gapless_delivery_latency.*"dst_0"/.test(line));
    const values = own.map(line => line.replace(/\{.*?(?:le="([^"]+)")?\} /, ' $1 '));
    expect(values).toEqual([
      ...[
        '0.1 1',
        '0.5 3',
        '1 3',
        '5 3',
        '15 3',
        '60 3',
        '300 3',
        '1800 3',
        '7200 3',
        '86400 3',
        '+Inf 7',
      ].map(bucket => `gapless_delivery_latency_seconds_bucket ${bucket}`),
      'gapless_delivery_latency_seconds_sum  12.5',
      'gapless_delivery_latency_seconds_count  7',
    ]);
    expect(parsed?.find(({ name }) => name === 'gapless_delivery_latency_seconds')).toMatchObject({
      type: 'HISTOGRAM',
    });
  });

  it('names its units and counters as Prometheus’ conventions have it', () => {
    for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|percent)(_|$)/);
    }
  });
});
