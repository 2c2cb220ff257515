/** Events sent again with other bytes and their old times: conflicts that begin no numbering. */
import { describe, expect, it } from 'vitest';
import { range, Sequence } from '../../support/sequence';
import { GRACE_MS, SETTINGS, T } from '../../support/two-numberings';

const timeOf = (id: number): number => T + 1000 * id;
const AGAIN = 'one field more';

/** Ids 1..`count`, each with a time of its own, their grace over. */
function received(count: number): Sequence {
  const sequence = new Sequence(SETTINGS);
  for (const id of range(1, count)) sequence.offer(id, { bytes: 'first', eventTime: timeOf(id) });
  sequence.wait(GRACE_MS + 1);
  return sequence;
}

/** What stands in the way of `nothing is missing`, once the numbering has gone on. */
function holesAfter(sequence: Sequence, next: number): string[] {
  for (const id of [next, next + 1, next + 2]) {
    expect(sequence.offer(id, { bytes: 'first', eventTime: timeOf(id) })).toBe('accepted@1');
  }
  sequence.wait(GRACE_MS + 1);
  expect(sequence.tracker).toMatchObject({ earlierEpochs: [], current: { number: 1, highest: next + 2 } });
  return sequence.holes(1);
}

describe('resent ids', () => {
  it.each([
    ['the first one', [1]],
    ['three in a row', [5, 6, 7]],
    ['three far apart', [150, 250, 290]],
    ['many', range(1, 60)],
  ])('with their old times are conflicts: %s', (_name, ids) => {
    const sequence = received(300);
    for (const id of ids) {
      expect(sequence.offer(id, { bytes: AGAIN, eventTime: timeOf(id) })).toBe('conflict');
    }
    expect(holesAfter(sequence, 301)).toEqual([]);
  });

  it('do not help conflicts with fresh times to show a new numbering', () => {
    const sequence = received(300);
    for (const id of [5, 6]) sequence.offer(id, { bytes: AGAIN, eventTime: timeOf(id) });
    expect(sequence.offer(7, { bytes: AGAIN, eventTime: timeOf(400) })).toBe('conflict');
    expect(holesAfter(sequence, 301)).toEqual([]);
  });

  it('are told from a numbering that begins anew later', () => {
    const sequence = received(300);
    expect(sequence.offer(1, { bytes: 'anew', eventTime: timeOf(400) })).toBe('accepted@2');
    expect(sequence.offer(2, { bytes: 'anew', eventTime: timeOf(401) })).toBe('accepted@2');
  });
});

describe('without times, ids that are resent with other bytes', () => {
  it.each([
    ['next to each other', [5, 6, 7]],
    ['far apart', [150, 250, 290]],
    ['the first one', [1]],
  ])('open no hole, and the numbering goes on: %s', (_name, ids) => {
    for (const next of [
      [301, 302, 303],
      [303, 301, 302],
      [302, 303, 301],
    ]) {
      const sequence = new Sequence(SETTINGS);
      sequence.offerAll(range(1, 300), { bytes: 'first' });
      sequence.wait(GRACE_MS + 1);
      sequence.offerAll(ids, { bytes: AGAIN });
      sequence.wait(GRACE_MS + 1);
      sequence.offerAll(next, { bytes: 'first' });
      sequence.wait(GRACE_MS + 1);
      const { current, earlierEpochs } = sequence.tracker;
      const holes = [current, ...earlierEpochs].flatMap(epoch => sequence.holes(epoch?.number));
      expect(holes, `${next}`).toEqual([]);
    }
  });
});
