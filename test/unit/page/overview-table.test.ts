/** The overview as a table: the worst on top, what is not known as such, and small. */
import { describe, expect, it } from 'vitest';
import type { Overview } from '../../../src/page/answers';
import { OverviewTable } from '../../../src/page/overview-table';

type Row = Overview['webhooks'][number];

const NOW = Date.UTC(2026, 10, 27);
const WELL: Row = {
  webhook_id: 1,
  name: 'well',
  provider: 'shipstream',
  is_active: true,
  left_out: null,
  last_event_at: '2026-11-26T10:00:00.000Z',
  events_per_hour: Array<number>(24).fill(0),
  open_gaps: 0,
  missing_ids: 0,
  awaited_ids: 0,
  uncertain_ids: 0,
  waiting: 0,
  waiting_exact: true,
  dead: 0,
  refused_last_day: 0,
  destinations: 1,
  paused: 0,
  failing: [],
  storage_percent: 1,
  storage_refusing_since: null,
};
const FAILING = {
  destination_id: 'd',
  name: 'app',
  failing_since: null,
  circuit: 'open' as const,
  next_attempt_at: null,
  disabled_reason: null,
};

const render = (webhooks: Row[]): string => String(OverviewTable({ webhooks, now: NOW }));

describe('the overview', () => {
  it('has the worst on top', () => {
    const html = render([
      WELL,
      { ...WELL, name: 'missing', missing_ids: 2 },
      { ...WELL, name: 'failing', failing: [FAILING], missing_ids: 2 },
    ]);
    const names = [...html.matchAll(/<bdi>(well|missing|failing)<\/bdi>/g)].map(([, name]) => name);
    expect(names).toEqual(['failing', 'missing', 'well']);
  });

  it('draws no hour of which nothing is known', () => {
    const html = render([{ ...WELL, events_per_hour: [null, 0, 5] }]);
    expect(html).toContain('5 events in 2 hours');
    expect(html).toContain('d="M6 20v-.5M10 20v-20"');
  });

  it('has room for 500 webhooks in 50 KiB on the way', async () => {
    // The same numbers in every run, and no pattern in them that would pack well.
    let state = 1;
    const random = (below: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const webhooks = Array.from({ length: 500 }, (_, i) => ({
      ...WELL,
      webhook_id: random(2 ** 31) * 2 ** 20 + random(2 ** 20),
      name: `Shop ${i} of ${random(1e6)}`,
      last_event_at: new Date(NOW - random(1e8)).toISOString(),
      events_per_hour: Array.from({ length: 24 }, () => random(1000)),
      waiting: random(1000),
      refused_last_day: random(3),
      failing: i % 10 === 0 ? [FAILING] : [],
    }));
    const packed = new Response(render(webhooks)).body?.pipeThrough(new CompressionStream('gzip')) ?? null;
    const { byteLength } = await new Response(packed).arrayBuffer();
    expect(byteLength).toBeGreaterThan(10_000);
    expect(byteLength).toBeLessThan(48 * 1024);
  });
});
