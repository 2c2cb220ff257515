/** Which of two numberings an id belongs to: by event times, and without them by distance. */
import { describe, expect, it } from 'vitest';
import { range, Sequence } from '../../support/sequence';
import { EXPIRES_MS, GRACE_MS, NEW, OLD, received, SETTINGS, T } from '../../support/two-numberings';

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
    expect(above.offer(12, at)).toBe('duplicate@2');
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

describe('with event times, three numberings that began without their first ids', () => {
  it('a late one of the second stays its own, where an event of the third has divided what comes before its first', () => {
    const sequence = received(10);
    const send = (numbering: number, ids: readonly number[]) =>
      ids.map(id =>
        sequence.offer(id, { bytes: `${numbering}`, eventTime: T + numbering * 100 * 3_600_000 + id * 1000 }),
      );
    send(1, [2, 5, 6, 7, 8, 9, 11, 12]);
    sequence.wait(2 * GRACE_MS);
    send(2, [6, 7, 8, 9]);
    sequence.wait(2 * GRACE_MS);
    send(3, [2]);
    expect(send(2, [3])).toEqual([`accepted@${sequence.tracker.current?.number}`]);
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

  it('one that came long before id 1 may, so it is not missing', () => {
    const sequence = received(5009, 5000);
    sequence.offer(3, OLD);
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll([1, 2, 4], NEW);
    expect(sequence.holes(2)).toEqual([]);
  });

  it('one that came before the last retry of the old one was over is not', () => {
    const sequence = received(5009, 5000);
    sequence.offer(3, OLD);
    sequence.wait(EXPIRES_MS + 1);
    sequence.offerAll([1, 2, 4], NEW);
    expect(sequence.holes(2)).toEqual(['3-3 young']);
  });
});
