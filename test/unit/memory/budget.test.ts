import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { MemoryBudget } from '../../../src/memory/budget';
import type { RecentBytes } from '../../../src/memory/recent-bytes';

const LARGEST_BODY = 1.5 * 1024 * 1024;

/** Keeps an event of so many bytes; gives whether it is still kept. */
function keep(recent: RecentBytes, bytes: number): () => boolean {
  let kept = true;
  recent.add({
    bytes,
    drop: () => {
      kept = false;
    },
  });
  return () => kept;
}

describe('the memory of an isolate', () => {
  it('has room for the largest body in every part, within half of what an isolate has', () => {
    const { MAX_REQUEST_BYTES: requests, MAX_DELIVERY_BYTES: deliveries, MAX_TRIAL_BYTES: trials } = LIMITS;
    expect(requests + deliveries).toBeLessThanOrEqual(64 * 1024 * 1024);
    for (const part of [requests, trials, deliveries - trials]) expect(part).toBeGreaterThan(LARGEST_BODY);
    // Otherwise a flood of bodies that nobody finishes would keep others from being taken.
    expect(requests - LIMITS.MAX_UNFINISHED_BYTES).toBeGreaterThan(LARGEST_BODY);
  });

  it('drops the oldest recent events first, of whichever object, where others need the room', () => {
    const budget = new MemoryBudget({ requests: 50, unfinished: 50, deliveries: 50, trials: 20, recent: 60 });
    const [first, second, third] = [20, 20, 20].map(bytes => keep(budget.recent, bytes));
    const share = budget.requests.share();
    expect(share.hold(40)).toBe(true);
    expect([first?.(), second?.(), third?.()]).toEqual([true, true, true]);
    expect(share.hold(41)).toBe(true);
    expect([first?.(), second?.(), third?.()]).toEqual([false, true, true]);
    const wanted = { name: 'x', bytes: 30, trial: false, who: 'a', until: Number.POSITIVE_INFINITY };
    budget.deliveries.hold(wanted, () => new Uint8Array(30));
    expect([second?.(), third?.()]).toEqual([false, true]);
    expect(budget.bytes).toBe(91);
    share.end();
    expect(keep(budget.recent, 60)()).toBe(true);
    expect(third?.()).toBe(false);
  });

  it('lets events go that have been recent for five seconds, with the next that comes', () => {
    let now = 0;
    const { recent } = new MemoryBudget({ now: () => now });
    const first = keep(recent, 10);
    now = 3000;
    const second = keep(recent, 10);
    now = 4999;
    keep(recent, 10);
    expect([first(), second()]).toEqual([true, true]);
    now = 5000;
    keep(recent, 10);
    expect([first(), second(), recent.bytes]).toEqual([false, true, 30]);
  });

  it('keeps no event that has no room, and never more of them than their part', () => {
    const budget = new MemoryBudget({ requests: 50, deliveries: 50, trials: 20, recent: 60 });
    expect(keep(budget.recent, 61)()).toBe(false);
    const kept = Array.from({ length: 7 }, () => keep(budget.recent, 10));
    expect(kept.map(one => one())).toEqual([false, true, true, true, true, true, true]);
    expect(budget.bytes).toBe(60);
    expect(budget.peak).toBeLessThanOrEqual(100);
  });
});
