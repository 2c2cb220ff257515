/**
 * Arrivals that were once judged wrong: each in every order of its last events, and with the process killed after each event.
 * What must never be open, what must be, and what may only be uncertain.
 */
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint, readCheckpoint } from '../../../src/log/commit/checkpoint';
import { EMPTY_STATE } from '../../../src/log/commit/log-state';
import { epochsOf } from '../../../src/numbering/epochs';
import { nextChangeAt } from '../../../src/numbering/pass-time';
import { range, Sequence } from '../../support/sequence';
import { EXPIRES_MS, GRACE_MS, SETTINGS, T } from '../../support/two-numberings';

const HOUR = 3_600_000;
type Sent = { id: number; bytes: string; eventTime?: number; secret?: string; as?: 'quarantined' };
type Told = 'times' | 'secrets' | 'nothing';

const old =
  (told: Told) =>
  (id: number): Sent => ({
    ...{ id, bytes: 'old' },
    ...(told === 'times' ? { eventTime: T + id * 1000 } : {}),
    ...(told === 'secrets' ? { secret: 'old' } : {}),
  });
const anew =
  (told: Told) =>
  (id: number): Sent => ({
    ...{ id, bytes: 'new' },
    ...(told === 'times' ? { eventTime: T + HOUR + id * 1000 } : {}),
    ...(told === 'secrets' ? { secret: 'new' } : {}),
  });
const again = (id: number, eventTime?: number): Sent => ({
  ...{ id, bytes: 'one field more' },
  ...(eventTime === undefined ? {} : { eventTime }),
});

/** What is missing after these came, the first of them before a grace; `2: 4-4 open` and so on. */
function missing(before: readonly Sent[], after: readonly (Sent | 'grace')[], isKilled: boolean): string[] {
  const sequence = new Sequence({ ...SETTINGS, secretIds: ['new', 'old'] });
  const send = ({ id, ...offer }: Sent) => {
    sequence.offer(id, offer);
    if (!isKilled) return;
    const text = encodeCheckpoint({ state: { ...EMPTY_STATE, tracker: sequence.tracker }, forgotten: [] });
    sequence.tracker = readCheckpoint(text).state.tracker;
  };
  for (const sent of before) send(sent);
  sequence.wait(2 * GRACE_MS);
  for (const sent of after) {
    if (sent === 'grace') sequence.wait(GRACE_MS + 1);
    else send(sent);
  }
  sequence.wait(2 * GRACE_MS);
  expect(nextChangeAt(sequence.tracker, SETTINGS) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(sequence.now);
  return epochsOf(sequence.tracker).flatMap(({ number }) =>
    sequence.holes(number).map(hole => `${number}: ${hole}`),
  );
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    orders([...items.slice(0, at), ...items.slice(at + 1)]).map(rest => [item, ...rest]),
  );
}

const open = (holes: readonly string[]) => holes.filter(hole => hole.endsWith('open'));
const uncertain = (holes: readonly string[]) => holes.filter(hole => hole.endsWith('uncertain'));

describe.each([false, true])('with a kill after each event: %s', isKilled => {
  it.each([
    ['id 1, with its old time', 'times', [again(1, T + 1000)]],
    ['id 1, without times', 'nothing', [again(1)]],
    ['three, with their old times', 'times', [5, 6, 7].map(id => again(id, T + id * 1000))],
    ['three, with fresh times', 'times', [5, 6, 7].map(id => again(id, T + HOUR + id * 1000))],
    ['three, without times', 'nothing', [5, 6, 7].map(id => again(id))],
    ['three far from each other', 'nothing', [150, 250, 290].map(id => again(id))],
  ] as const)('nothing is open when the old one goes on after it sent again %s', (_, told, resent) => {
    const goesOn = [301, 302, 303].map(id => ({
      ...old(told)(id),
      ...(told === 'times' ? { eventTime: T + 2 * HOUR + id } : {}),
    }));
    for (const last of orders(goesOn)) {
      expect(open(missing(range(1, 300).map(old(told)), [...resent, ...last], isKilled))).toEqual([]);
    }
  });

  it.each(['times', 'nothing'] as const)(
    'nothing is open when id 1 comes last, after the grace, told by %s',
    told => {
      const before = range(1000, 1003).map(old(told));
      for (const last of orders([2, 3, 4, 5].map(anew(told)))) {
        const after = [...last, 'grace' as const, anew(told)(1), anew(told)(6)];
        expect(open(missing(before, after, isKilled))).toEqual([]);
      }
    },
  );

  it('nothing is open when 150 come before id 1, with times', () => {
    const after = [
      ...range(2, 151).map(anew('times')),
      'grace' as const,
      anew('times')(1),
      anew('times')(152),
    ];
    expect(open(missing(range(1000, 1003).map(old('times')), after, isKilled))).toEqual([]);
  });

  it.each(['times', 'secrets', 'nothing'] as const)(
    'ids 1 and 4 that are lost are named, told by %s',
    told => {
      const after = [2, 3, ...range(5, 59)].map(anew(told));
      const holes = missing(range(1000, 1003).map(old(told)), after, isKilled);
      const isTold = told !== 'nothing';
      expect(open(holes)).toEqual(isTold ? ['2: 4-4 open'] : []);
      if (isTold) expect(uncertain(holes)).toEqual(['2: 1-1 uncertain']);
    },
  );

  it('an id that is lost just where the old one ended is uncertain without times', () => {
    const holes = missing(
      range(1, 10).map(old('nothing')),
      [...range(1, 9), ...range(11, 20)].map(anew('nothing')),
      isKilled,
    );
    expect(holes).toEqual(['2: 10-10 uncertain']);
  });

  it('a hole of the old one is no more filled by a later event of the new one', () => {
    const before = [1, 2, 3, 4, 6, 7, 8].map(old('times'));
    expect(open(missing(before, [5, 1].map(anew('times')), isKilled))).toContain('1: 5-5 open');
  });

  it('nothing is open where one of the old was invalid', () => {
    for (const told of ['times', 'nothing'] as const) {
      const before = [...[1, 2, 3, 4, 6, 7].map(old(told)), { ...old(told)(5), as: 'quarantined' as const }];
      expect(open(missing(before, [5, 2, 1, 3, 4, 6, 7].map(anew(told)), isKilled))).toEqual([]);
    }
  });
});

it('a byte-equal retry of a closed numbering is a duplicate, and opens nothing', () => {
  const sequence = new Sequence(SETTINGS);
  for (const bytes of ['a', 'b', 'c', 'd', 'e']) {
    sequence.offerAll([1, 2, 3], { bytes });
    sequence.wait(2 * GRACE_MS);
  }
  expect(sequence.offer(2, { bytes: 'a' })).toBe('duplicate@1');
  sequence.wait(EXPIRES_MS);
  expect(sequence.offer(3, { bytes: 'b' })).toBe('duplicate@2');
  expect(epochsOf(sequence.tracker).flatMap(({ number }) => open(sequence.holes(number)))).toEqual([]);
});

it('names no hole open without times where the last sure numbering closed, because too many came after it', () => {
  const sequence = new Sequence(SETTINGS);
  sequence.offerAll(range(1, 10), { bytes: 'a' });
  for (const bytes of ['b', 'c', 'd', 'e']) {
    sequence.wait(GRACE_MS + 1);
    sequence.offerAll([1, 2, 3, 5, 6], { bytes });
  }
  sequence.wait(GRACE_MS + 1);
  const holes = epochsOf(sequence.tracker).flatMap(({ number }) => sequence.holes(number));
  expect(open(holes)).toEqual([]);
  expect(uncertain(holes).length).toBeGreaterThan(0);
  // Above all that the closed one had, it is missing in every reading.
  sequence.offer(13, { bytes: 'e' });
  sequence.wait(GRACE_MS + 1);
  expect(open(sequence.holes())).toEqual(['11-12 open']);
});

describe('an event of an older numbering that is sent again with other bytes and its old time', () => {
  it.each([1, 2])('is a conflict in a new numbering that has not come so far, %i after it', newer => {
    const sequence = new Sequence(SETTINGS);
    for (const id of range(1, 10)) sequence.offer(id, { bytes: 'old', eventTime: T + id * 1000 });
    for (const numbering of range(1, newer)) {
      sequence.wait(10 * GRACE_MS);
      for (const id of [1, 2, 3])
        sequence.offer(id, { bytes: `new ${numbering}`, eventTime: T + numbering * HOUR + id * 1000 });
    }
    expect(sequence.offer(8, { bytes: 'sent again', eventTime: T + 8000 })).toBe('conflict');
    sequence.wait(2 * GRACE_MS);
    expect(sequence.holes()).toEqual([]);
    const next = { bytes: `new ${newer}`, eventTime: T + newer * HOUR + 8000 };
    expect(sequence.offer(8, next)).toBe(`accepted@${newer + 1}`);
  });

  it('is a conflict also when its numbering has closed', () => {
    const sequence = new Sequence(SETTINGS);
    for (const id of range(1, 10)) sequence.offer(id, { bytes: 'old', eventTime: T + id * 1000 });
    sequence.wait(10 * GRACE_MS);
    for (const id of [1, 2, 3]) sequence.offer(id, { bytes: 'new', eventTime: T + HOUR + id * 1000 });
    sequence.wait(EXPIRES_MS + 1);
    expect(sequence.offer(8, { bytes: 'sent again', eventTime: T + 8000 })).toBe('conflict');
  });
});

it('an event whose id the new numbering took first is the old one’s again when that shows', () => {
  const sequence = new Sequence(SETTINGS);
  for (const id of [1, 2, 3, 5, 6, 7, 8, 9, 10])
    sequence.offer(id, { bytes: 'old', eventTime: T + id * 1000 });
  sequence.wait(2 * GRACE_MS);
  const anew = (id: number) => sequence.offer(id, { bytes: 'new', eventTime: T + HOUR + id * 1000 });
  expect(anew(4)).toBe('accepted@1');
  expect(sequence.offer(4, { bytes: 'old', eventTime: T + 4000 })).toBe('conflict');
  expect([anew(1), anew(2), anew(3)]).toEqual(['accepted@2', 'accepted@2', 'accepted@2']);
  sequence.wait(2 * GRACE_MS);
  expect([sequence.holes(1), sequence.holes(2)]).toEqual([[], []]);
  expect(sequence.offer(4, { bytes: 'old', eventTime: T + 4000 })).toBe('duplicate@1');
  expect(anew(4)).toBe('duplicate@2');
});

describe('stories that a generator found', () => {
  type Story = readonly (readonly [numbering: number, id: number, bytes?: 'again'] | 'pause')[];
  /** Each numbering has times a hundred hours after those of the one before. @returns the holes of all epochs */
  function told(story: Story, by: 'times' | 'secrets' = 'times'): string[] {
    const sequence = new Sequence(by === 'secrets' ? { ...SETTINGS, secretIds: ['2', '1', '0'] } : SETTINGS);
    for (const step of story) {
      if (step === 'pause') {
        sequence.wait(2 * GRACE_MS);
        continue;
      }
      const [numbering, id, again = ''] = step;
      const evidence =
        by === 'secrets'
          ? { secret: String(numbering) }
          : { eventTime: T + numbering * 100 * HOUR + id * 1000 };
      sequence.offer(id, { bytes: `${numbering}${again}`, ...evidence });
    }
    sequence.wait(2 * GRACE_MS);
    return epochsOf(sequence.tracker).flatMap(({ number }) =>
      sequence.holes(number).map(hole => `${number}: ${hole}`),
    );
  }
  const of = (numbering: number, ids: readonly number[]) => ids.map(id => [numbering, id] as const);

  it('what came before the first known event of a numbering is its own, also when the next one has begun', () => {
    const story = [
      ...of(0, range(1, 6)),
      'pause',
      ...of(1, [4, 5, 6]),
      'pause',
      ...of(2, [3, 4, 6, 8]),
      ...of(1, [3]),
    ] as const;
    expect(told(story)).toEqual(['3: 1-2 uncertain', '3: 5-5 open', '3: 7-7 open', '2: 1-2 uncertain']);
  });

  it('the third sign may be an id that the old numbering misses', () => {
    const story = [...of(0, [1, 2, 3, 5, 6]), 'pause', ...of(1, [2, 3, 4]), ...of(1, [5, 7])] as const;
    expect(told(story)).toEqual(['2: 1-1 uncertain', '2: 6-6 open', '1: 4-4 open']);
  });

  it('a late event of the old numbering does not end a row of signs', () => {
    const story = [
      ...of(0, range(1, 6)),
      'pause',
      ...of(1, [2, 3]),
      ...of(0, [7]),
      ...of(1, [4, 5, 8]),
    ] as const;
    expect(told(story)).toEqual(['2: 1-1 uncertain', '2: 6-7 open']);
  });

  it('ids of two numberings whose times contradict each other show none together', () => {
    const story = [...of(0, range(1, 9)), 'pause', ...of(1, [7]), 'pause', ...of(2, [3, 5])] as const;
    expect(open(told(story))).toEqual([]);
  });

  it('what a secret tells is not doubted', () => {
    const story = [
      ...of(0, [1, 4]),
      'pause',
      ...of(1, [1]),
      [0, 4, 'again'],
      ...of(1, [2, 3, 4, 6]),
      ...of(0, [3]),
    ] as const;
    expect(told(story, 'secrets')).toEqual(['2: 5-5 open', '1: 2-2 open']);
  });

  it('a late event of a closed numbering opens nothing where its secret tells it, and is known afterwards', () => {
    const sequence = new Sequence({ ...SETTINGS, secretIds: ['1', '0'] });
    sequence.offerAll([1, 2, 3, 9], { bytes: 'old', secret: '0' });
    sequence.wait(2 * GRACE_MS);
    sequence.offerAll([1, 2], { bytes: 'new', secret: '1' });
    sequence.wait(EXPIRES_MS + 1);
    expect(sequence.offer(8, { bytes: 'old', secret: '0' })).toBe('accepted@1');
    expect(sequence.offer(8, { bytes: 'old', secret: '0' })).toBe('duplicate@1');
    expect(sequence.offer(8, { bytes: 'other', secret: '0' })).toBe('conflict');
    sequence.wait(2 * GRACE_MS);
    expect(sequence.holes()).toEqual([]);
  });
});
