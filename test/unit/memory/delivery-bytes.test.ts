import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../src/memory/budget';
import type { Hold, Wanted } from '../../../src/memory/delivery-bytes';

const UNTIL = 100_000;

/** Room for 100 bytes, 40 of them for destinations on trial. */
function budget() {
  const time = { now: 1000 };
  const lines: object[] = [];
  const log = (event: string, fields?: object) => void lines.push({ event, ...fields });
  const { deliveries } = new MemoryBudget({ deliveries: 100, trials: 40, now: () => time.now, log });
  const reads: string[] = [];
  const hold = (name: string, bytes: number, given: Partial<Wanted> = {}): Hold | 'full' | null =>
    deliveries.hold({ name, bytes, trial: false, who: name, until: UNTIL, ...given }, () => {
      reads.push(name);
      return new Uint8Array(bytes);
    });
  const held = (name: string, bytes: number, given: Partial<Wanted> = {}): Hold => {
    const one = hold(name, bytes, given);
    if (one === null || one === 'full') throw new Error(`${name} is not held: ${one}`);
    return one;
  };
  return { time, lines, deliveries, reads, hold, held };
}

describe('the bodies of deliveries', () => {
  it('are here once, whatever the number of their deliveries, and until the last has ended', () => {
    const { deliveries, reads, held } = budget();
    const holds = ['a', 'b', 'c'].map(who => held('x', 50, { who }));
    expect(new Set(holds.map(({ body }) => body)).size).toBe(1);
    expect(reads).toEqual(['x']);
    expect(deliveries.bytes).toBe(50);
    for (const hold of holds.slice(1)) deliveries.release(hold);
    expect(deliveries.share({ name: 'x', trial: false, who: 'd', until: UNTIL })).toMatchObject({
      body: holds[0]?.body,
    });
    expect(deliveries.bytes).toBe(50);
  });

  it('are gone after the last, and one that is given back twice counts once', () => {
    const { deliveries, held } = budget();
    const [one, other] = [held('x', 50), held('x', 50)];
    deliveries.release(one);
    deliveries.release(one);
    expect(deliveries.has('x')).toBe(true);
    deliveries.release(other);
    expect(deliveries.has('x')).toBe(false);
    expect(deliveries.bytes).toBe(0);
    expect(deliveries.share({ name: 'x', trial: false, who: 'd', until: UNTIL })).toBeNull();
  });

  it('wait when there is no room, but not those that are here already', () => {
    const { deliveries, hold, held } = budget();
    const first = held('x', 60);
    expect(hold('y', 1)).toBe('full');
    held('x', 60);
    deliveries.release(first);
    expect(hold('y', 1)).toBe('full');
  });

  it('of destinations that may hang take nothing from the others, nor the others from them', () => {
    const { hold, held } = budget();
    held('t', 40, { trial: true });
    expect(hold('u', 1, { trial: true })).toBe('full');
    held('x', 60);
    expect(hold('y', 1)).toBe('full');
  });

  it('count for both when both have them, so that neither has more than its part', () => {
    const { deliveries, hold, held } = budget();
    const healthy = held('x', 40);
    const hung = held('x', 40, { trial: true });
    expect(hung.body).toBe(healthy.body);
    expect(deliveries.bytes).toBe(80);
    deliveries.release(healthy);
    expect(deliveries.bytes).toBe(40);
    expect(hold('y', 1, { trial: true })).toBe('full');
    held('z', 60);
    deliveries.release(hung);
    expect(deliveries.has('x')).toBe(false);
  });

  it('have room in their turn: a large one is not overtaken by small ones for ever', () => {
    const { deliveries, hold, held } = budget();
    const small = [1, 2, 3, 4, 5, 6].map(index => held(`s${index}`, 10));
    expect(hold('large', 50, { who: 'a' })).toBe('full');
    for (const [index, one] of small.slice(0, 5).entries()) {
      deliveries.release(one);
      if (index < 4) expect(hold(`t${index}`, 10, { who: 'b' })).toBe('full');
    }
    held('large', 50, { who: 'a' });
    expect(hold('t9', 10, { who: 'b' })).toBe('full');
  });

  it('may go before those in front of them where there is room for all', () => {
    const { deliveries, hold, held } = budget();
    const [one, other] = [held('x', 30), held('y', 30)];
    expect(hold('p', 20, { who: 'a' })).toBe('full');
    expect(hold('q', 20, { who: 'b' })).toBe('full');
    deliveries.release(one);
    expect(hold('q', 20, { who: 'b' })).toBe('full');
    deliveries.release(other);
    held('q', 20, { who: 'b' });
    held('p', 20, { who: 'a' });
  });

  it('do not wait for one that asks no more', () => {
    const { time, deliveries, hold, held } = budget();
    const one = held('x', 60);
    expect(hold('large', 60, { who: 'a' })).toBe('full');
    deliveries.release(one);
    expect(hold('small', 10, { who: 'b' })).toBe('full');
    time.now += 2001;
    held('small', 10, { who: 'b' });
  });

  it('that nobody gave back count no longer than their call may take', () => {
    const { time, deliveries, hold, held } = budget();
    const lost = held('x', 60, { until: 5000 });
    expect(hold('y', 60)).toBe('full');
    time.now = 5000;
    held('y', 60);
    deliveries.release(lost);
    expect(deliveries.bytes).toBe(60);
  });

  it('always go on: the largest has room when nothing is under way', () => {
    const { held, deliveries } = budget();
    for (const trial of [true, false]) deliveries.release(held('x', trial ? 40 : 60, { trial }));
    expect(deliveries.bytes).toBe(0);
  });

  it('leave nothing behind where there is no body after all', () => {
    const { deliveries } = budget();
    const wanted = { name: 'x', bytes: 10, trial: false, who: 'a', until: UNTIL };
    expect(deliveries.hold(wanted, () => null)).toBeNull();
    expect(deliveries.bytes).toBe(0);
    expect(deliveries.has('x')).toBe(false);
  });

  it('that wait are told in one line a minute', () => {
    const { time, lines, hold, held } = budget();
    held('x', 60);
    for (const who of ['a', 'b', 'b']) expect(hold(who, 60, { who })).toBe('full');
    expect(lines).toEqual([{ event: 'memory_full', bytes: 60, waiting: 1 }]);
    time.now += 60_000;
    expect(hold('a', 60, { who: 'a' })).toBe('full');
    expect(lines).toHaveLength(2);
  });
});
