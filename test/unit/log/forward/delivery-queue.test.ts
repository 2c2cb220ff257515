import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cursor, Lane, MAX_TRAIL, newTask, type Task } from '../../../../src/log/forward/delivery-queue';
import type { StoredEvent } from '../../../../src/log/store/event-tables';
import type { FeedEntry } from '../../../../src/log/store/feed';
import type { Ordering } from '../../../../src/subscriptions/webhook';
import { range } from '../../../support/sequence';
import { storedEvent } from '../../../support/stored-event';

const START: Cursor = { sequence: 0, release: 0, previous: 0, ordinal: 0 };
const NOW = 1_000_000;

const stored = (sequence: number, keys: readonly string[]): StoredEvent =>
  storedEvent(sequence, { entityKeys: [...keys] });

/** `count` events after `after`, with one key each, or what `keysOf` says. */
const entries = (
  count: number,
  after = 0,
  keysOf: (sequence: number) => string[] = () => ['k'],
): FeedEntry[] =>
  range(after + 1, after + count).map(sequence => ({
    at: { sequence, release: 0 },
    event: stored(sequence, keysOf(sequence)),
  }));

const all = (): boolean => true;
const sequences = (tasks: readonly Task[]): number[] => tasks.map(({ sequence }) => sequence);

function laneWith(ordering: Ordering, given: FeedEntry[], restored: Task[] = []): Lane {
  const lane = new Lane(ordering, START, restored);
  lane.pass(given, all);
  return lane;
}

describe('a lane', () => {
  it('gives everything at once where order does not matter', () => {
    expect(sequences(laneWith('parallel', entries(5)).take(9, NOW))).toEqual(range(1, 5));
  });

  it('gives one per key where it does', () => {
    const lane = laneWith(
      'key',
      entries(6, 0, n => [`k${n % 3}`]),
    );
    expect(sequences(lane.take(9, NOW))).toEqual([1, 2, 3]);
    expect(lane.take(9, NOW)).toEqual([]);
  });

  it('gives what follows each other where all are one line, and nothing past a retry', () => {
    const lane = laneWith('strict', entries(6));
    const [first, ...others] = lane.take(4, NOW);
    expect(sequences(others)).toEqual([2, 3, 4]);
    for (const task of others) lane.giveBack(task);
    if (first !== undefined) lane.retryLater(first);
    expect(lane.take(9, NOW)).toEqual([]);
    if (first !== undefined) lane.settle(first);
    expect(sequences(lane.take(9, NOW))).toEqual(range(2, 6));
  });

  it('has one line for events without a key', () => {
    const lane = laneWith(
      'key',
      entries(3, 0, () => []),
    );
    expect(sequences(lane.take(9, NOW))).toEqual([1]);
  });

  it('takes what was given back before what came after it', () => {
    const lane = laneWith('parallel', entries(6));
    const taken = lane.take(4, NOW);
    for (const task of taken.toReversed()) lane.giveBack(task);
    expect(sequences(lane.take(9, NOW))).toEqual(range(1, 6));
  });

  it('moves its cursor past what is settled or has a row, and over what nobody wants, no further', () => {
    const lane = new Lane('parallel', START, []);
    lane.pass(entries(6), ({ sequence }) => sequence !== 3);
    const [one, two, four] = lane.take(9, NOW);
    if (two !== undefined) lane.settle(two);
    expect(lane.cursor.sequence).toBe(0);
    if (one !== undefined) lane.retryLater(one);
    expect(lane.cursor).toEqual({ sequence: 3, release: 0, previous: 2, ordinal: 2 });
    if (four !== undefined) lane.settle(four);
    expect(lane.cursor).toEqual({ sequence: 4, release: 0, previous: 4, ordinal: 3 });
  });

  it('chains what it wants, whatever lies between, and whatever a position carries besides', () => {
    const lane = new Lane('parallel', START, []);
    const wanted = (event: StoredEvent): boolean => event.sequence % 3 === 0;
    for (let after = 0; after < 30; after += 5) lane.pass(entries(5, after), wanted);
    const chain = lane.take(99, NOW).map(({ previous, sequence, ordinal }) => [previous, sequence, ordinal]);
    expect(chain).toEqual(range(1, 10).map(n => [3 * (n - 1), 3 * n, n]));
  });

  it('does not begin anew what has a row since before a crash', () => {
    const fates = new Map([
      [1, 'dead'],
      [2, 'retrying'],
    ] as const);
    const parallel = new Lane('parallel', START, []);
    parallel.pass(entries(3), all, fates);
    expect(parallel.cursor.sequence).toBe(2);
    expect(sequences(parallel.take(9, NOW))).toEqual([3]);
    const strict = new Lane('strict', START, []);
    strict.pass(entries(3), all, fates);
    // It waits for the retry's time, and the others for it.
    expect(strict.take(9, NOW)).toEqual([]);
    const retry = strict.find(2);
    if (retry !== null) strict.settle(retry);
    expect(sequences(strict.take(9, NOW))).toEqual([3]);
  });

  it('restores what waited, before what comes', () => {
    const waiting = [3, 1, 2].map(n => ({ ...newTask(n, n, n - 1, ['k']), storedUnder: 'k' }));
    const lane = new Lane('key', { sequence: 3, release: 0, previous: 3, ordinal: 3 }, waiting);
    lane.pass(entries(1, 3), all);
    for (const sequence of range(1, 4)) {
      const [task] = lane.take(9, NOW);
      expect(task?.sequence).toBe(sequence);
      if (task !== undefined) lane.settle(task);
    }
  });
});

describe('the trail of a lane', () => {
  it('is bounded', () => {
    const lane = laneWith('parallel', entries(MAX_TRAIL));
    expect(lane.scanRoom(MAX_TRAIL + 1)).toBe(0);
  });

  it('passes what waits behind a failing one, so that other keys can go on', () => {
    const lane = laneWith(
      'key',
      entries(MAX_TRAIL + 1, 0, n => [n === MAX_TRAIL + 1 ? 'other' : 'blocked']),
    );
    const [failing, other] = lane.take(9, NOW);
    if (failing !== undefined) lane.retryLater(failing);
    if (other !== undefined) lane.settle(other);
    expect(lane.overflowsAt(NOW)).toBe(NOW);
    const { flying, waiting } = lane.overflow(NOW);
    expect(flying).toEqual([]);
    expect(sequences(waiting)).toEqual(range(2, MAX_TRAIL));
    expect(waiting.every(({ storedUnder, event }) => storedUnder === 'blocked' && event === null)).toBe(true);
    expect(lane.cursor.sequence).toBe(MAX_TRAIL + 1);
    expect(lane.scanRoom(1)).toBe(MAX_TRAIL);
  });

  it('passes what has been under way for long, and waits for what has not', () => {
    const lane = laneWith('parallel', entries(MAX_TRAIL));
    const [slow, ...others] = lane.take(MAX_TRAIL, NOW);
    for (const task of others) lane.settle(task);
    expect(lane.overflow(NOW + 100)).toEqual({ flying: [], waiting: [] });
    const at = lane.overflowsAt(NOW + 100) ?? 0;
    expect(at).toBeGreaterThan(NOW + 100);
    expect(lane.overflow(at).flying).toEqual([slow]);
    expect(lane.cursor.sequence).toBe(MAX_TRAIL);
    // It has a row now; given back, it goes when that is due.
    if (slow !== undefined) lane.giveBack(slow);
    expect(lane.take(9, NOW)).toEqual([]);
  });

  it('leaves alone what can go at once', () => {
    const lane = laneWith('parallel', entries(MAX_TRAIL));
    expect(lane.overflowsAt(NOW)).toBeNull();
  });
});

describe('events that retention dropped', () => {
  it('are waited for no more', () => {
    const lane = laneWith('strict', entries(10));
    const [head, ...others] = lane.take(9, NOW);
    for (const task of others) lane.giveBack(task);
    if (head !== undefined) lane.retryLater(head);
    expect(lane.drop(6)).toEqual({ waiting: range(1, 5), unread: null });
    expect(sequences(lane.take(9, NOW))).toEqual(range(6, 10));
  });

  it('are passed when the scan has not come to them, and the chain shows it', () => {
    const lane = laneWith('parallel', entries(2));
    for (const task of lane.take(9, NOW)) lane.settle(task);
    expect(lane.drop(8)).toEqual({ waiting: [], unread: { from: 3, to: 7 } });
    lane.pass(entries(1, 7), all);
    expect(lane.take(9, NOW).map(({ sequence, previous }) => [sequence, previous])).toEqual([[8, 7]]);
    expect(lane.drop(8)).toEqual({ waiting: [], unread: null });
  });

  it('that are under way end as they end', () => {
    const lane = laneWith('key', entries(2));
    const [flying] = lane.take(9, NOW);
    expect(lane.drop(3).waiting).toEqual([2]);
    if (flying !== undefined) lane.settle(flying);
    expect(lane.busy).toBe(false);
    expect(lane.cursor.sequence).toBe(2);
  });
});

describe('any lane', () => {
  type Step = { kind: 'scan' | 'take' | 'deliver' | 'fail' | 'return' | 'due'; pick: number };
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('scan', 'take', 'deliver', 'fail', 'return', 'due'),
    pick: fc.nat(1000),
  });

  it('keeps the order of every key, loses nothing, and never moves its cursor past what is nowhere', () => {
    const orderings = fc.constantFrom<Ordering>('parallel', 'key', 'strict');
    const keySets = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), { maxLength: 60 });
    fc.assert(
      fc.property(orderings, keySets, fc.array(step, { maxLength: 200 }), (ordering, keys, steps) => {
        const feed = entries(keys.length, 0, n => keys[n - 1] ?? []);
        const lane = new Lane(ordering, START, []);
        const flying: Task[] = [];
        const rows: Task[] = [];
        const done = new Set<number>();
        let scanned = 0;
        const keysOf = (sequence: number): string[] => {
          const own = keys[sequence - 1] ?? [];
          return ordering === 'strict' ? ['*'] : own.length > 0 ? own : ['none'];
        };
        const play = ({ kind, pick }: Step): void => {
          const at = flying.length > 0 ? pick % flying.length : 0;
          if (kind === 'scan') {
            const count = Math.min(lane.scanRoom(5), 5, feed.length - scanned);
            lane.pass(feed.slice(scanned, scanned + count), all);
            scanned += count;
          } else if (kind === 'take') {
            // A strict lane has one call at a time.
            if (ordering !== 'strict' || flying.length === 0) flying.push(...lane.take(1 + (pick % 4), NOW));
          } else if (kind === 'due') {
            const ready = rows.filter(task => lane.isFirst(task));
            const task = ready[pick % Math.max(1, ready.length)];
            if (task === undefined || (ordering === 'strict' && flying.length > 0)) return;
            rows.splice(rows.indexOf(task), 1);
            flying.push(task);
          } else {
            // Those of a strict lane end in their order: the first that fails ends the call.
            const [task] = flying.splice(ordering === 'strict' ? 0 : at, 1);
            if (task === undefined) return;
            if (kind !== 'deliver' && ordering === 'strict') {
              for (const other of flying.splice(0)) lane.giveBack(other);
            }
            if (kind === 'return') {
              lane.giveBack(task);
              if (task.hasRow) rows.push(task);
            } else if (kind === 'fail') {
              lane.retryLater(task);
              rows.push(task);
            } else {
              if (ordering !== 'parallel') {
                const mine = new Set(keysOf(task.sequence));
                const before = range(1, task.sequence - 1).filter(n => keysOf(n).some(key => mine.has(key)));
                expect(before.filter(n => !done.has(n))).toEqual([]);
              }
              expect(done.has(task.sequence)).toBe(false);
              done.add(task.sequence);
              lane.settle(task);
            }
          }
          const kept = new Set([...done, ...rows.map(({ sequence }) => sequence)]);
          const withRow = flying.filter(({ hasRow }) => hasRow).map(({ sequence }) => sequence);
          for (const n of range(1, lane.cursor.sequence))
            expect(kept.has(n) || withRow.includes(n)).toBe(true);
        };
        for (const one of steps) play(one);
        // In the end everything leaves.
        for (let round = 0; round < 20 * (keys.length + 1) && done.size < keys.length; round++) {
          for (const kind of ['scan', 'due', 'take', 'deliver'] as const) play({ kind, pick: round });
        }
        expect(done.size).toBe(keys.length);
        while (flying.length > 0) play({ kind: 'deliver', pick: 0 });
        expect(lane.cursor.sequence).toBe(keys.length);
        expect(lane.busy).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
