/** Replays at listeners: whatever they cover, in whatever steps they are read, each event of each comes once and in order. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplayPosition } from '../../../../src/log/contract/events';
import { rangesOf, type SequenceRange } from '../../../../src/log/forward/settled-ahead';
import { entriesAfter, type KeptReplay } from '../../../../src/log/read/streamed-replays';
import { storedEvent } from '../../../support/stored-event';

const LAST = 40;
const sequence = fc.integer({ min: 1, max: LAST });
const topic = fc.constantFrom('order:created', 'product:created');

/** The log: some sequences are gone, some are of another topic, some have no body any more. */
const log = fc
  .uniqueArray(fc.record({ sequence, topic, bodyBytes: fc.constantFrom(0, 2) }), {
    selector: ({ sequence }) => sequence,
  })
  .map(events =>
    events
      .sort((a, b) => a.sequence - b.sequence)
      .map(({ sequence, topic, bodyBytes }) => storedEvent(sequence, { topic, topics: [topic], bodyBytes })),
  );

const replay = fc
  .record({
    ...{ fromSequence: sequence, toSequence: sequence, topic: fc.constantFrom(null, 'order:*') },
    chosen: fc.option(fc.uniqueArray(sequence, { minLength: 1 }).map(rangesOf), { nil: undefined }),
  })
  .map(({ chosen, ...rest }) => ({
    ...rest,
    ...{ since: null, until: null, newId: false, ...(chosen === undefined ? {} : { chosen }) },
  }));

const isIn = (ranges: SequenceRange[], sequence: number) =>
  ranges.some(([from, to]) => from <= sequence && sequence <= to);

test('each event of each replay comes once, in order, from wherever one goes on, in whatever steps', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
  fc.assert(
    fc.property(log, fc.array(replay, { maxLength: 4 }), steps, (events, replays, limits) => {
      const feed = {
        eventsAfter: (after: number, limit: number) =>
          events.filter(event => event.sequence > after).slice(0, limit),
      };
      const kept: KeptReplay[] = replays.map((one, i) => ({ id: 10 * (i + 1), replay: one }));
      const wanted = kept.flatMap(({ id, replay: { fromSequence, toSequence, topic: only, chosen } }) =>
        events
          .filter(event => event.bodyBytes > 0)
          .filter(event => event.sequence >= fromSequence && event.sequence <= toSequence)
          .filter(event => chosen !== undefined || only === null || event.topic === 'order:created')
          .filter(event => chosen === undefined || isIn(chosen, event.sequence))
          .map(event => `${id}.${event.sequence}`),
      );
      const walk = (from: ReplayPosition) => {
        const seen: { name: string; at: ReplayPosition }[] = [];
        let at = from;
        for (let step = 0; ; step++) {
          const entries = entriesAfter(kept, at, limits[step % limits.length] ?? 1, feed);
          if (entries.length === 0) return seen;
          for (const entry of entries) {
            expect(entry.at.id * 1000 + entry.at.sequence).toBeGreaterThan(at.id * 1000 + at.sequence);
            at = entry.at;
            if (entry.event !== null) seen.push({ name: `${at.id}.${entry.event.sequence}`, at });
          }
        }
      };
      const all = walk({ id: 0, sequence: 0 });
      expect(all.map(({ name }) => name)).toEqual(wanted);
      for (const [i, { at }] of all.entries())
        expect(walk(at).map(({ name }) => name)).toEqual(wanted.slice(i + 1));
    }),
    { numRuns: 300 },
  );
});
