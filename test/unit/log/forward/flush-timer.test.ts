import { describe, expect, it } from 'vitest';
import { FlushTimer } from '../../../../src/log/forward/flush-timer';

/** A timer on a clock of its own, with the times at which it flushed. */
function timer() {
  let now = 10_000;
  let pending: { at: number; action: () => void }[] = [];
  const flushedAt: number[] = [];
  const flushes = new FlushTimer({
    now: () => now,
    later: (ms, action) => {
      const one = { at: now + ms, action };
      pending.push(one);
      return () => {
        pending = pending.filter(other => other !== one);
      };
    },
    flush: () => {
      flushedAt.push(now);
      flushes.flushed();
    },
  });
  const runUntil = (until: number): void => {
    while (true) {
      const [next] = pending.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      now = next.at;
      pending = pending.filter(other => other !== next);
      next.action();
    }
    now = until;
  };
  return { flushes, runUntil, flushedAt };
}

describe('finished deliveries are flushed', () => {
  it('at once when the last flush is long ago', () => {
    const { flushes, runUntil, flushedAt } = timer();
    flushes.request(false);
    runUntil(10_000);
    runUntil(20_000);
    flushes.request(false);
    runUntil(20_000);
    expect(flushedAt).toEqual([10_000, 20_000]);
  });

  it('together when they follow each other', () => {
    const { flushes, runUntil, flushedAt } = timer();
    for (let at = 10_000; at < 11_000; at += 30) {
      runUntil(at);
      flushes.request(false);
    }
    runUntil(12_000);
    expect(flushedAt).toEqual([10_000, 10_200, 10_400, 10_600, 10_800, 11_000]);
  });

  it('sooner when somebody waits for it, also where somebody comes later', () => {
    const { flushes, runUntil, flushedAt } = timer();
    flushes.request(false);
    runUntil(10_005);
    flushes.request(true);
    runUntil(10_050);
    flushes.request(false);
    runUntil(10_060);
    flushes.request(true);
    runUntil(11_000);
    expect(flushedAt).toEqual([10_000, 10_025, 10_060]);
  });

  it('not any more after a stop', () => {
    const { flushes, runUntil, flushedAt } = timer();
    flushes.request(false);
    flushes.stop();
    runUntil(20_000);
    expect(flushedAt).toEqual([]);
  });
});
