/** Numberings that begin anew with ids lost, late or overtaken: what was received is never missing, what is missing is named. */
import { describe, expect, it } from 'vitest';
import { range, Sequence } from '../../support/sequence';
import { GRACE_MS, SETTINGS, T } from '../../support/two-numberings';

const OLD = 'old';
const NEW = 'new';
const HOUR = 3_600_000;

/** With event times, and without. */
describe.each([true, false])('with event times: %s', hasTimes => {
  const old = (id: number) => ({ bytes: OLD, eventTime: hasTimes ? T + id : null });
  const anew = (id: number) => ({ bytes: NEW, eventTime: hasTimes ? T + HOUR + 1000 * id : null });

  /** Old ids, their grace over. */
  function received(ids: readonly number[]): Sequence {
    const sequence = new Sequence(SETTINGS);
    for (const id of ids) sequence.offer(id, old(id));
    sequence.wait(GRACE_MS + 1);
    return sequence;
  }
  function missing(sequence: Sequence): string[] {
    sequence.wait(GRACE_MS + 1);
    sequence.wait(GRACE_MS + 1);
    const { current, earlierEpochs } = sequence.tracker;
    return [...earlierEpochs, ...(current === null ? [] : [current])].flatMap(({ number }) =>
      sequence.holes(number).map(hole => `${number}: ${hole}`),
    );
  }

  it('id 1 may come long after others of its numbering, below the old baseline', () => {
    for (const count of hasTimes ? [4, 150] : [4]) {
      const sequence = received(range(1000, 1003));
      for (const id of range(2, count + 1)) sequence.offer(id, anew(id));
      sequence.wait(GRACE_MS + 1);
      sequence.offer(1, anew(count + 2));
      sequence.offer(count + 2, anew(count + 3));
      expect(missing(sequence)).toEqual([]);
      expect(sequence.tracker.current?.highest).toBe(count + 2);
    }
  });

  it('an id of the new one may have corrected one of the old that was invalid', () => {
    const sequence = received([1, 2, 3, 4, 6, 7]);
    sequence.offer(5, { ...old(5), as: 'quarantined' });
    sequence.wait(GRACE_MS + 1);
    for (const id of [5, 2, 1, 3, 4, 6, 7]) sequence.offer(id, anew(id));
    expect(missing(sequence)).toEqual([]);
  });
});

describe('with event times', () => {
  const old = (id: number) => ({ bytes: OLD, eventTime: T + id });
  const anew = (id: number) => ({ bytes: NEW, eventTime: T + HOUR + 1000 * id });

  it('an id of the new one does not fill a hole of the old one', () => {
    const sequence = new Sequence(SETTINGS);
    for (const id of [1, 2, 3, 4, 6, 7, 8]) sequence.offer(id, old(id));
    sequence.wait(GRACE_MS + 1);
    sequence.offer(5, anew(5));
    sequence.offer(1, anew(1));
    sequence.wait(GRACE_MS + 1);
    expect(sequence.holes(1)).toEqual(['5-5 open']);
    for (const id of [2, 3, 4, 6]) sequence.offer(id, anew(id));
    sequence.wait(GRACE_MS + 1);
    expect(sequence.holes(2)).toEqual([]);
    expect(sequence.offer(5, old(5))).toBe('accepted@1');
    expect(sequence.holes(1)).toEqual([]);
  });

  it('shows itself below the old baseline without its id 1, and misses what it lost', () => {
    const sequence = new Sequence(SETTINGS);
    for (const id of range(1000, 1003)) sequence.offer(id, old(id));
    sequence.wait(GRACE_MS + 1);
    for (const id of [2, 3, ...range(5, 59)]) sequence.offer(id, anew(id));
    sequence.wait(GRACE_MS + 1);
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 59 });
    expect(sequence.holes(2)).toEqual(['1-1 uncertain', '4-4 open']);
    expect(sequence.holes(1)).toEqual([]);
  });

  it('is not shown by what the old one sent before its baseline', () => {
    const sequence = new Sequence(SETTINGS);
    for (const id of range(1000, 1003)) sequence.offer(id, old(id));
    sequence.wait(GRACE_MS + 1);
    for (const id of [990, 991, 992, 993]) sequence.offer(id, old(id));
    expect(sequence.tracker.current).toMatchObject({ number: 1, highest: 1003 });
  });
});

describe('without event times', () => {
  function madeAnew(ids: readonly number[]): Sequence {
    const sequence = new Sequence(SETTINGS);
    sequence.offerAll(range(1, 10), { bytes: OLD });
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll(ids, { bytes: NEW });
    sequence.wait(GRACE_MS + 1);
    return sequence;
  }

  it('goes on past the end of the old one, in disorder', () => {
    const sequence = madeAnew([...range(1, 9), 11, 10, ...range(12, 20)]);
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 20, holes: [] });
    expect(sequence.holes(1)).toEqual([]);
  });

  it('may miss what it lost at the end of the old one', () => {
    const sequence = madeAnew([...range(1, 9), ...range(11, 20)]);
    expect(sequence.tracker.current).toMatchObject({ number: 2, highest: 20 });
    expect(sequence.holes(2)).toEqual(['10-10 uncertain']);
  });
});
