/**
 * The tracker against a naive model: for each numbering the set of ids that arrived. After every step the holes are
 * exactly what the model misses between baseline and highest: nothing received is in a hole, everything missing is.
 *
 * Runs are bounded here; `npm run test:model` makes more, and says how many operations they were. A failure prints its
 * seed and path, which replay it.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { isSurelyMissing } from '../../../src/numbering/doubt';
import type { Epoch } from '../../../src/numbering/epoch';
import { range, Sequence } from '../../support/sequence';

/** Few holes, so that merging is an everyday thing where a test makes many of them. */
const MAX_HOLES = 30;
const usual = { ...LIMITS };
beforeAll(() => void Object.assign(LIMITS, { MAX_HOLES }));
afterAll(() => void Object.assign(LIMITS, usual));

const { env } = import.meta as ImportMeta & { env: Record<string, string | undefined> };
const RUNS = Number(env.VITE_MODEL_RUNS ?? 300);
const GRACE_MS = 1000;
const EXPIRES_MS = 1_000_000_000;
const SETTINGS = { graceMs: GRACE_MS, expiresMs: EXPIRES_MS };
const HOUR_MS = 3_600_000;

afterAll(() => {
  if (env.VITE_MODEL_RUNS !== undefined) console.log(`tracker: ${Sequence.operations} operations`);
});

/** What one numbering has sent and the gateway received. */
class Numbering {
  readonly received = new Set<number>();
  baseline = 0;
  highest = 0;
  startedAt = 0;

  receive(id: number, now: number): void {
    if (this.received.size === 0) {
      this.baseline = id;
      this.startedAt = now;
    }
    if (now - this.startedAt <= GRACE_MS) this.baseline = Math.min(this.baseline, id);
    this.highest = Math.max(this.highest, id);
    this.received.add(id);
  }

  get missing(): number[] {
    if (this.received.size === 0) return [];
    return range(this.baseline, this.highest).filter(id => !this.received.has(id));
  }
}

const epochOf = (sequence: Sequence, number: number): Epoch | undefined =>
  [sequence.tracker.current, ...sequence.tracker.earlierEpochs].find(epoch => epoch?.number === number) ??
  undefined;

function expectHolesOf(sequence: Sequence, number: number, model: Numbering): void {
  const holes = epochOf(sequence, number)?.holes ?? [];
  expect(holes.flatMap(({ from, to }) => range(from, to))).toEqual(model.missing);
  for (const { from, to, missing } of holes) expect(missing).toBe(to - from + 1);
}

const way = fc.constantFrom('accepted', 'accepted', 'accepted', 'ignored', 'quarantined' as const);
/** Never id 1, which after the grace means a restart. */
const arrival = (highest: number) =>
  fc.record({
    id: fc.integer({ min: 2, max: highest }),
    as: way as fc.Arbitrary<'accepted' | 'ignored' | 'quarantined'>,
    wait: fc.constantFrom(0, 0, 0, 1, 400, 5000),
  });

describe('one numbering', () => {
  it('holds after every step, in any order, with retries, ignored and quarantined events', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.array(arrival(50), { maxLength: 80 }),
        (offset, steps) => {
          const sequence = new Sequence(SETTINGS);
          const model = new Numbering();
          const kept = new Set<number>();
          for (const { id, wait, ...step } of steps) {
            sequence.wait(wait);
            // What was ignored had been valid, so its retry is not quarantined.
            const ignoredBefore = model.received.has(offset + id) && !kept.has(id);
            const as = ignoredBefore && step.as === 'quarantined' ? 'accepted' : step.as;
            const answer = sequence.offer(offset + id, { bytes: 'same', as });
            const expected = kept.has(id) ? 'duplicate' : as;
            expect(answer).toBe(`${expected}@1`);
            if (as !== 'ignored') kept.add(id);
            model.receive(offset + id, sequence.now);
            expectHolesOf(sequence, 1, model);
            expect(sequence.tracker.current).toMatchObject({
              baseline: model.baseline,
              highest: model.highest,
            });
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('goes on through whatever conflicts there are among its events', () => {
    const among = fc.record({
      conflicts: fc.array(fc.nat(), { maxLength: 4 }),
      wait: fc.constantFrom(0, 0, 1, 150),
    });
    fc.assert(
      fc.property(fc.array(among, { maxLength: 60 }), steps => {
        const sequence = new Sequence(SETTINGS);
        let bytes = 0;
        sequence.offer(1, { bytes: 'live' });
        sequence.wait(2 * GRACE_MS);
        for (const [index, { conflicts, wait }] of steps.entries()) {
          const next = index + 2;
          expect(sequence.offer(next, { bytes: 'live' })).toBe('accepted@1');
          for (const which of conflicts) {
            sequence.wait(wait);
            // Never id 1, which after the grace means a restart.
            const id = 2 + (which % (next - 1));
            expect(sequence.offer(id, { bytes: `other ${bytes++}` })).toBe('conflict');
          }
        }
        expect(sequence.tracker).toMatchObject({ current: { number: 1, holes: [] }, earlierEpochs: [] });
      }),
      { numRuns: RUNS },
    );
  });

  it('has no hole left when everything arrived, whatever the order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(range(1, 40), { minLength: 40 }), ids => {
        const sequence = new Sequence(SETTINGS);
        sequence.offerAll(ids, { bytes: 'same' });
        expect(sequence.holes()).toEqual([]);
        expect(sequence.tracker.current).toMatchObject({ baseline: 1, highest: 40 });
      }),
      { numRuns: RUNS },
    );
  });

  it('with more holes than are kept apart counts every missing id and still takes each of them once', () => {
    fc.assert(
      fc.property(fc.array(arrival(150), { minLength: 50, maxLength: 100 }), steps => {
        const sequence = new Sequence(SETTINGS);
        const model = new Numbering();
        for (const { id, wait } of steps) {
          sequence.wait(wait);
          const seen = model.received.has(id);
          expect(sequence.offer(id, { bytes: 'same' })).toBe(seen ? 'duplicate@1' : 'accepted@1');
          model.receive(id, sequence.now);
          const holes = sequence.tracker.current?.holes ?? [];
          expect(holes.length).toBeLessThanOrEqual(MAX_HOLES);
          const absent = model.missing;
          const counts = holes.map(({ from, to }) => absent.filter(one => from <= one && one <= to).length);
          expect(holes.map(({ missing }) => missing)).toEqual(counts);
          expect(counts).not.toContain(0);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(absent.length);
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

/** One event of a provider that makes its webhook anew now and then. */
const sent = fc.record({
  /** How many numberings ago: late retries of the old ones come among the new. */
  ago: fc.constantFrom(0, 0, 0, 0, 1, 1, 2),
  id: fc.integer({ min: 2, max: 25 }),
  /** Begin a new numbering before this event. */
  anew: fc.constantFrom(false, false, false, false, false, false, false, true),
  wait: fc.constantFrom(0, 0, 1, 400, 5000),
});
const story = fc.record({ first: fc.integer({ min: 1, max: 20 }), steps: fc.array(sent, { maxLength: 80 }) });

describe('a webhook made anew at the provider, again and again', () => {
  it('with event times: every id is tracked in the numbering that sent it', () => {
    fc.assert(
      fc.property(story, ({ first, steps }) => {
        const sequence = new Sequence(SETTINGS);
        const numberings: Numbering[] = [];
        const deliver = (numbering: number, id: number) => {
          const model = numberings[numbering];
          if (model === undefined) return;
          const seen = model.received.has(id);
          const eventTime = (numbering + 1) * HOUR_MS + id * 1000;
          const answer = sequence.offer(id, { bytes: `numbering ${numbering}`, eventTime });
          expect(answer).toBe(`${seen ? 'duplicate' : 'accepted'}@${numbering + 1}`);
          model.receive(id, sequence.now);
        };
        const begin = (id: number) => {
          sequence.wait(2 * GRACE_MS);
          numberings.push(new Numbering());
          deliver(numberings.length - 1, id);
        };
        begin(first);
        for (const { ago, id, anew, wait } of steps) {
          if (anew && numberings.length < 4) begin(1);
          sequence.wait(wait);
          deliver(Math.max(0, numberings.length - 1 - ago), id);
          for (const [index, model] of numberings.entries()) expectHolesOf(sequence, index + 1, model);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('with event times: no hole is left when everything arrived, whatever of the new numbering came first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 14 }).chain(to => fc.shuffledSubarray(range(1, to), { minLength: to })),
        (before, anew) => {
          const sequence = new Sequence(SETTINGS);
          for (const id of range(1, before)) sequence.offer(id, { bytes: 'old', eventTime: id * 1000 });
          sequence.wait(2 * GRACE_MS);
          for (const id of anew) sequence.offer(id, { bytes: 'new', eventTime: HOUR_MS + id * 1000 });
          const { current, earlierEpochs } = sequence.tracker;
          expect([current, ...earlierEpochs].flatMap(epoch => epoch?.holes ?? [])).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('with event times that are all the same: no hole stays once everything arrived and it goes on, whatever came first', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 5000),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 14 }).chain(to => fc.shuffledSubarray(range(1, to), { minLength: to })),
        (first, count, anew) => {
          const sequence = new Sequence(SETTINGS);
          const old = range(first, first + count - 1);
          for (const id of old) sequence.offer(id, { bytes: 'old', eventTime: id * 1000 });
          sequence.wait(2 * GRACE_MS);
          for (const id of anew) sequence.offer(id, { bytes: 'new', eventTime: 10 * HOUR_MS });
          // What it goes on with shows which of its ids the old one was given.
          sequence.offer(anew.length + 1, { bytes: 'new', eventTime: 10 * HOUR_MS + 1000 });
          sequence.wait(2 * GRACE_MS);
          const { current, earlierEpochs } = sequence.tracker;
          expect([current, ...earlierEpochs].flatMap(epoch => epoch?.holes ?? [])).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('without event times: nothing is lost, taken twice, or in a hole though it was received', () => {
    fc.assert(
      fc.property(story, ({ first, steps }) => {
        const sequence = new Sequence(SETTINGS);
        const held = new Map<string, string>();
        let numbering = 1;
        const deliver = (which: number, id: number) => {
          const bytes = `numbering ${which}`;
          const answer = sequence.offer(id, { bytes });
          const before = held.get(`${bytes} ${id}`);
          if (answer.startsWith('duplicate')) expect(before).toMatch(/^accepted|^conflict/);
          else expect(before ?? 'conflict').toBe('conflict');
          if (!answer.startsWith('duplicate')) held.set(`${bytes} ${id}`, answer);
          if (answer === 'conflict') return;
          const number = Number(answer.split('@')[1]);
          const epoch = epochOf(sequence, number);
          const hole = epoch?.holes.find(({ from, to }) => from <= id && id <= to);
          // A later numbering may have received it as its own: then the hole is no more than uncertain.
          const isSure = epoch !== undefined && isSurelyMissing(sequence.tracker, epoch, [id, id]);
          expect(hole !== undefined && isSure).toBe(false);
        };
        deliver(1, first);
        for (const { ago, id, anew, wait } of steps) {
          if (anew && numbering < 4) {
            sequence.wait(2 * GRACE_MS);
            numbering++;
            deliver(numbering, 1);
          }
          sequence.wait(wait);
          deliver(Math.max(1, numbering - ago), id);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('without event times, in order and with late retries in between: no hole in the new numbering', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 80 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 60 })), {
          maxLength: 20,
        }),
        (before, after, retries) => {
          const sequence = new Sequence(SETTINGS);
          sequence.offerAll(range(1, before), { bytes: 'old' });
          sequence.wait(2 * GRACE_MS);
          for (const id of range(1, after)) {
            expect(sequence.offer(id, { bytes: 'new' })).toBe('accepted@2');
            for (const [at, retried] of retries) {
              if (at !== id || retried > before) continue;
              expect(sequence.offer(retried, { bytes: 'old' })).toBe('duplicate@1');
            }
            expect([...sequence.holes(1), ...sequence.holes(2)]).toEqual([]);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
