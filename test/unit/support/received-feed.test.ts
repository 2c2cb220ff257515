/** The judge of the crash test and of the log's model, judged: it finds every way in which a delivery can be wrong. */
import { describe, expect, it } from 'vitest';
import { type Arrival, type Expected, ReceivedFeed } from '../../support/received-feed';

const FEED: Expected[] = [
  { sequence: 1, body: 'a', keys: ['x'] },
  { sequence: 2, body: 'b', keys: ['y'] },
  { sequence: 4, body: 'd', keys: ['x'] },
];

/** What arrives when all is well. */
const arrival = (sequence: number, given: Partial<Arrival> = {}): Arrival => ({
  sequence,
  body: FEED.find(one => one.sequence === sequence)?.body ?? '',
  messageId: `msg_${sequence}`,
  previous: { 1: 0, 2: 1, 4: 2 }[sequence] ?? null,
  replay: false,
  accepted: true,
  ...given,
});

function problemsOf(arrivals: Arrival[], dead: number[] = []): string[] {
  const received = new ReceivedFeed('d');
  for (const one of arrivals) received.arrive(one);
  return received.check(FEED, new Set(dead));
}

const well = [arrival(1), arrival(2), arrival(4)];

describe('nothing is wrong with', () => {
  it.each<[string, Arrival[]]>([
    ['everything once', well],
    ['other keys in any order', [arrival(2), arrival(1), arrival(4)]],
    ['redeliveries', [arrival(1, { accepted: false }), ...well, arrival(1)]],
    ['replays, which have no order', [...well, arrival(1, { replay: true, previous: null })]],
  ])('%s', (_, arrivals) => {
    expect(problemsOf(arrivals)).toEqual([]);
  });

  it('an event that is dead, and what comes after it', () => {
    expect(problemsOf([arrival(1, { accepted: false }), arrival(2), arrival(4)], [1])).toEqual([]);
  });
});

describe('found is', () => {
  it.each<[string, Arrival[], string]>([
    ['a loss', [arrival(1), arrival(2)], 'd/4 was never delivered'],
    [
      'a loss that was only tried',
      [arrival(1), arrival(2), arrival(4, { accepted: false })],
      'd/4 was never',
    ],
    ['the order of a key', [arrival(4), arrival(1), arrival(2)], 'd/4 came before 1 of the same key'],
    [
      'an event that was begun before the one before it was accepted',
      [arrival(1, { accepted: false }), arrival(4), arrival(1), arrival(2)],
      'd/4 came before 1',
    ],
    [
      'bytes that are not those of the log',
      [arrival(1, { body: 'A' }), arrival(2), arrival(4)],
      'd/1 is not',
    ],
    ['bytes that change', [...well, arrival(1, { body: 'A' })], 'd/1 came with other bytes'],
    ['a webhook-id that changes', [...well, arrival(1, { messageId: 'other' })], 'd/1 msg_1 became other'],
    ['another event before it', [arrival(1), arrival(2), arrival(4, { previous: 1 })], 'd/4 came after 1'],
    [
      'what should not have come',
      [...well, arrival(3, { body: 'c', previous: 2 })],
      'd/3 was delivered, and',
    ],
  ])('%s', (_, arrivals, problem) => {
    expect(problemsOf(arrivals).join('\n')).toContain(problem);
  });
});
