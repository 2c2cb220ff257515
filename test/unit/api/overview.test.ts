/** The overview on a clock of its own: how long it takes when objects take long to wake, and what it says of those that are silent. */
import { expect, it } from 'vitest';
import { entryView } from '../../../src/api/overview';
import { reportsOf } from '../../../src/api/reports';
import type { Clock } from '../../../src/clock';
import { err, ok } from '../../../src/result';
import { range } from '../../support/sequence';
import { VirtualTime } from '../../support/simulation/virtual-time';
import { statusReport } from '../../support/status-report';
import { webhookRecord } from '../../support/webhook-record';

async function reported(count: number, answer: (id: number) => { ms: number; status: unknown }) {
  const time = new VirtualTime(0);
  const clock: Clock = { now: () => time.now, later: time.later };
  let [calls, took] = [0, -1];
  const records = range(1, count).map(id => webhookRecord({ id, name: `w${id}` }));
  const asked = reportsOf(
    records,
    async ({ id }) => {
      calls++;
      const { ms, status } = answer(id);
      await time.sleep(ms);
      return status === 'unreachable'
        ? err('unreachable')
        : ok(status as ReturnType<typeof statusReport> | null);
    },
    clock,
  ).then(found => {
    took = time.now;
    return found;
  });
  await time.runUntil(10_000);
  return { entries: (await asked).map(({ record, report }) => entryView(record, report)), calls, took };
}

it('500 webhooks whose objects take 120 ms to wake are one call each and 1.6 seconds', async () => {
  const { entries, calls, took } = await reported(500, id => ({
    ...{ ms: 120, status: statusReport({ name: `w${id}` }) },
  }));
  expect([calls, took]).toEqual([500, 13 * 120]);
  expect(entries.map(({ webhook_id, name, left_out }) => [webhook_id, name, left_out])).toEqual(
    range(1, 500).map(id => [id, `w${id}`, null]),
  );
});

it('a webhook that says nothing is named with the reason, and nothing of it is shown as zero', async () => {
  const { eventsPerHour: _, ...earlier } = statusReport();
  const { entries, took } = await reported(60, id => {
    if (id === 1) return { ms: 60_000, status: statusReport() };
    if (id === 2) return { ms: 1, status: 'unreachable' };
    if (id === 3) return { ms: 1, status: earlier };
    return { ms: 1, status: id === 4 ? null : statusReport() };
  });
  expect(took).toBe(7000);
  expect(entries.map(({ webhook_id }) => webhook_id)).toEqual([1, 2, 3, ...range(5, 60)]);
  expect(entries.slice(0, 3).map(({ left_out }) => left_out)).toEqual([
    'late',
    'unreachable',
    'earlier_release',
  ]);
  for (const { webhook_id, name, provider, is_active, left_out, ...rest } of entries.slice(0, 3)) {
    expect([name, provider, is_active]).toEqual([`w${webhook_id}`, 'shipstream', true]);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
    // The same members, so that nobody has to ask whether there are any.
    expect(Object.keys(rest)).toEqual(Object.keys(entries[5] ?? {}).filter(key => key in rest));
    expect(left_out).not.toBeNull();
  }
});
