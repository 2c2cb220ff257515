/**
 * An object that was evicted goes on exactly where it stood.
 *
 * Longer runs: `VITE_OBJECT_RUNS=50 npx vitest run --project object commit/evictions --testTimeout 0`.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useStandingClock, wait } from '../../support/standing-clock';
import { invalid, newObject } from '../../support/webhook-object';
import type { EventGiven } from '../../support/webhook-record';

const { env: settings } = import.meta as ImportMeta & { env: Record<string, string | undefined> };
const RUNS = Number(settings.VITE_OBJECT_RUNS ?? 1);

useStandingClock();

describe('an evicted object', () => {
  it('answers exactly as one that was not, at any moment and over several checkpoints', {
    // A busy machine is no failure: this is many times what it takes.
    timeout: RUNS * 600_000,
  }, async () => {
    const step = fc.record({
      kind: fc.oneof(
        { weight: 60, arbitrary: fc.constant('next') },
        { weight: 12, arbitrary: fc.constantFrom('retry', 'jump', 'fill', 'unnumbered') },
        { weight: 3, arbitrary: fc.constantFrom('late', 'other', 'ignored', 'invalid', 'anew') },
      ),
      pick: fc.nat(),
      wait: fc.constantFrom(0, 0, 0, 0, 10, 20_000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 700, maxLength: 900 }),
        fc.array(fc.nat(900), { minLength: 6, maxLength: 12 }),
        async (steps, moments) => {
          const settled = await newObject({ topics: ['order:*'] });
          const evicted = await newObject({ topics: ['order:*'] });
          const sent: { id: number | null; given: EventGiven }[] = [];
          const both = async (id: number | null, given: EventGiven) => {
            const [expected, answer] = [await settled.send(id, given), await evicted.send(id, given)];
            expect(answer).toEqual(expected);
          };
          let highest = 0;
          const when = new Set(moments);
          let jumped = 0;
          for (const [index, { pick, wait: ms, ...step }] of steps.entries()) {
            // Long stretches of what needs no checkpoint, so that there is something to replay.
            const rare = ['late', 'other', 'ignored', 'invalid', 'anew'].includes(step.kind);
            const kind = rare && index % 400 < 320 ? 'next' : step.kind;
            wait(ms);
            if (ms > 0) await Promise.all([settled.alarm(), evicted.alarm()]);
            if (when.has(index)) await evicted.evict();
            const earlier = sent[pick % Math.max(1, sent.length)];
            const given: EventGiven = { body: `body ${index}` };
            let id: number | null = highest + 1;
            if (kind === 'jump') {
              jumped = highest + 1;
              id = highest + 2 + (pick % 3);
            }
            if (kind === 'fill' && jumped > 0) id = jumped;
            if (kind === 'late') id = 1 + (pick % Math.max(1, highest));
            if (kind === 'unnumbered') id = null;
            if (kind === 'anew' && pick % 8 === 0) id = 1;
            if (pick % 3 > 0) given.eventTime = Date.now() - (kind === 'late' ? 120_000 : 0);
            if (kind === 'ignored') given.topic = 'product:updated';
            if (kind === 'invalid') Object.assign(given, invalid);
            const event = kind === 'retry' && earlier !== undefined ? earlier : { id, given };
            await both(event.id, event.given);
            sent.push(event);
            highest = kind === 'anew' && id === 1 ? 1 : Math.max(highest, event.id ?? 0);
          }
          await evicted.evict();
          expect(await evicted.gaps()).toEqual(await settled.gaps());
          // Duplicates since the last checkpoint are counted in memory only.
          const [expected, status] = [await settled.status(), await evicted.status()];
          const counters = { ...expected.counters, duplicate: status.counters.duplicate };
          expect(status).toEqual({ ...expected, counters });
          expect(status.lastSequence).toBeGreaterThan(2 * 256);
          for (const { id, given } of sent) await both(id, given);
        },
      ),
      // Shrinking runs two objects all over again, for minutes.
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
