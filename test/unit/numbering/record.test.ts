/** Recording an arrival: the holes it opens, closes and splits, and the baseline it may move. */
import { describe, expect, it } from 'vitest';
import { Sequence } from '../../support/sequence';
import { GRACE_MS, NEW, OLD, SETTINGS } from '../../support/two-numberings';

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

  it('are made neither by ignored nor by quarantined events', () => {
    const sequence = new Sequence(SETTINGS);
    expect(sequence.offer(1, { ...OLD, as: 'ignored' })).toBe('ignored@1');
    expect(sequence.offer(2, { ...OLD, as: 'quarantined' })).toBe('quarantined@1');
    expect(sequence.offer(4, OLD)).toBe('accepted@1');
    expect(sequence.holes()).toEqual(['3-3 young']);
    expect(sequence.offer(3, { ...OLD, as: 'ignored' })).toBe('ignored@1');
    expect(sequence.holes()).toEqual([]);
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
