import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadlines } from '../../../src/delivery/deadlines';

const START = Date.UTC(2026, 10, 20, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const controllers = (count: number) => Array.from({ length: count }, () => new AbortController());
const aborted = (of: readonly AbortController[]) => of.map(({ signal }) => signal.aborted);

describe('deadlines', () => {
  it('abort each in its own time, in whatever order they were set', () => {
    const deadlines = new Deadlines(Date.now);
    const all = controllers(3);
    for (const [index, ms] of [300, 100, 200].entries()) deadlines.set(all[index] as AbortController, ms);
    vi.advanceTimersByTime(99);
    expect(aborted(all)).toEqual([false, false, false]);
    vi.advanceTimersByTime(1);
    expect(aborted(all)).toEqual([false, true, false]);
    vi.advanceTimersByTime(100);
    expect(aborted(all)).toEqual([false, true, true]);
    vi.advanceTimersByTime(100);
    expect(aborted(all)).toEqual([true, true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keep to the time that was set last, sooner or later', () => {
    const deadlines = new Deadlines(Date.now);
    const [sooner, later] = controllers(2) as [AbortController, AbortController];
    deadlines.set(sooner, 30_000);
    deadlines.set(later, 1000);
    deadlines.set(sooner, 500);
    deadlines.set(later, 2000);
    vi.advanceTimersByTime(500);
    expect(aborted([sooner, later])).toEqual([true, false]);
    vi.advanceTimersByTime(1499);
    expect(later.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(later.signal.aborted).toBe(true);
  });

  it('abort nothing that was cleared, and nothing once stopped', () => {
    const deadlines = new Deadlines(Date.now);
    const all = controllers(2);
    for (const one of all) deadlines.set(one, 10);
    deadlines.clear(all[0] as AbortController);
    vi.advanceTimersByTime(9);
    deadlines.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(aborted(all)).toEqual([false, false]);
  });

  it('share one timer', () => {
    const deadlines = new Deadlines(Date.now);
    for (const one of controllers(48)) {
      deadlines.set(one, 30_000);
      expect(vi.getTimerCount()).toBe(1);
      deadlines.clear(one);
    }
    expect(vi.getTimerCount()).toBe(1);
  });
});
