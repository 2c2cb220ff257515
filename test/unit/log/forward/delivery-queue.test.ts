import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliveryQueue } from '../../../../src/log/forward/delivery-queue';
import { hasRow, type QueuedEvent } from '../../../../src/log/forward/queued-event';
import { type Cursor, MAX_TRAIL } from '../../../../src/log/forward/trail';
import type { FeedEntry } from '../../../../src/log/store/feed';
import type { StoredEvent } from '../../../../src/log/store/stored-event';
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
const sequences = (queued: readonly QueuedEvent[]): number[] => queued.map(({ sequence }) => sequence);

function queueWith(ordering: Ordering, given: FeedEntry[], restored: QueuedEvent[] = []): DeliveryQueue {
  const queue = new DeliveryQueue(ordering, START, restored);
  queue.pass(given, all);
  return queue;
}

describe('a queue', () => {
  it('gives everything at once where order does not matter', () => {
    expect(sequences(queueWith('parallel', entries(5)).take(9, NOW))).toEqual(range(1, 5));
  });

  it('gives one per key where it does', () => {
    const queue = queueWith(
      'key',
      entries(6, 0, n => [`k${n % 3}`]),
    );
    expect(sequences(queue.take(9, NOW))).toEqual([1, 2, 3]);
    expect(queue.take(9, NOW)).toEqual([]);
  });

  it('gives what follows each other where all are one line, and nothing past a retry', () => {
    const queue = queueWith('strict', entries(6));
    const [first, ...others] = queue.take(4, NOW);
    expect(sequences(others)).toEqual([2, 3, 4]);
    for (const event of others) queue.requeue(event);
    if (first !== undefined) queue.retryLater(first);
    expect(queue.take(9, NOW)).toEqual([]);
    if (first !== undefined) queue.settle(first);
    expect(sequences(queue.take(9, NOW))).toEqual(range(2, 6));
  });

  it('has one line for events without a key', () => {
    const queue = queueWith(
      'key',
      entries(3, 0, () => []),
    );
    expect(sequences(queue.take(9, NOW))).toEqual([1]);
  });

  it('takes what was given back before what came after it', () => {
    const queue = queueWith('parallel', entries(6));
    const taken = queue.take(4, NOW);
    for (const event of taken.toReversed()) queue.requeue(event);
    expect(sequences(queue.take(9, NOW))).toEqual(range(1, 6));
  });

  it('moves its cursor past what is settled or has a row, and over what nobody wants, no further', () => {
    const queue = new DeliveryQueue('parallel', START, []);
    queue.pass(entries(6), ({ sequence }) => sequence !== 3);
    const [one, two, four] = queue.take(9, NOW);
    if (two !== undefined) queue.settle(two);
    expect(queue.cursor.sequence).toBe(0);
    if (one !== undefined) queue.retryLater(one);
    expect(queue.cursor).toEqual({ sequence: 3, release: 0, previous: 2, ordinal: 2 });
    if (four !== undefined) queue.settle(four);
    expect(queue.cursor).toEqual({ sequence: 4, release: 0, previous: 4, ordinal: 3 });
  });

  it('chains what it wants, whatever lies between, and whatever a position carries besides', () => {
    const queue = new DeliveryQueue('parallel', START, []);
    const wanted = (event: StoredEvent): boolean => event.sequence % 3 === 0;
    for (let after = 0; after < 30; after += 5) queue.pass(entries(5, after), wanted);
    const chain = queue.take(99, NOW).map(({ previous, sequence, ordinal }) => [previous, sequence, ordinal]);
    expect(chain).toEqual(range(1, 10).map(n => [3 * (n - 1), 3 * n, n]));
  });

  it('does not begin anew what has a row since before a crash', () => {
    const fates = new Map([
      [1, 'dead'],
      [2, 'retrying'],
    ] as const);
    const parallel = new DeliveryQueue('parallel', START, []);
    parallel.pass(entries(3), all, fates);
    expect(parallel.cursor.sequence).toBe(2);
    expect(sequences(parallel.take(9, NOW))).toEqual([3]);
    const strict = new DeliveryQueue('strict', START, []);
    strict.pass(entries(3), all, fates);
    // It waits for the retry's time, and the others for it.
    expect(strict.take(9, NOW)).toEqual([]);
    const retry = strict.find(2);
    if (retry !== null) strict.settle(retry);
    expect(sequences(strict.take(9, NOW))).toEqual([3]);
  });

  it('restores what waited, before what comes', () => {
    const waiting = [3, 1, 2].map(
      (n): QueuedEvent => ({
        ...{ sequence: n, ordinal: n, previous: n - 1, keys: ['k'] },
        state: { kind: 'parked', key: 'k' },
      }),
    );
    const queue = new DeliveryQueue('key', { sequence: 3, release: 0, previous: 3, ordinal: 3 }, waiting);
    queue.pass(entries(1, 3), all);
    for (const sequence of range(1, 4)) {
      const [event] = queue.take(9, NOW);
      expect(event?.sequence).toBe(sequence);
      if (event !== undefined) queue.settle(event);
    }
  });
});

describe('the trail of a queue', () => {
  it('is bounded', () => {
    const queue = queueWith('parallel', entries(MAX_TRAIL));
    expect(queue.scanRoom(MAX_TRAIL + 1)).toBe(0);
  });

  it('passes what waits behind a failing one, so that other keys can go on', () => {
    const queue = queueWith(
      'key',
      entries(MAX_TRAIL + 1, 0, n => [n === MAX_TRAIL + 1 ? 'other' : 'blocked']),
    );
    const [failing, other] = queue.take(9, NOW);
    if (failing !== undefined) queue.retryLater(failing);
    if (other !== undefined) queue.settle(other);
    expect(queue.overflowsAt(NOW)).toBe(NOW);
    const { sending, parked } = queue.overflow(NOW);
    expect(sending).toEqual([]);
    expect(sequences(parked.map(({ queued }) => queued))).toEqual(range(2, MAX_TRAIL));
    const state = { kind: 'parked', key: 'blocked' };
    for (const { queued, key } of parked) expect([queued.state, key]).toEqual([state, 'blocked']);
    expect(queue.cursor.sequence).toBe(MAX_TRAIL + 1);
    expect(queue.scanRoom(1)).toBe(MAX_TRAIL);
  });

  it('passes what has been under way for long, and waits for what has not', () => {
    const queue = queueWith('parallel', entries(MAX_TRAIL));
    const [slow, ...others] = queue.take(MAX_TRAIL, NOW);
    for (const event of others) queue.settle(event);
    expect(queue.overflow(NOW + 100)).toEqual({ sending: [], parked: [] });
    const at = queue.overflowsAt(NOW + 100) ?? 0;
    expect(at).toBeGreaterThan(NOW + 100);
    expect(queue.overflow(at).sending).toEqual([slow]);
    expect(queue.cursor.sequence).toBe(MAX_TRAIL);
    // It has a row now; given back, it goes when that is due.
    if (slow !== undefined) queue.requeue(slow);
    expect(queue.take(9, NOW)).toEqual([]);
  });

  it('leaves alone what can go at once', () => {
    const queue = queueWith('parallel', entries(MAX_TRAIL));
    expect(queue.overflowsAt(NOW)).toBeNull();
  });
});

describe('events that retention dropped', () => {
  it('are waited for no more', () => {
    const queue = queueWith('strict', entries(10));
    const [head, ...others] = queue.take(9, NOW);
    for (const event of others) queue.requeue(event);
    if (head !== undefined) queue.retryLater(head);
    expect(queue.drop(6)).toEqual({ waiting: range(1, 5), unread: [] });
    expect(sequences(queue.take(9, NOW))).toEqual(range(6, 10));
  });

  it('are passed when the scan has not come to them, and the chain shows it', () => {
    const queue = queueWith('parallel', entries(2));
    for (const event of queue.take(9, NOW)) queue.settle(event);
    expect(queue.drop(8)).toEqual({ waiting: [], unread: [[3, 7]] });
    queue.pass(entries(1, 7), all);
    expect(queue.take(9, NOW).map(({ sequence, previous }) => [sequence, previous])).toEqual([[8, 7]]);
    expect(queue.drop(8)).toEqual({ waiting: [], unread: [] });
  });

  it('that are under way end as they end', () => {
    const queue = queueWith('key', entries(2));
    const [sending] = queue.take(9, NOW);
    expect(queue.drop(3).waiting).toEqual([2]);
    if (sending !== undefined) queue.settle(sending);
    expect(queue.unfinished.size).toBe(0);
    expect(queue.cursor.sequence).toBe(2);
  });
});

describe('any queue', () => {
  type Step = { kind: 'scan' | 'take' | 'deliver' | 'fail' | 'return' | 'due' | 'evict'; pick: number };
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('scan', 'take', 'deliver', 'fail', 'return', 'due', 'evict'),
    pick: fc.nat(1000),
  });

  it('keeps the order of every key, loses nothing, and never moves its cursor past what is nowhere', () => {
    const orderings = fc.constantFrom<Ordering>('parallel', 'key', 'strict');
    const keySets = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), { maxLength: 60 });
    fc.assert(
      fc.property(orderings, keySets, fc.array(step, { maxLength: 200 }), (ordering, keys, steps) => {
        const feed = entries(keys.length, 0, n => keys[n - 1] ?? []);
        let queue = new DeliveryQueue(ordering, START, []);
        const sending: QueuedEvent[] = [];
        let rows: QueuedEvent[] = [];
        const done = new Set<number>();
        let scanned = 0;
        const keysOf = (sequence: number): string[] => {
          const own = keys[sequence - 1] ?? [];
          return ordering === 'strict' ? ['*'] : own.length > 0 ? own : ['none'];
        };
        /** Nothing is under way: a new queue knows what is stored, and scans the same feed again. */
        const evict = (): void => {
          if (sending.length > 0) return;
          const { cursor, settledAhead } = queue;
          const passed = rows.filter(({ ordinal }) => ordinal <= cursor.ordinal);
          const restored = ordering === 'parallel' ? [] : passed;
          const fates = new Map(rows.map(({ sequence }) => [sequence, 'retrying' as const]));
          queue = new DeliveryQueue(ordering, cursor, restored, settledAhead);
          queue.pass(feed.slice(cursor.sequence, scanned), all, fates);
          rows = rows.map(event => queue.find(event.sequence) ?? event);
        };
        const play = ({ kind, pick }: Step): void => {
          if (kind === 'evict') {
            evict();
            return;
          }
          const at = sending.length > 0 ? pick % sending.length : 0;
          if (kind === 'scan') {
            const count = Math.min(queue.scanRoom(5), 5, feed.length - scanned);
            queue.pass(feed.slice(scanned, scanned + count), all);
            scanned += count;
          } else if (kind === 'take') {
            // A strict queue has one call at a time.
            if (ordering !== 'strict' || sending.length === 0)
              sending.push(...queue.take(1 + (pick % 4), NOW));
          } else if (kind === 'due') {
            const ready = rows.filter(event => queue.isFirst(event));
            const event = ready[pick % Math.max(1, ready.length)];
            if (event === undefined || (ordering === 'strict' && sending.length > 0)) return;
            rows.splice(rows.indexOf(event), 1);
            sending.push(event);
          } else {
            // Those of a strict queue end in their order: the first that fails ends the call.
            const [event] = sending.splice(ordering === 'strict' ? 0 : at, 1);
            if (event === undefined) return;
            if (kind !== 'deliver' && ordering === 'strict') {
              for (const other of sending.splice(0)) queue.requeue(other);
            }
            if (kind === 'return') {
              queue.requeue(event);
              if (hasRow(event)) rows.push(event);
            } else if (kind === 'fail') {
              queue.retryLater(event);
              rows.push(event);
            } else {
              if (ordering !== 'parallel') {
                const mine = new Set(keysOf(event.sequence));
                const before = range(1, event.sequence - 1).filter(n => keysOf(n).some(key => mine.has(key)));
                expect(before.filter(n => !done.has(n))).toEqual([]);
              }
              expect(done.has(event.sequence)).toBe(false);
              done.add(event.sequence);
              queue.settle(event);
            }
          }
          const kept = new Set([...done, ...rows.map(({ sequence }) => sequence)]);
          const withRow = sending.filter(hasRow).map(({ sequence }) => sequence);
          for (const n of range(1, queue.cursor.sequence))
            expect(kept.has(n) || withRow.includes(n)).toBe(true);
        };
        for (const one of steps) play(one);
        // In the end everything leaves.
        for (let round = 0; round < 20 * (keys.length + 1) && done.size < keys.length; round++) {
          for (const kind of ['scan', 'due', 'take', 'deliver'] as const) play({ kind, pick: round });
        }
        expect(done.size).toBe(keys.length);
        while (sending.length > 0) play({ kind: 'deliver', pick: 0 });
        expect(queue.cursor.sequence).toBe(keys.length);
        expect(queue.unfinished.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
