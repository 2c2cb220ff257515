import { describe, expect, it } from 'vitest';
import { nextChangeAt } from '../../../src/numbering/pass-time';
import { place, REORDERING_MS } from '../../../src/numbering/place';
import { comingTogether } from '../../../src/numbering/record';
import { EMPTY_TRACKER } from '../../../src/numbering/types';
import { range, Sequence } from '../../support/sequence';

const GRACE_MS = 60_000;
const EXPIRES_MS = 374_400_000;
const SETTINGS = { graceMs: GRACE_MS, expiresMs: EXPIRES_MS };
const OLD = { bytes: 'old' };
const NEW = { bytes: 'new' };
/** The provider's clock when the second numbering began. */
const T = Date.UTC(2026, 10, 20);

/** A numbering `1..highest` received without a hole, long enough ago. */
function received(highest: number, from = 1): Sequence {
  const sequence = new Sequence(SETTINGS);
  sequence.offerAll(range(from, highest), OLD);
  sequence.wait(GRACE_MS + 1);
  return sequence;
}

describe('holes', () => {
  it('1, 2, 5, 3, 5, 9 and then 4', () => {
    const sequence = new Sequence(SETTINGS);
    const answers = sequence.offerAll([1, 2, 5, 3, 5, 9], OLD);
    expect(answers.map(answer => answer.split('@')[0])).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'duplicate',
      'accepted',
    ]);
    expect(sequence.holes()).toEqual(['4-4 young', '6-8 young']);
    expect(sequence.offer(4, OLD)).toBe('accepted@1');
    sequence.wait(GRACE_MS);
    expect(sequence.holes()).toEqual(['6-8 open']);
  });

  it('are filled late, split when partly filled, and expire', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 6], OLD);
    sequence.wait(GRACE_MS - 1);
    expect(sequence.holes()).toEqual(['2-5 young']);
    sequence.wait(1);
    expect(sequence.holes()).toEqual(['2-5 open']);
    sequence.offer(3, OLD);
    expect(sequence.holes()).toEqual(['2-2 open', '4-5 open']);
    sequence.wait(EXPIRES_MS - GRACE_MS - 1);
    expect(sequence.holes()).toEqual(['2-2 open', '4-5 open']);
    sequence.wait(1);
    expect(sequence.holes()).toEqual(['2-2 expired', '4-5 expired']);
    expect(sequence.offer(4, OLD)).toBe('accepted@1');
    expect(sequence.holes()).toEqual(['2-2 expired', '5-5 expired']);
  });

  it('with a grace of 0 are named at once', () => {
    const sequence = new Sequence({ graceMs: 0, expiresMs: EXPIRES_MS });
    sequence.offerAll([1, 3], OLD);
    sequence.wait(0);
    expect(sequence.holes()).toEqual(['2-2 open']);
  });

  it('are made neither by ignored nor by quarantined events', () => {
    const sequence = new Sequence(SETTINGS);
    expect(sequence.offer(1, { ...OLD, as: 'ignored' })).toBe('ignored@1');
    expect(sequence.offer(2, { ...OLD, as: 'quarantined' })).toBe('quarantined@1');
    expect(sequence.offer(4, OLD)).toBe('accepted@1');
    expect(sequence.holes()).toEqual(['3-3 young']);
    expect(sequence.offer(3, { ...OLD, as: 'ignored' })).toBe('ignored@1');
    expect(sequence.holes()).toEqual([]);
  });

  it('say when they change next', () => {
    const sequence = new Sequence(SETTINGS);
    expect(nextChangeAt(sequence.tracker, SETTINGS)).toBeNull();
    sequence.offerAll([1, 3], OLD);
    sequence.now = 10;
    sequence.offer(5, OLD);
    expect(nextChangeAt(sequence.tracker, SETTINGS)).toBe(GRACE_MS);
    sequence.wait(GRACE_MS - 10);
    expect(nextChangeAt(sequence.tracker, SETTINGS)).toBe(GRACE_MS + 10);
    sequence.offerAll([2, 4], OLD);
    expect(nextChangeAt(sequence.tracker, SETTINGS)).toBeNull();
  });
});

describe('the baseline', () => {
  it('is extended within the grace; what is lower later is accepted and makes no hole', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offer(100, OLD);
    sequence.wait(GRACE_MS);
    sequence.offer(97, OLD);
    sequence.wait(1);
    expect(sequence.holes()).toEqual(['98-99 open']);
    expect(sequence.offer(90, OLD)).toBe('accepted@1');
    expect(sequence.offer(90, OLD)).toBe('duplicate@1');
    expect(sequence.offer(90, NEW)).toBe('conflict');
    expect(sequence.holes()).toEqual(['98-99 open']);
    expect(sequence.tracker.current).toMatchObject({ baseline: 97, highest: 100 });
  });
});

describe('an id on record', () => {
  it('is a duplicate with the same bytes, and a conflict with others', () => {
    const sequence = received(5);
    expect(sequence.offer(3, OLD)).toBe('duplicate@1');
    expect(sequence.offer(3, NEW)).toBe('conflict');
    expect(sequence.offer(3, OLD)).toBe('duplicate@1');
  });

  it('is accepted when it was ignored and its topic is subscribed now', () => {
    const sequence = received(2);
    sequence.offer(3, { ...OLD, as: 'ignored' });
    sequence.offer(4, OLD);
    expect(sequence.offer(3, { ...OLD, as: 'ignored' })).toBe('ignored@1');
    expect(sequence.offer(3, OLD)).toBe('accepted@1');
    expect(sequence.offer(3, OLD)).toBe('duplicate@1');
    expect(sequence.offer(3, { ...OLD, as: 'ignored' })).toBe('duplicate@1');
  });

  it('is a conflict when it was ignored with other bytes', () => {
    const sequence = received(2);
    sequence.offer(3, { ...OLD, as: 'ignored' });
    expect(sequence.offer(3, NEW)).toBe('conflict');
  });

  it('is a duplicate when it was quarantined, and accepted when the provider corrected it', () => {
    const sequence = received(2);
    sequence.offer(3, { ...OLD, as: 'quarantined' });
    expect(sequence.offer(3, OLD)).toBe('duplicate@1');
    expect(sequence.offer(3, NEW)).toBe('accepted@1');
    expect(sequence.offer(3, NEW)).toBe('duplicate@1');
  });

  it('is never called a duplicate once its record is gone', () => {
    const sequence = received(10);
    sequence.forgottenUpTo = 5;
    expect(sequence.offer(3, OLD)).toBe('too_old');
    expect(sequence.offer(7, OLD)).toBe('duplicate@1');
  });

  it('is still accepted where it is missing, however old', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 4], OLD);
    sequence.forgottenUpTo = 4;
    expect(sequence.offer(3, OLD)).toBe('accepted@1');
    expect(sequence.holes()).toEqual([]);
  });
});

describe('a numbering that restarts with id 1', () => {
  it('is a new epoch, and late retries of the old one go where they belong', () => {
    const sequence = received(10);
    sequence.offer(14, OLD);
    expect(sequence.offerAll([1, 2], NEW)).toEqual(['accepted@2', 'accepted@2']);
    // Duplicates by bytes; a hole of the old numbering; ids nearer to its highest than to the new one's.
    expect(sequence.offer(7, OLD)).toBe('duplicate@1');
    expect(sequence.offer(12, OLD)).toBe('accepted@1');
    expect(sequence.offer(15, OLD)).toBe('accepted@1');
    expect(sequence.offer(3, NEW)).toBe('accepted@2');
    expect(sequence.offer(1, NEW)).toBe('duplicate@2');
    expect(sequence.offer(1, OLD)).toBe('duplicate@1');
    expect(sequence.holes(2)).toEqual([]);
    expect(sequence.holes(1)).toEqual(['11-11 young', '13-13 young']);
  });

  it('gives a tie to the current epoch', () => {
    const sequence = received(9);
    sequence.offerAll(range(1, 12), NEW);
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 12, holes: [] });
    expect(sequence.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 9 }]);
  });

  it('within the grace of the first is at first a conflict, and an epoch with the third', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll(range(1, 5), OLD);
    sequence.wait(REORDERING_MS);
    expect(sequence.offerAll([1, 2, 3], NEW)).toEqual(['conflict', 'conflict', 'accepted@2']);
    expect(sequence.adopted.map(({ id }) => id)).toEqual([1, 2]);
    expect(sequence.tracker.current).toMatchObject({ baseline: 1, highest: 3, holes: [] });
    expect(sequence.offerAll([1, 2], NEW)).toEqual(['duplicate@2', 'duplicate@2']);
  });

  it('is recognised before a baseline in the middle of the old one', () => {
    const sequence = received(5010, 5000);
    expect(sequence.offerAll([1, 2, 3], NEW)).toEqual(['accepted@2', 'accepted@2', 'accepted@2']);
    expect(sequence.offer(5005, OLD)).toBe('duplicate@1');
    // A late retry from before the gateway was put in.
    expect(sequence.offer(4990, OLD)).toBe('accepted@1');
    expect([...sequence.holes(1), ...sequence.holes(2)]).toEqual([]);
  });

  it('is not seen in the late first event of the numbering that the gateway was put into', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offer(50, { ...OLD, eventTime: T });
    sequence.wait(GRACE_MS + 1);
    expect(sequence.offer(1, { ...OLD, eventTime: T - 3_600_000 })).toBe('accepted@1');
    expect(sequence.tracker).toMatchObject({ earlierEpochs: [], current: { baseline: 50 } });
  });

  it('adopts the conflicts before it, whose holes are those of the new numbering', () => {
    const sequence = received(20);
    expect(sequence.offerAll([2, 5], NEW)).toEqual(['conflict', 'conflict']);
    expect(sequence.offer(1, NEW)).toBe('accepted@2');
    expect(sequence.adopted.map(({ id }) => id)).toEqual([2, 5]);
    expect(sequence.holes()).toEqual(['3-4 young']);
  });

  it('does not adopt conflicts from before it', () => {
    const sequence = received(20);
    sequence.offer(7, { ...NEW, eventTime: T - 1 });
    sequence.offer(2, { ...NEW, eventTime: T + 1 });
    sequence.offer(1, { ...NEW, eventTime: T });
    expect(sequence.adopted.map(({ id }) => id)).toEqual([2]);
    expect(sequence.holes()).toEqual([]);
  });

  it('has its first id retried after others, which the old one had taken for its own: no hole is invented', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 3], { ...OLD, eventTime: T - 3_600_000 });
    sequence.wait(GRACE_MS + 1);
    const anew = (id: number) => sequence.offer(id, { ...NEW, eventTime: T + id * 1000 });
    // The first attempt of 1 failed. 2 and 3 are conflicts, 4, 5 and 7 look like the old numbering going on.
    expect([2, 3, 4, 5, 7].map(anew)).toEqual([
      'conflict',
      'conflict',
      'accepted@1',
      'accepted@1',
      'accepted@1',
    ]);
    sequence.wait(GRACE_MS);
    expect(sequence.holes(1)).toEqual(['6-6 open']);
    expect(anew(1)).toBe('accepted@2');
    expect(sequence.adopted.map(({ id }) => id)).toEqual([2, 3]);
    expect(sequence.changes).toMatchObject([{ kind: 'dropped', epoch: 1, hole: { from: 6, to: 6 } }]);
    expect(sequence.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 3, holes: [] }]);
    expect(sequence.tracker.current).toMatchObject({ baseline: 1, highest: 7 });
    expect(sequence.holes(2)).toEqual(['6-6 young']);
    // Each of them is still known, and the one that is really missing fills its hole.
    expect([2, 4, 7].map(anew)).toEqual(['duplicate@2', 'duplicate@1', 'duplicate@1']);
    expect([6, 8].map(anew)).toEqual(['accepted@2', 'accepted@2']);
    expect(sequence.holes(2)).toEqual([]);
    expect(sequence.offer(4, { ...OLD, eventTime: T - 3_000_000 })).toBe('accepted@1');
  });

  it('happens twice', () => {
    const sequence = received(10);
    sequence.offerAll(range(1, 4), { bytes: 'second' });
    sequence.wait(GRACE_MS + 1);
    expect(sequence.offerAll([1, 2], { bytes: 'third' })).toEqual(['accepted@3', 'accepted@3']);
    expect(sequence.offer(9, OLD)).toBe('duplicate@1');
    expect(sequence.offer(3, { bytes: 'second' })).toBe('duplicate@2');
    // 11 is nearest to the first numbering, 5 to the second, though both are nearer to an old one than to the third.
    expect(sequence.offer(11, OLD)).toBe('accepted@1');
    expect(sequence.offer(5, { bytes: 'second' })).toBe('accepted@2');
    for (const epoch of [1, 2, 3]) expect(sequence.holes(epoch)).toEqual([]);
  });

  it('happens twice, and event times tell which of the old ones an id belongs to', () => {
    const HOUR = 3_600_000;
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 3, 4, 6], { bytes: 'first', eventTime: T });
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll([1, 2, 3], { bytes: 'second', eventTime: T + HOUR });
    sequence.wait(GRACE_MS + 1);
    sequence.offer(1, { bytes: 'third', eventTime: T + 2 * HOUR });
    expect(sequence.offer(5, { bytes: 'first', eventTime: T + 1000 })).toBe('accepted@1');
    expect(sequence.offer(4, { bytes: 'second', eventTime: T + HOUR + 1000 })).toBe('accepted@2');
    for (const epoch of [1, 2, 3]) expect(sequence.holes(epoch)).toEqual([]);
  });

  it('keeps a bounded number of earlier epochs and closes the oldest at once', () => {
    const sequence = received(3);
    for (const bytes of ['b', 'c', 'd', 'e', 'f']) {
      sequence.offer(1, { bytes });
      if (bytes === 'f') {
        expect(sequence.tracker.earlierEpochs).toHaveLength(4);
        expect(nextChangeAt(sequence.tracker, SETTINGS)).toBeLessThanOrEqual(sequence.now);
      }
      sequence.wait(GRACE_MS + 1);
    }
    expect(sequence.tracker.earlierEpochs.map(({ number }) => number)).toEqual([5, 4, 3]);
    expect(sequence.tracker.current?.number).toBe(6);
  });
});

describe('event times', () => {
  it('put an old event into the old numbering whatever its distance, and a new one into the new', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 3, 40], { ...OLD, eventTime: T - 7_200_000 });
    sequence.wait(GRACE_MS + 1);
    sequence.offer(1, { ...NEW, eventTime: T });
    // 5 is nearer to the new highest, 41 to the old one.
    expect(sequence.offer(5, { ...OLD, eventTime: T - 3_600_000 })).toBe('accepted@1');
    expect(sequence.offer(41, { ...NEW, eventTime: T + 1 })).toBe('accepted@2');
    expect(sequence.holes(2)).toEqual(['2-40 young']);
    expect(sequence.holes(1)).toEqual(['4-4 open', '6-39 open']);
  });

  it('that run a little backwards within one numbering do not send an id into another', () => {
    const sequence = received(5010, 5000);
    sequence.offer(1, { ...NEW, eventTime: T });
    expect(sequence.offer(2, { ...NEW, eventTime: T - 3000 })).toBe('accepted@2');
    sequence.offer(3, { ...NEW, eventTime: T + 1000 });
    expect(sequence.holes(2)).toEqual([]);
  });

  it('that are equal: an id that overtook id 1 belongs to the new numbering, wherever it stood in the old one', () => {
    const at = { ...NEW, eventTime: T };
    const below = new Sequence(SETTINGS);
    below.offerAll(range(5000, 5009), { ...OLD, eventTime: T - 3_600_000 });
    below.wait(GRACE_MS + 1);
    expect(below.offerAll([3, 1, 2, 4, 5], at)).toEqual([
      'accepted@1',
      'accepted@2',
      'accepted@2',
      'accepted@2',
      'accepted@2',
    ]);
    expect(below.holes(2)).toEqual([]);

    const above = new Sequence(SETTINGS);
    above.offerAll(range(1, 10), { ...OLD, eventTime: T - 3_600_000 });
    above.wait(GRACE_MS + 1);
    above.offerAll([14, 12, 1, ...range(2, 11), 13, 15], at);
    above.offer(16, { ...NEW, eventTime: T + 1000 });
    above.wait(GRACE_MS);
    expect([...above.holes(1), ...above.holes(2)]).toEqual([]);
    expect(above.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 10 }]);
    expect(above.offer(12, at)).toBe('duplicate@1');
  });

  it('that are equal: one that went on where the old numbering stood is seen to be missing in the new one', () => {
    const at = { ...NEW, eventTime: T };
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll(range(1, 10), { ...OLD, eventTime: T - 3_600_000 });
    sequence.wait(GRACE_MS + 1);
    expect(sequence.offerAll([11, 12, 1, ...range(2, 10)], at).slice(0, 3)).toEqual([
      'accepted@1',
      'accepted@1',
      'accepted@2',
    ]);
    sequence.offer(13, { ...NEW, eventTime: T + 1000 });
    expect(sequence.holes(2)).toEqual(['11-12 young']);
    sequence.wait(GRACE_MS);
    expect([...sequence.holes(1), ...sequence.holes(2)]).toEqual([]);
    expect(sequence.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 10 }]);
  });

  it('that are equal leave the next id of the old numbering to it', () => {
    const older = { ...OLD, eventTime: T };
    const lately = new Sequence(SETTINGS);
    lately.offerAll(range(1, 10), { ...OLD, eventTime: T - 1000 });
    lately.wait(GRACE_MS + 1);
    lately.offer(1, { ...NEW, eventTime: T });
    expect(lately.offerAll([11, 12], older)).toEqual(['accepted@1', 'accepted@1']);
    expect(lately.offerAll(range(2, 12), { ...NEW, eventTime: T + 1000 })).toEqual(
      Array(11).fill('accepted@2'),
    );
    lately.wait(GRACE_MS);
    expect([...lately.holes(1), ...lately.holes(2)]).toEqual([]);
  });

  it.each([
    ['in disorder', [58, 60], [59], []],
    ['with a loss', [58, 60], [], ['59-59 open']],
    ['with a late one', [59, 60], [58], []],
  ])('that are equal leave the end of the old numbering to it, %s', (_, before, after, missing) => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll(range(1, 57), { ...OLD, eventTime: T - 60_000 });
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll(before, { ...OLD, eventTime: T });
    sequence.offer(1, { ...NEW, eventTime: T });
    sequence.offerAll(after, { ...OLD, eventTime: T });
    sequence.offerAll(range(2, 70), { ...NEW, eventTime: T + 5000 });
    sequence.wait(GRACE_MS);
    expect(sequence.holes(1)).toEqual(missing);
    expect(sequence.holes(2)).toEqual([]);
    expect(sequence.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 60 }]);
    expect(sequence.tracker.conflicts).toEqual([]);
  });

  it('that are equal do not hide what the new numbering lost', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2], { ...OLD, eventTime: T - 3_600_000 });
    sequence.wait(GRACE_MS + 1);
    sequence.offer(3, { ...OLD, eventTime: T });
    sequence.offer(1, { ...NEW, eventTime: T });
    sequence.offerAll([2, 4, 5], { ...NEW, eventTime: T + 86_400_000 });
    sequence.wait(GRACE_MS);
    expect(sequence.holes(2)).toEqual(['3-3 open']);
  });

  it('shortly before the new numbering put an event into the hole of its id', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 3, 4, 6, 7, 8, 9, 10], { ...OLD, eventTime: T - 2000 });
    sequence.wait(GRACE_MS + 1);
    sequence.offer(1, { ...NEW, eventTime: T });
    expect(sequence.offer(5, { ...OLD, eventTime: T - 3000 })).toBe('accepted@1');
    expect([...sequence.holes(1), ...sequence.holes(2)]).toEqual([]);
  });

  it('that are equal do not put ids of the old numbering far into the new one', () => {
    const sequence = received(5010, 5000);
    sequence.offer(5012, { ...OLD, eventTime: T });
    sequence.offer(1, { ...NEW, eventTime: T });
    sequence.offer(5014, { ...OLD, eventTime: T });
    sequence.offerAll([2, 3], { ...NEW, eventTime: T + 1000 });
    sequence.wait(GRACE_MS);
    expect(sequence.holes(1)).toEqual(['5011-5011 open', '5013-5013 open']);
    expect(sequence.holes(2)).toEqual([]);
  });

  it('that are equal leave a gap where the id did not come', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll(range(1, 10), { ...OLD, eventTime: T - 3_600_000 });
    sequence.offer(12, { ...OLD, eventTime: T - 1000 });
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll([1, ...range(2, 11), 13], { ...NEW, eventTime: T });
    sequence.offer(14, { ...NEW, eventTime: T + 1000 });
    sequence.wait(GRACE_MS);
    // The 12 of the old one happened before.
    expect(sequence.holes(1)).toEqual(['11-11 open']);
    expect(sequence.holes(2)).toEqual(['12-12 open']);
  });

  it('leave it to the distance where they say nothing', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 3], { ...OLD, eventTime: T });
    sequence.wait(GRACE_MS + 1);
    sequence.offer(1, { ...NEW, eventTime: T });
    expect(sequence.offer(4, { ...OLD, eventTime: T })).toBe('accepted@1');
    expect(sequence.offer(2, { ...NEW, eventTime: null })).toBe('accepted@2');
  });
});

describe('without event times', () => {
  it('an id far below the old numbering that overtook id 1 belongs to the new one', () => {
    const sequence = received(5009, 5000);
    expect(sequence.offerAll([4, 2, 4990, 1, 3, 5], NEW)).toEqual([
      'accepted@1',
      'accepted@1',
      'accepted@1',
      'accepted@2',
      'accepted@2',
      'accepted@2',
    ]);
    expect(sequence.holes(2)).toEqual([]);
    expect(sequence.tracker.current).toMatchObject({ baseline: 1, highest: 5 });
  });

  it('one that came long before id 1 is not', () => {
    const sequence = received(5009, 5000);
    sequence.offer(3, OLD);
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll([1, 2, 4], NEW);
    expect(sequence.holes(2)).toEqual(['3-3 young']);
  });
});

describe('a numbering whose restart is known by conflicts', () => {
  it('begins with the third in a row, and id 1 is neither missed nor a restart when it comes at last', () => {
    const sequence = received(20);
    expect(sequence.offerAll([2, 3, 4], NEW)).toEqual(['conflict', 'conflict', 'accepted@2']);
    expect(sequence.tracker.current).toMatchObject({ baseline: 2, highest: 4 });
    sequence.wait(3_600_000);
    expect(sequence.offer(1, NEW)).toBe('accepted@2');
    expect(sequence.offer(1, NEW)).toBe('duplicate@2');
    expect(sequence.offer(5, NEW)).toBe('accepted@2');
    expect(sequence.holes(2)).toEqual([]);
    // A third numbering, from 1 again: now it was received.
    expect(sequence.offer(1, { bytes: 'third' })).toBe('accepted@3');
  });

  it('needs distinct ids, and none between them that was received as one should', () => {
    const sequence = received(20);
    expect(sequence.offerAll([2, 2, 2], NEW)).toEqual(['conflict', 'conflict', 'conflict']);
    expect(sequence.offer(21, OLD)).toBe('accepted@1');
    expect(sequence.offerAll([3, 4], NEW)).toEqual(['conflict', 'conflict']);
    expect(sequence.offer(20, OLD)).toBe('duplicate@1');
    sequence.wait(REORDERING_MS);
    expect(sequence.offer(5, NEW)).toBe('accepted@2');
    expect(sequence.adopted.map(({ id }) => id)).toEqual([3, 4]);
  });

  it('needs the old one to be silent: what is sent together arrives in another order', () => {
    const sequence = received(20);
    sequence.offer(21, OLD);
    expect(sequence.offerAll([2, 3, 4, 5], NEW)).toEqual(Array(4).fill('conflict'));
    sequence.wait(REORDERING_MS - 1);
    expect(sequence.offer(6, NEW)).toBe('conflict');
    sequence.wait(1);
    expect(sequence.offer(7, NEW)).toBe('accepted@2');
    expect(sequence.adopted.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6]);
    expect(sequence.holes(2)).toEqual([]);
  });

  it('is none where conflicts come together with events that continue the old one', () => {
    const sequence = received(20);
    sequence.tracker = comingTogether(sequence.tracker, [2, 3, 4, 21], sequence.now);
    expect(sequence.offerAll([2, 3, 4], NEW)).toEqual(['conflict', 'conflict', 'conflict']);
    expect(sequence.offer(21, OLD)).toBe('accepted@1');
    sequence.wait(GRACE_MS);
    // A late one, in a hole, continues it too.
    sequence.offer(23, OLD);
    sequence.wait(GRACE_MS);
    sequence.tracker = comingTogether(sequence.tracker, [5, 6, 7, 22], sequence.now);
    expect(sequence.offerAll([5, 6, 7], NEW)).toEqual(['conflict', 'conflict', 'conflict']);
    sequence.wait(GRACE_MS);
    sequence.tracker = comingTogether(sequence.tracker, [8, 9, 10], sequence.now);
    expect(sequence.offer(8, NEW)).toBe('accepted@2');
  });

  it('adopts the latest of several conflicts of one id, and only once', () => {
    const sequence = received(20);
    sequence.offer(2, { bytes: 'x' });
    sequence.offer(2, NEW);
    sequence.offer(3, NEW);
    expect(sequence.offer(4, NEW)).toBe('accepted@2');
    expect(sequence.adopted.map(({ fingerprint }) => fingerprint)).toEqual(['2:new', '3:new']);
    expect(sequence.offer(2, NEW)).toBe('duplicate@2');
  });

  it('is known although most of the old ids had been ignored', () => {
    const sequence = new Sequence(SETTINGS);
    for (const id of range(1, 20)) sequence.offer(id, { ...OLD, as: id % 3 === 0 ? 'accepted' : 'ignored' });
    sequence.wait(GRACE_MS + 1);
    expect(sequence.offerAll([2, 3, 4], NEW)).toEqual(['conflict', 'conflict', 'accepted@2']);
  });

  it('is known although the old records are past the window', () => {
    const sequence = received(20);
    sequence.forgottenUpTo = 20;
    expect(sequence.offerAll([2, 3], NEW)).toEqual(['too_old', 'too_old']);
    sequence.forgottenUpTo = 0;
    expect(sequence.offer(4, NEW)).toBe('accepted@2');
    expect(sequence.adopted.map(({ id }) => id)).toEqual([2, 3]);
  });
});

describe('an earlier epoch', () => {
  it('closes when its last retry is past, with what it still misses', () => {
    const sequence = received(10);
    sequence.offer(12, OLD);
    sequence.offer(1, NEW);
    expect(sequence.wait(EXPIRES_MS - 1)).toEqual([]);
    expect(sequence.holes(1)).toEqual(['11-11 open']);
    expect(sequence.wait(1)).toEqual([1]);
    expect(sequence.tracker.earlierEpochs).toEqual([]);
    expect(sequence.offer(2, NEW)).toBe('accepted@2');
    // Its ids are not taken any more.
    expect(sequence.offer(13, OLD)).toBe('accepted@2');
  });

  it('does not take ids after its time, whether the alarm came or not', () => {
    const sequence = received(10);
    sequence.offer(1, NEW);
    sequence.now += EXPIRES_MS;
    expect(sequence.offer(11, NEW)).toBe('accepted@2');
  });

  it('goes on as the current one where the restart was none, so that its ids open no hole', () => {
    // Three retries with other bytes than at first look like a restarted numbering.
    const sequence = received(100);
    expect(sequence.offerAll([50, 51, 52], NEW)).toEqual(['conflict', 'conflict', 'accepted@2']);
    sequence.offerAll(range(101, 300), OLD);
    // The alarm may come later than the events.
    sequence.now += EXPIRES_MS;
    expect(sequence.offer(301, OLD)).toBe('accepted@1');
    expect(sequence.wait(1)).toEqual([]);
    expect(sequence.tracker.current).toMatchObject({ number: 1, highest: 301 });
    expect(sequence.offer(302, OLD)).toBe('accepted@1');
    expect(sequence.offer(51, NEW)).toBe('duplicate@2');
    expect(sequence.wait(EXPIRES_MS)).toEqual([2]);
    expect(sequence.offer(303, OLD)).toBe('accepted@1');
    expect([...sequence.holes(1), ...sequence.holes(2)]).toEqual([]);
    // The number of the closed one is not given again: its records are still there.
    expect(sequence.offer(1, NEW)).toBe('accepted@3');
  });

  it('is not kept alive by late retries', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll(range(1, 10), { ...OLD, eventTime: T - 1000 });
    sequence.wait(GRACE_MS + 1);
    sequence.offer(1, { ...NEW, eventTime: T });
    expect(sequence.offerAll(range(11, 20), { ...OLD, eventTime: T - 1 })).toEqual(
      Array(10).fill('accepted@1'),
    );
    expect(sequence.wait(EXPIRES_MS)).toEqual([1]);
    expect(sequence.tracker.current?.number).toBe(2);
  });
});

describe('place', () => {
  it('begins the first epoch with the first id, whatever it is', () => {
    const arrival = { id: 77, fingerprint: 'f', eventTime: null, now: 0 };
    expect(place(EMPTY_TRACKER, arrival, SETTINGS, () => null)).toEqual({
      kind: 'restart',
      epoch: 1,
      adopted: [],
    });
  });

  it('says what is missing before an id, and that it is late', () => {
    const sequence = received(5);
    sequence.offer(9, OLD);
    const look = (id: number) =>
      place(sequence.tracker, { id, fingerprint: 'f', eventTime: null, now: 0 }, SETTINGS, () => null);
    expect(look(12)).toEqual({ kind: 'unseen', epoch: 1, late: false, gap: [10, 11] });
    expect(look(8)).toEqual({ kind: 'unseen', epoch: 1, late: true, gap: [6, 7] });
    expect(look(6)).toEqual({ kind: 'unseen', epoch: 1, late: true, gap: null });
  });
});
