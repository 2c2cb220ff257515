/** Deliveries wait for the memory of their isolate in turn; what hangs keeps it from nobody else. */
import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../src/memory/budget';
import type { Hold } from '../../../src/memory/delivery-bytes';
import { MINUTE, SECOND } from '../../support/durations';
import { range } from '../../support/sequence';
import { hangs, works } from '../../support/simulation/replies';
import { type Scene, scene } from '../../support/simulation/scene';
import { destinationRecord, START } from '../../support/simulation/world';

const KIB = 1024;
/** Room for ten bodies of 1 KiB at destinations that do well, and for three at those on trial. */
const ROOM = { deliveries: 13 * KIB, trials: 3 * KIB, requests: 0, recent: 0 };

/** An isolate with little room, in which time is that of a scene. */
function isolate() {
  let now = () => START;
  const lines: object[] = [];
  const log = (event: string, fields?: object) => void lines.push({ event, ...fields });
  const memory = new MemoryBudget({ ...ROOM, now: () => now(), log });
  const keepsTimeOf = (s: Scene): void => {
    now = () => s.world.time.now;
  };
  return { memory, lines, keepsTimeOf };
}

/** Each has a topic that nobody else wants, so that none shares a body. */
const apart = (count: number) =>
  range(1, count).map(index =>
    destinationRecord(`d${index}`, {
      topics: [`t${index}`],
      timeoutSeconds: 5,
      retrySchedule: [5, 5, 5, 5, 5],
    }),
  );
const bodyOf = (name: string): string => name.padEnd(KIB, '.');

/** An event of 1 KiB for each. */
const appendToEach = (s: Scene, count: number): Promise<void> =>
  s.append(count, index => ({ topic: `t${index + 1}`, body: bodyOf(`to ${index + 1}`) }));

describe('the memory of an isolate', () => {
  it('is shared by deliveries of one event: any number of destinations that hang have one copy', () => {
    const { memory, keepsTimeOf } = isolate();
    const ids = range(1, 20).map(index => `d${index}`);
    return scene(
      ids.map(id => destinationRecord(id)),
      async s => {
        keepsTimeOf(s);
        s.reply = hangs;
        await s.append(1, { body: bodyOf('one') });
        await s.wait(SECOND);
        expect(s.inFlight).toBe(20);
        expect(memory.deliveries.bytes).toBe(KIB);
        expect(new Set(s.attempts.map(({ event }) => event.body)).size).toBe(1);
        s.reply = works;
        await s.wait(10 * MINUTE);
        expect(s.delivered).toHaveLength(20);
        expect(memory.deliveries.bytes).toBe(0);
      },
      {},
      '',
      memory,
    );
  });

  it('is had in turn by destinations that hang, and afterwards each has everything once', () => {
    const { memory, lines, keepsTimeOf } = isolate();
    return scene(
      apart(10),
      async s => {
        keepsTimeOf(s);
        s.reply = hangs;
        await appendToEach(s, 10);
        await s.wait(SECOND);
        expect(s.inFlight).toBe(3);
        expect(lines).toEqual([{ event: 'memory_full', bytes: 3 * KIB, waiting: 1 }]);
        // Four rounds of 5 s: whoever has had its turn comes after the others.
        await s.wait(20 * SECOND);
        expect(new Set(s.attempts.slice(0, 10).map(({ id }) => id)).size).toBe(10);
        expect(s.mostInFlight).toBe(3);
        expect(memory.peak).toBe(3 * KIB);
        s.reply = works;
        await s.wait(10 * MINUTE);
        expect(s.delivered.map(({ id }) => id).sort()).toEqual(
          apart(10)
            .map(({ id }) => id)
            .sort(),
        );
        expect(memory.deliveries.bytes).toBe(0);
      },
      {},
      '',
      memory,
    );
  });

  it('is not taken from a healthy destination by those that hang, nor the other way round', () => {
    const { memory, keepsTimeOf } = isolate();
    return scene(
      [...apart(10), destinationRecord('healthy', { topics: ['t'], timeoutSeconds: 5 })],
      async s => {
        keepsTimeOf(s);
        s.reply = target => (target.destinationId === 'healthy' ? works() : hangs(target));
        await s.append(1, { topic: 't', body: bodyOf('first') });
        await s.wait(SECOND);
        await appendToEach(s, 10);
        await s.wait(SECOND);
        const before = s.sequences('healthy').length;
        for (let i = 0; i < 20; i++) {
          await s.append(5, { topic: 't', body: bodyOf('more') });
          await s.wait(SECOND / 10);
        }
        expect(s.sequences('healthy')).toHaveLength(before + 100);
        expect(s.inFlight).toBe(3);
        expect(memory.peak).toBeLessThanOrEqual(13 * KIB);
      },
      {},
      '',
      memory,
    );
  });

  it('lets a backlog through that is much larger than it, one call after the other', () => {
    const { memory, keepsTimeOf } = isolate();
    const ids = ['a', 'b', 'c', 'd'];
    return scene(
      ids.map(id => destinationRecord(id, { maxInFlight: 128, topics: [id] })),
      async s => {
        keepsTimeOf(s);
        s.reply = works;
        for (const id of ids) await s.append(100, index => ({ topic: id, body: bodyOf(`${id} ${index}`) }));
        await s.wait(MINUTE);
        for (const id of ids) {
          expect(new Set(s.sequences(id)).size).toBe(100);
          expect(s.sequences(id)).toHaveLength(100);
        }
        expect(memory.peak).toBeLessThanOrEqual(13 * KIB);
        expect(memory.peak).toBeGreaterThan(5 * KIB);
      },
      {},
      '',
      memory,
    );
  });

  it('is had in turn by the objects of an isolate, of which one takes whatever becomes free', () => {
    const { memory, keepsTimeOf } = isolate();
    return scene(
      [destinationRecord('a')],
      async s => {
        keepsTimeOf(s);
        s.reply = works;
        await s.append(1, { body: bodyOf('first') });
        await s.wait(SECOND);
        let bodies = 0;
        const takes = (): Hold | null => {
          const wanted = {
            name: `other ${++bodies}`,
            bytes: KIB,
            trial: false,
            who: 'other',
            until: Infinity,
          };
          const hold = memory.deliveries.hold(wanted, () => new Uint8Array(KIB));
          return hold === 'full' ? null : hold;
        };
        const held = range(1, 10).map(takes);
        const others = async (): Promise<void> => {
          for (let i = 0; i < 100; i++) {
            const ended = held.shift() ?? null;
            if (ended !== null) memory.deliveries.release(ended);
            await s.wait(10);
            held.push(takes());
          }
        };
        // One that needs half of all.
        await s.append(1, { body: bodyOf('large').repeat(5) });
        await others();
        expect(s.sequences('a')).toEqual([1, 2]);
        expect(bodies - held.filter(one => one === null).length).toBeGreaterThan(80);
        expect(memory.peak).toBeLessThanOrEqual(10 * KIB);
      },
      {},
      '',
      memory,
    );
  });

  it('has no body of an event that is erased, though a delivery of it is under way still', () => {
    const { memory, keepsTimeOf } = isolate();
    return scene(
      [destinationRecord('hung'), destinationRecord('later', { isActive: false })],
      async s => {
        keepsTimeOf(s);
        s.reply = hangs;
        await s.append(1, { body: bodyOf('secret') });
        await s.wait(SECOND);
        expect(s.inFlight).toBe(1);
        s.world.log.redact(1);
        s.world.patch('later', { isActive: true });
        await s.wait(SECOND);
        expect(s.attempts.map(({ id }) => id)).toEqual(['hung']);
        expect(s.status('later')).toEqual({ retrying: 0, dead: 0 });
      },
      {},
      '',
      memory,
    );
  });

  it('is not held for ever by what an object had under way when it crashed', () => {
    const { memory, keepsTimeOf } = isolate();
    return scene(
      apart(3),
      async s => {
        keepsTimeOf(s);
        s.reply = hangs;
        s.deliver = () => new Promise(() => {});
        await appendToEach(s, 3);
        await s.wait(SECOND);
        expect(memory.deliveries.bytes).toBe(3 * KIB);
        s.deliver = null;
        s.reply = works;
        s.world.restart();
        await s.wait(2 * MINUTE);
        expect(s.delivered).toHaveLength(3);
        expect(memory.deliveries.bytes).toBe(0);
      },
      {},
      '',
      memory,
    );
  });
});
