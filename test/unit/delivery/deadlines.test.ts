/** One timer for all that is under way: each action at its time, and as few timers as that takes. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deadlines } from '../../../src/delivery/deadlines';
import { VirtualTime } from '../../support/simulation/virtual-time';

/** Deadlines on virtual time, the timers that were set for them, those that were cleared, and those that still run. */
function deadlinesAt(time: VirtualTime) {
  const timers = { set: 0, cleared: 0, running: 0 };
  const later = (ms: number, action: () => void) => {
    timers.set++;
    timers.running++;
    let runs = true;
    const end = () => {
      if (runs) timers.running--;
      runs = false;
    };
    const cancel = time.later(ms, () => {
      end();
      action();
    });
    return () => {
      if (runs) timers.cleared++;
      end();
      cancel();
    };
  };
  return { timers, deadlines: new Deadlines({ now: () => time.now, later }) };
}

it('sets one timer for an attempt that is answered, and none for those beside it', async () => {
  const time = new VirtualTime(0);
  const { timers, deadlines } = deadlinesAt(time);
  const ended = deadlines.set(15_000, () => {});
  await time.runUntil(20);
  const body = deadlines.set(1000, () => {});
  ended();
  const others = [1, 2, 3].map(() => deadlines.set(15_000, () => {}));
  expect(timers).toEqual({ set: 1, cleared: 0, running: 1 });
  body();
  for (const end of others) end();
  expect(timers).toEqual({ set: 1, cleared: 1, running: 0 });
});

it('clears no timer while attempts follow each other, as the runtime keeps something of each, and one a second fires', async () => {
  for (const answersIn of [4, 1100]) {
    const time = new VirtualTime(0);
    const { timers, deadlines } = deadlinesAt(time);
    for (let attempt = 0; attempt < 1000; attempt++) {
      const ended = deadlines.set(15_000, () => {});
      await time.runUntil(time.now + answersIn);
      const body = deadlines.set(1000, () => {});
      ended();
      await time.runUntil(time.now + 6);
      body();
    }
    expect(timers.cleared).toBe(1);
    expect(timers.set).toBeLessThanOrEqual(2 + time.now / 1000);
    await time.runUntil(time.now + 1000);
    expect(timers.running).toBe(0);
  }
});

it('does not take the timer that it left for an attempt: what comes a second and a half later is alone again', async () => {
  const time = new VirtualTime(0);
  const { timers, deadlines } = deadlinesAt(time);
  for (const after of [0, 100]) {
    await time.runUntil(time.now + after);
    deadlines.set(15_000, () => {})();
  }
  expect(timers.running).toBe(1);
  for (let attempt = 0; attempt < 5; attempt++) {
    await time.runUntil(time.now + 1500);
    deadlines.set(15_000, () => {})();
    expect(timers.running).toBe(0);
  }
});

it('lets an object sleep at once after each attempt of a trickle', async () => {
  const time = new VirtualTime(0);
  const { timers, deadlines } = deadlinesAt(time);
  for (let attempt = 0; attempt < 10; attempt++) {
    const ended = deadlines.set(15_000, () => {});
    await time.runUntil(time.now + 50);
    const body = deadlines.set(1000, () => {});
    ended();
    body();
    expect(timers.running).toBe(0);
    await time.runUntil(time.now + 2000);
  }
});

it('runs every action at its own time, and none that was ended', async () => {
  const waits = fc.record({
    after: fc.integer({ min: 0, max: 3000 }),
    ms: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 100_000 })),
    endedAfter: fc.option(fc.integer({ min: 0, max: 5000 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(waits, { maxLength: 12 }), async all => {
      const time = new VirtualTime(1_700_000_000_000);
      const { timers, deadlines } = deadlinesAt(time);
      const ran = new Map<number, number>();
      const due = new Map<number, number>();
      let at = time.now;
      for (const [i, { after, ms, endedAfter }] of all.entries()) {
        at += after;
        await time.runUntil(at);
        const end = deadlines.set(ms, () => ran.set(i, time.now));
        if (endedAfter === null || endedAfter > ms) due.set(i, at + ms);
        // At the very moment either is right.
        if (endedAfter !== null && endedAfter !== ms) time.later(endedAfter, end);
        else if (endedAfter === ms) due.set(i, at + ms);
      }
      await time.runOut(at + 200_000);
      expect(ran).toEqual(due);
      expect(timers.running).toBe(0);
    }),
  );
});

it('waits no longer where the clock is set back', async () => {
  const time = new VirtualTime(10_000_000);
  let back = 0;
  const deadlines = new Deadlines({ now: () => time.now - back, later: time.later });
  let ranAt: number | null = null;
  deadlines.set(5000, () => {
    ranAt = time.now;
  });
  await time.runUntil(10_002_500);
  back = 3_600_000;
  await time.runUntil(10_020_000);
  expect(ranAt).toBeGreaterThanOrEqual(10_005_000);
  expect(ranAt).toBeLessThanOrEqual(10_006_000);
});

it('waits hardly less where the clock is set forward', async () => {
  const time = new VirtualTime(10_000_000);
  let ahead = 0;
  const deadlines = new Deadlines({ now: () => time.now + ahead, later: time.later });
  const ranAt: number[] = [];
  const set = (ms: number) => deadlines.set(ms, () => ranAt.push(time.now));
  set(5000);
  await time.runUntil(10_001_500);
  ahead = 3_600_000;
  set(5000);
  await time.runUntil(10_020_000);
  expect(ranAt).toHaveLength(2);
  // What a timer may be late counts as passed.
  expect(ranAt[0]).toBeGreaterThanOrEqual(10_003_500);
  expect(ranAt[0]).toBeLessThanOrEqual(10_005_000);
  expect(ranAt[1]).toBeGreaterThanOrEqual(10_006_500);
  expect(ranAt[1]).toBeLessThanOrEqual(10_007_500);
});
