/** Secrets that say which numbering an event is of: nothing is guessed. */
import { describe, expect, it } from 'vitest';
import { range, Sequence } from '../../support/sequence';
import { EXPIRES_MS, GRACE_MS } from '../../support/two-numberings';

const SETTINGS = { graceMs: GRACE_MS, expiresMs: EXPIRES_MS, secretIds: ['new', 'old'] };
const OLD = { bytes: 'old', secret: 'old' };
const NEW = { bytes: 'new', secret: 'new' };

/** Ids 1..`count` of the old secret, their grace over. */
function received(count: number): Sequence {
  const sequence = new Sequence(SETTINGS);
  sequence.offerAll(range(1, count), OLD);
  sequence.wait(GRACE_MS + 1);
  return sequence;
}

describe('a new secret', () => {
  it('is a new numbering with its first event, whatever its id', () => {
    for (const first of [1, 7, 11, 500]) {
      const sequence = received(10);
      expect(sequence.offer(first, NEW)).toBe('accepted@2');
      expect(sequence.tracker.current).toMatchObject({ number: 2, highest: first });
      expect(sequence.holes(1)).toEqual([]);
      // Whether the webhook at the provider sent lower ids elsewhere before, nobody knows.
      sequence.wait(GRACE_MS);
      expect(sequence.holes(2)).toEqual(first === 1 ? [] : [`1-${first - 1} uncertain`]);
    }
  });

  it('has holes of its own, and opens and fills none of the old one', () => {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll([1, 2, 3, 4, 6, 7, 8], OLD);
    sequence.wait(GRACE_MS + 1);
    expect(sequence.offerAll([5, 2, 1, 3, 6, 8], NEW)).toEqual(Array(6).fill('accepted@2'));
    sequence.wait(GRACE_MS + 1);
    expect(sequence.holes(1)).toEqual(['5-5 open']);
    expect(sequence.holes(2)).toEqual(['4-4 open', '7-7 open']);
    expect(sequence.offer(5, OLD)).toBe('accepted@1');
    expect(sequence.holes(1)).toEqual([]);
  });

  it('may be sent beside the old one for as long as both are there', () => {
    const sequence = received(10);
    for (let id = 1; id <= 40; id++) {
      expect(sequence.offer(id, NEW)).toBe('accepted@2');
      expect(sequence.offer(10 + id, OLD)).toBe('accepted@1');
      expect(sequence.wait(EXPIRES_MS / 10)).toEqual([]);
    }
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 40, holes: [] });
    expect(sequence.tracker.earlierEpochs).toMatchObject([{ number: 1, highest: 50, holes: [] }]);
  });

  it('makes the very same bytes another event, and a retry only of its own', () => {
    const sequence = received(3);
    const same = { ...OLD, secret: 'new' };
    expect(sequence.offer(1, same)).toBe('accepted@2');
    expect(sequence.offer(1, same)).toBe('duplicate@2');
    expect(sequence.offer(1, OLD)).toBe('duplicate@1');
    expect(sequence.offer(2, OLD)).toBe('duplicate@1');
  });

  it.each([[[52, 51, 50]], [[50, 51, 52]]])(
    'makes the bytes of a numbering that was none another event, resent as %j',
    ids => {
      const sequence = received(100);
      const resent = { ...OLD, bytes: 'resent' };
      expect(sequence.offerAll(ids, resent)).toEqual(['conflict', 'conflict', 'accepted@2']);
      // The old one goes on, so the other was none.
      sequence.offerAll(range(101, 110), OLD);
      expect(sequence.tracker.current).toMatchObject({ number: 1, highest: 110 });
      expect(sequence.offer(51, resent)).toBe('duplicate@2');
      expect(sequence.offer(51, { ...resent, secret: 'new' })).toBe('accepted@3');
    },
  );

  it('is not begun by resent ids with other bytes: they are conflicts of their own numbering', () => {
    const sequence = received(10);
    sequence.offerAll(range(1, 3), NEW);
    sequence.wait(GRACE_MS + 1);
    const other = { bytes: 'other', secret: 'old' };
    expect(sequence.offerAll([4, 5, 6, 7], other)).toEqual(Array(4).fill('conflict'));
    expect(sequence.offer(4, NEW)).toBe('accepted@2');
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 4, holes: [] });
  });

  it('still lets a webhook be made anew under the same secret', () => {
    const sequence = received(10);
    sequence.offerAll(range(1, 5), NEW);
    sequence.wait(GRACE_MS + 1);
    const again = { bytes: 'again', secret: 'new' };
    expect(sequence.offerAll([1, 2], again)).toEqual(['accepted@3', 'accepted@3']);
    expect(sequence.offer(6, NEW)).toBe('accepted@2');
    expect(sequence.offer(11, OLD)).toBe('accepted@1');
  });
});

describe('a secret that says nothing', () => {
  it('is one of a webhook whose provider keeps its numbering', () => {
    const sequence = new Sequence({ graceMs: GRACE_MS, expiresMs: EXPIRES_MS });
    sequence.offerAll(range(1, 10), OLD);
    expect(sequence.offer(11, NEW)).toBe('accepted@1');
  });

  it('is learned from what continues a numbering of an earlier release, where only one is in use', () => {
    const sequence = new Sequence({ ...SETTINGS, secretIds: ['old'] });
    sequence.offerAll(range(1, 10), { bytes: 'old' });
    expect(sequence.tracker.current?.secretId).toBeUndefined();
    sequence.offer(11, OLD);
    expect(sequence.tracker.current?.secretId).toBe('old');
    const both = new Sequence(SETTINGS);
    both.offerAll(range(1, 10), { bytes: 'old' });
    both.offer(11, OLD);
    expect(both.tracker.current?.secretId).toBeUndefined();
  });
});
