/** What cannot be noted is not sent again and again: neither when nothing can be written, nor when one row cannot. */
import { describe, expect, it } from 'vitest';
import { newMemory } from '../../../src/log/forward/write-watch';
import { HOUR, MINUTE, SECOND } from '../../support/durations';
import { range } from '../../support/sequence';
import { type Scene, scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

/** As the platform does with an object that ended itself: it starts anew, when something is due or asked for. */
async function lives(s: Scene, ms: number, losesIsolate = false): Promise<void> {
  for (let left = ms; left > 0; left -= SECOND) {
    await s.wait(SECOND);
    if (s.world.aborted === null) continue;
    s.world.aborted = null;
    if (losesIsolate) s.world.suspension = newMemory();
    s.world.restart();
  }
}

const timesOf = (s: Scene): number[] =>
  [...Map.groupBy(s.sequences('a'), sequence => sequence).values()].map(({ length }) => length);

/** One event is delivered and noted; then the storage refuses. */
async function refusing(s: Scene, statements: RegExp): Promise<void> {
  s.reply = () => ({ status: 200, ms: 5 });
  await s.append(1);
  await s.wait(MINUTE);
  s.world.refuses = statements;
}

const ALL = /UPDATE state/;
/** A probe works, a flush does not: as with a row that has become too large. */
const FLUSHES = /UPDATE state SET value = \? WHERE name/;

/** Several times the longest pause between two probes. */
const LONG = 20 * MINUTE;

describe('while nothing can be written', () => {
  it('nothing is sent, and what was sent before is not sent again', () =>
    scene([destinationRecord('a')], async s => {
      await refusing(s, ALL);
      await s.append(6);
      await lives(s, LONG);
      const sent = s.attempts.length;
      await s.append(6);
      await lives(s, LONG);
      expect(s.attempts.length).toBe(sent);
      s.world.refuses = null;
      await lives(s, LONG);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 13));
      const { events } = s.world.lines.reduce<{ events: string[] }>(
        (seen, line) => ({ events: [...seen.events, String((line as { event: string }).event)] }),
        { events: [] },
      );
      expect(events).toEqual(['storage_refused', 'storage_accepted']);
    }));

  it('what is counted without a row stays in mind, and is stored with what is counted next', () =>
    scene([destinationRecord('a')], async s => {
      await refusing(s, ALL);
      await s.again(1);
      await lives(s, MINUTE);
      s.world.refuses = null;
      await lives(s, HOUR);
      expect(s.world.lines).toMatchObject([
        { event: 'storage_refused', written: 'counts' },
        { event: 'storage_accepted' },
      ]);
      await s.again(1);
      await s.wait(MINUTE);
      s.world.restart();
      expect(s.world.log.state.counters.duplicate).toBe(2);
    }));

  it('is found out by a write where even the isolate is lost, each time before anything is sent', () =>
    scene([destinationRecord('a')], async s => {
      await refusing(s, ALL);
      await s.append(6);
      await lives(s, MINUTE, true);
      const sent = s.attempts.length;
      for (let life = 0; life < 5; life++) {
        s.world.suspension = newMemory();
        s.world.restart();
        await lives(s, 5 * MINUTE, true);
      }
      expect(s.attempts.length).toBe(sent);
      s.world.refuses = null;
      await lives(s, HOUR);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 7)));
      expect(Math.max(...timesOf(s))).toBeLessThanOrEqual(2);
    }));
});

describe('while only what becomes of deliveries cannot be written', () => {
  it('one delivery at a time finds out, ever less often', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      await refusing(s, FLUSHES);
      await s.append(200);
      await lives(s, SECOND);
      const sent = s.attempts.length;
      await lives(s, HOUR);
      expect(s.attempts.length - sent).toBeLessThanOrEqual(25);
      s.world.refuses = null;
      await lives(s, HOUR);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 201)));
      expect(Math.max(...timesOf(s))).toBeLessThanOrEqual(2);
    }));
});

describe('a delivery of an event that waited under a blocked key', () => {
  it('is not made again in the same isolate where only its flush failed', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [60] })], async s => {
      s.reply = (_, { sequence, attempt }) => {
        if (sequence === 3) s.world.refuses = FLUSHES;
        return sequence === 1 && attempt === 1 ? { status: 500, ms: 5 } : { status: 200, ms: 5 };
      };
      // More than a trail holds, so that they wait in the row of their key.
      await s.append(600, { entityKeys: ['order/1'] });
      await s.wait(59 * SECOND);
      while (s.world.aborted === null) await s.wait(1);
      expect(s.sequences('a')).toEqual([1, 2, 3]);
      s.reply = () => ({ status: 200, ms: 5 });
      s.world.refuses = null;
      await lives(s, HOUR);
      // What was under way when the object ended may come twice.
      expect(s.sequences('a').filter(sequence => sequence === 3)).toEqual([3]);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 600)));
      expect(s.world.forwarding.destination('a')?.queue.settledAhead).toEqual([]);
      expect(s.world.sql.exec('SELECT * FROM blocked_keys').toArray()).toEqual([]);
    }));
});

describe('an ordinary start', () => {
  it('writes nothing to find out', () =>
    scene([destinationRecord('a')], async s => {
      await refusing(s, /'probe'/);
      s.world.evict();
      await s.append(1);
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([1, 2]);
    }));
});
