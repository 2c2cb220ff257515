import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Epoch, receive, startEpoch } from '../../../src/numbering/epoch';
import { arrive, giveUp, type Hold, nextGivingUp, startHold } from '../../../src/numbering/predecessor-wait';
import { range } from '../../support/sequence';

const HOLD_MS = 10_000;

/** Arrivals as the log passes them on, and what leaves, in order. */
class Holding {
  now = 0;
  epoch: Epoch | null = null;
  hold: Hold | null = null;
  readonly left: { id: number; at: number; late: boolean; waited: number }[] = [];
  #arrivedAt = new Map<number, number>();
  #sequence = 0;

  /** @param forwards false for an id that came without an event to forward */
  arrive(id: number, forwards = true): void {
    const arrival = { id, fingerprint: '', eventTime: null, now: this.now };
    this.epoch =
      this.epoch === null ? startEpoch(1, arrival, false) : receive(this.epoch, arrival, 1e9).epoch;
    const before = this.hold ?? startHold(this.epoch);
    this.#arrivedAt.set(id, this.now);
    const until = forwards ? this.now + HOLD_MS : null;
    const { hold, waits, released } = arrive(before, this.epoch, id, ++this.#sequence, until);
    this.hold = hold;
    if (forwards && !waits) this.#leave(id, id <= before.frontier);
    for (const held of released) this.#leave(held.id, false);
  }

  #leave(id: number, late: boolean): void {
    const waited = this.now - (this.#arrivedAt.get(id) ?? Number.NaN);
    this.left.push({ id, at: this.now, late, waited });
  }

  /** Lets time pass, and the alarm come when it is due. */
  wait(ms: number): void {
    const until = this.now + ms;
    for (let at = nextGivingUp(this.hold); at !== null && at <= until; at = nextGivingUp(this.hold)) {
      this.now = Math.max(this.now, at);
      if (this.hold === null || this.epoch === null) break;
      const { hold, released } = giveUp(this.hold, this.epoch, this.now);
      this.hold = hold;
      for (const held of released) this.#leave(held.id, false);
    }
    this.now = until;
  }

  get ids(): number[] {
    return this.left.map(({ id }) => id);
  }
}

describe('holding', () => {
  it('lets what comes in order pass at once', () => {
    const holding = new Holding();
    for (const id of range(5, 9)) holding.arrive(id);
    expect(holding.left.map(({ id, waited }) => [id, waited])).toEqual(range(5, 9).map(id => [id, 0]));
  });

  it('sorts what comes out of order', () => {
    const holding = new Holding();
    for (const id of [1, 3, 5, 4, 2, 6]) holding.arrive(id);
    expect(holding.ids).toEqual(range(1, 6));
    expect(holding.left.some(({ late }) => late)).toBe(false);
  });

  it('waits no longer than the hold, from the event’s own acceptance', () => {
    const holding = new Holding();
    holding.arrive(1);
    holding.arrive(3);
    holding.wait(HOLD_MS - 1);
    expect(holding.ids).toEqual([1]);
    holding.wait(1);
    expect(holding.ids).toEqual([1, 3]);
  });

  it('lets lower ids go before one whose time is over, though theirs is not', () => {
    const holding = new Holding();
    holding.arrive(1);
    holding.arrive(5);
    holding.wait(6000);
    holding.arrive(3);
    holding.wait(4000);
    expect(holding.left.map(({ id, waited }) => [id, waited])).toEqual([
      [1, 0],
      [3, 4000],
      [5, 10_000],
    ]);
  });

  it('forwards at once, as late, what comes after it was given up', () => {
    const holding = new Holding();
    for (const id of [1, 3]) holding.arrive(id);
    holding.wait(HOLD_MS);
    holding.arrive(2);
    holding.arrive(4);
    expect(holding.left.map(({ id, late }) => [id, late])).toEqual([
      [1, false],
      [3, false],
      [2, true],
      [4, false],
    ]);
  });

  it('does not wait for ids that came without an event', () => {
    const holding = new Holding();
    holding.arrive(1);
    holding.arrive(3);
    holding.arrive(2, false);
    holding.arrive(4, false);
    holding.arrive(5);
    expect(holding.ids).toEqual([1, 3, 5]);
  });

  it('holds 10,000 events at most; then the lowest go as if their time were over', () => {
    // 1 was received, and every odd id up to 20,001.
    const holes = range(1, 10_000).map(n => ({ from: 2 * n, to: 2 * n, missing: 1, detectedAt: 0 }));
    const first = startEpoch(1, { id: 1, fingerprint: '', eventTime: null, now: 0 }, false);
    const epoch: Epoch = {
      ...first,
      highest: 20_001,
      holes: holes.map(hole => ({ ...hole, status: 'young' as const })),
    };
    const held = range(1, 10_000).map(n => ({ id: 2 * n + 1, sequence: n + 1, until: HOLD_MS }));
    const full: Hold = { epoch: 1, frontier: 1, held };
    const arrival = { id: 30_001, fingerprint: '', eventTime: null, now: 1 };
    const after = arrive(full, receive(epoch, arrival, 1e9).epoch, 30_001, 10_002, HOLD_MS + 1);
    expect(after.waits).toBe(true);
    expect(after.released.map(({ id }) => id)).toEqual([3]);
    expect(after.hold.held).toHaveLength(10_000);
    expect(after.hold.frontier).toBe(3);
  });

  it('keeps its promises for any order of arrival', () => {
    const arrival = fc.record({
      step: fc.integer({ min: 1, max: 40 }),
      after: fc.oneof(fc.constant(0), fc.nat(15_000)),
      forwards: fc.integer({ min: 0, max: 9 }).map(n => n > 0),
    });
    fc.assert(
      fc.property(fc.uniqueArray(arrival, { selector: ({ step }) => step, maxLength: 40 }), arrivals => {
        const holding = new Holding();
        for (const { step, after, forwards } of arrivals) {
          holding.wait(after);
          holding.arrive(step, forwards);
        }
        holding.wait(HOLD_MS);
        const { left } = holding;
        // Nothing is left behind, and nothing goes twice.
        const forwarded = arrivals.filter(({ forwards }) => forwards).map(({ step }) => step);
        expect(left.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
          forwarded.toSorted((a, b) => a - b),
        );
        // Nothing waits longer than its hold.
        for (const { waited } of left) expect(waited).toBeLessThanOrEqual(HOLD_MS);
        // Sorted, but for what had been given up.
        const onTime = left.filter(({ late }) => !late).map(({ id }) => id);
        expect(onTime).toEqual(onTime.toSorted((a, b) => a - b));
        for (const { waited } of left.filter(({ late }) => late)) expect(waited).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
