import { describe, expect, it } from 'vitest';
import { placeAdded, saysTheSame } from '../../../src/numbering/added-by-hand';
import { record } from '../../../src/numbering/record';
import { EMPTY_TRACKER } from '../../../src/numbering/types';
import { range, Sequence } from '../../support/sequence';

const SETTINGS = { graceMs: 60_000, expiresMs: 374_400_000 };
const OLD = { bytes: 'old' };

function received(highest: number, from = 1): Sequence {
  const sequence = new Sequence(SETTINGS);
  sequence.offerAll(range(from, highest), OLD);
  sequence.wait(SETTINGS.graceMs + 1);
  return sequence;
}

const arrival = (id: number, bytes: string, now: number) =>
  ({ id, fingerprint: `${id}:${bytes}`, eventTime: null, now, added: true }) as const;

const placed = ({ tracker, known, now }: Sequence, id: number, bytes = 'hand') =>
  placeAdded(tracker, arrival(id, bytes, now), SETTINGS, (epoch, n) => known.get(`${epoch}:${n}`) ?? null);

describe('an event added by hand', () => {
  it('needs a numbering that the provider began', () => {
    const nothing = placeAdded(EMPTY_TRACKER, arrival(7, 'hand', 0), SETTINGS, () => null);
    expect(nothing).toEqual({ why: 'out_of_range', highest: null });
  });

  it('comes at most 1,000 ids after the highest', () => {
    const sequence = received(10);
    expect(placed(sequence, 1010)).toMatchObject({ kind: 'unseen', epoch: 1, gap: [11, 1009] });
    expect(placed(sequence, 1011)).toEqual({ why: 'out_of_range', highest: 1010 });
  });

  it('takes no id from what was sent, and is a duplicate with the same bytes', () => {
    const sequence = received(10);
    expect(placed(sequence, 1)).toEqual({ why: 'taken', sequence: 1 });
    expect(placed(sequence, 4, 'old')).toMatchObject({ kind: 'duplicate' });
  });

  it('is below the baseline, where id 1 of the provider would begin a numbering', () => {
    expect(placed(received(1010, 1000), 1)).toEqual({ kind: 'unseen', epoch: 1, late: true, gap: null });
  });

  it('fills holes of an earlier numbering, and does not make that one grow', () => {
    const sequence = received(10);
    sequence.offer(14, OLD);
    sequence.offerAll([1, 2], { bytes: 'new' });
    expect(placed(sequence, 12)).toMatchObject({ kind: 'unseen', epoch: 1 });
    expect(placed(sequence, 15)).toMatchObject({ why: 'out_of_range' });
  });

  it('ends no row of conflicts, and leaves no time or bytes by which a numbering is told', () => {
    const sequence = received(10);
    sequence.offer(3, { bytes: 'new' });
    const { tracker, now } = sequence;
    const added = { ...arrival(12, 'hand', now), eventTime: now };
    const placement = { kind: 'unseen', epoch: 1, late: false, gap: null } as const;
    const after = record(tracker, added, placement, SETTINGS).tracker;
    expect(after.conflictStreak).toBe(1);
    expect(after.current).toMatchObject({ highest: 12, recent: [] });
  });
});

describe('two events with one id', () => {
  const said = { topic: 'order:created', eventId: null, eventTime: 5, entityKeys: ['order:1'] };

  it('are one when they tell of the same thing', () => {
    expect(saysTheSame(said, { ...said })).toBe(true);
    for (const other of [{ topic: 'order:held' }, { eventId: 'e' }, { eventTime: 6 }, { entityKeys: [] }]) {
      expect(saysTheSame(said, { ...said, ...other })).toBe(false);
    }
  });
});
