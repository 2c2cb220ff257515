/** The passing of time: holes open and expire, and an earlier epoch closes. */
import { describe, expect, it } from 'vitest';
import { nextChangeAt } from '../../../src/numbering/pass-time';
import { range, Sequence } from '../../support/sequence';
import { EXPIRES_MS, GRACE_MS, NEW, OLD, received, SETTINGS, T } from '../../support/two-numberings';

describe('holes', () => {
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
    // The other one was refuted as soon as the first went on.
    expect(sequence.wait(EXPIRES_MS)).toEqual([]);
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
