/** New numberings: how a restart is seen, by id 1 or by conflicts, and what the new epoch takes over. */
import { describe, expect, it } from 'vitest';
import { nextChangeAt } from '../../../src/numbering/pass-time';
import { REORDERING_MS } from '../../../src/numbering/place';
import { comingTogether } from '../../../src/numbering/record';
import { range, Sequence } from '../../support/sequence';
import { GRACE_MS, NEW, OLD, received, SETTINGS, T } from '../../support/two-numberings';

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
    expect(sequence.holes(1)).toEqual(['11-11 young', '13-13 young']);
    // 12 and 15 may be the new one's, too, but nothing is missing for sure that the old one does not miss.
    sequence.wait(GRACE_MS);
    expect(sequence.holes(1)).toEqual(['11-11 open', '13-13 open']);
    expect(sequence.holes(2)).toEqual(['4-11 uncertain', '13-14 uncertain']);
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
    const ofOld = sequence.changes.filter(({ epoch }) => epoch === 1);
    expect(ofOld).toMatchObject([{ kind: 'dropped', hole: { from: 6, to: 6 } }]);
    expect(sequence.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 3, holes: [] }]);
    expect(sequence.tracker.current).toMatchObject({ baseline: 1, highest: 7 });
    expect(sequence.holes(2)).toEqual(['6-6 young']);
    // Each of them is still known, and the one that is really missing fills its hole.
    expect([2, 4, 7].map(anew)).toEqual(['duplicate@2', 'duplicate@2', 'duplicate@2']);
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
    // The third may have sent both 5 and 11. Nobody can know what it would miss then.
    sequence.wait(GRACE_MS);
    for (const epoch of [1, 2]) expect(sequence.holes(epoch)).toEqual([]);
    expect(sequence.holes(3)).toEqual(['3-4 uncertain', '6-10 uncertain']);
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

describe('a numbering whose restart is known by conflicts', () => {
  it('begins with the third in a row, and id 1 is neither missed nor a restart when it comes at last', () => {
    const sequence = received(20);
    expect(sequence.offerAll([2, 3, 4], NEW)).toEqual(['conflict', 'conflict', 'accepted@2']);
    expect(sequence.tracker.current).toMatchObject({ baseline: 1, highest: 4 });
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
    expect(sequence.holes(2)).toEqual(['1-1 young']);
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

describe('retries with equal bytes', () => {
  it('are duplicates in the first of five numberings that began within the expiry', () => {
    const sequence = received(10);
    for (const bytes of ['second', 'third', 'fourth', 'fifth']) {
      sequence.offerAll(range(1, 10), { bytes });
      sequence.wait(GRACE_MS + 1);
    }
    expect(sequence.tracker.current).toMatchObject({ number: 5, highest: 10 });
    expect(sequence.offer(7, OLD)).toBe('duplicate@1');
    expect(sequence.offer(10, OLD)).toBe('duplicate@1');
    sequence.wait(GRACE_MS + 1);
    expect(sequence.tracker.current).toMatchObject({ number: 5, highest: 10, holes: [] });
  });

  it('are duplicates long after the old numbering was closed', () => {
    const sequence = received(15);
    sequence.offerAll([1, 2, 3], NEW);
    expect(sequence.wait(SETTINGS.expiresMs + 1)).toEqual([1]);
    expect(sequence.offer(15, OLD)).toBe('duplicate@1');
    sequence.wait(GRACE_MS + 1);
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 3, holes: [] });
  });
});
