/** What is counted of a destination, attempt by attempt. */
import { expect, it } from 'vitest';
import type { AttemptResult } from '../../../../src/delivery/outgoing';
import { LATENCY_BOUNDS_SECONDS } from '../../../../src/log/contract/status';
import { afterAttempt, NO_TOTALS, type Totals } from '../../../../src/log/forward/totals';

const answered = (status: number | null, error: AttemptResult['error'] = null): AttemptResult => ({
  outcome: status !== null && status >= 200 && status < 300 ? 'delivered' : 'failed',
  ...{ status, error, at: 0, durationMs: 1, retryAfterMs: null },
});
const after = (totals: Totals, result: AttemptResult, at = 0, receivedAt: number | null = null) =>
  afterAttempt(totals, { result, at, receivedAt });

it('attempts are counted by the class of the answer, or by why there was none', () => {
  const results = [
    ...[200, 204, 301, 404, 410, 429, 500, 599, 999].map(status => answered(status, 'status')),
    ...[answered(null, 'timeout'), answered(null, 'connection'), answered(null, 'refused_url')],
  ];
  const totals = results.reduce((sum, result) => after(sum, result), NO_TOTALS);
  expect(totals.attempts).toEqual({ '2xx': 2, '3xx': 1, '4xx': 3, '5xx': 3, timeout: 1, connection: 2 });
  expect([totals.delivered, totals.failedAttempts]).toEqual([2, 10]);
});

it('an erased event is no attempt of any class, and a success says when it was', () => {
  const erased = after(NO_TOTALS, answered(null, 'redacted'), 5);
  expect(erased).toEqual(NO_TOTALS);
  expect(after(erased, answered(200), 30).lastDeliveredAt).toBe(30);
});

it('latency is counted up to and with each bound, from the event to its delivery, and not of replays', () => {
  const tookMs = [0, 100, 101, 500, 86_400_000, 86_400_001];
  const totals = tookMs.reduce((sum, ms) => after(sum, answered(200), 1000 + ms, 1000), NO_TOTALS);
  expect(totals.latency.counts).toEqual([2, 2, ...Array(LATENCY_BOUNDS_SECONDS.length - 3).fill(0), 1, 1]);
  expect(totals.latency.seconds).toBe(172_800.702);
  expect(after(totals, answered(200)).latency).toBe(totals.latency);
  // A clock that went back meanwhile.
  expect(after(NO_TOTALS, answered(200), 1000, 2000).latency).toMatchObject({ seconds: 0 });
});
