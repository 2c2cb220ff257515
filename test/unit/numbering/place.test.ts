/** Judging an arrival: what an id on record is now, and what is missing before an id that is new. */
import { describe, expect, it } from 'vitest';
import { place } from '../../../src/numbering/place';
import { EMPTY_TRACKER } from '../../../src/numbering/types';
import { Sequence } from '../../support/sequence';
import { EXPIRES_MS, NEW, OLD, received, SETTINGS, T } from '../../support/two-numberings';

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

  it('begins nothing when it is sent again with its old time, also once its event is past its retention', () => {
    const sequence = new Sequence(SETTINGS);
    for (let id = 1; id <= 40; id++) sequence.offer(id, { ...OLD, eventTime: T + id * 1000 });
    sequence.wait(EXPIRES_MS);
    sequence.droppedUpTo = 40;
    const again = (id: number) => {
      sequence.wait(5000);
      return sequence.offer(id, { ...NEW, eventTime: T + id * 1000 });
    };
    expect([3, 5, 7, 8].map(again)).toEqual(['conflict', 'conflict', 'conflict', 'conflict']);
    const anew = (id: number) => sequence.offer(id, { bytes: 'anew', eventTime: T + EXPIRES_MS + id });
    expect([2, 3, 4].map(anew)).toEqual(['conflict', 'conflict', 'accepted@2']);
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
