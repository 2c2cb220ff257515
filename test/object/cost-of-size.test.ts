/** What an event costs does not grow with the log, nor with a backlog: rows written and read beside each. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ReplaySpec } from '../../src/log/forward/replay-job';
import { DAY, HOUR } from '../support/durations';
import { costOf, fill, type Rows } from '../support/simulation/cost';
import { fails, works } from '../support/simulation/replies';
import { type Scene, scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';

vi.setConfig({ hookTimeout: 60_000 });

const SMALL = 10;
const MEDIUM = 1000;
const LARGE = 5000;

type Paths = Record<string, (s: Scene) => Promise<unknown>>;

/** What each path costs beside so many events, one path after the other in the same log. */
async function costsBeside<T extends Paths>(
  events: number,
  setUp: (s: Scene, events: number) => Promise<void>,
  paths: T,
): Promise<Record<keyof T, Rows>> {
  const costs: Partial<Record<keyof T, Rows>> = {};
  // Shorter than the time in which a circuit opens.
  await scene([destinationRecord('a', { maxInFlight: 128, retrySchedule: [60, 200] })], async s => {
    await setUp(s, events);
    for (const [name, path] of Object.entries(paths)) {
      costs[name as keyof T] = await costOf(s, () => path(s));
      s.reply = works;
      await s.wait(HOUR);
    }
  });
  return costs as Record<keyof T, Rows>;
}

const replay = (fromSequence: number, toSequence: number): ReplaySpec => ({
  destinationId: 'a',
  fromSequence,
  toSequence,
  since: null,
  until: null,
  topic: null,
  status: null,
  newId: false,
  unasked: false,
});

async function oneEvent(s: Scene): Promise<void> {
  await s.append(1);
  await s.wait(HOUR);
}

const LOG_PATHS = {
  accepted: oneEvent,
  duplicate: (s: Scene) => s.again(SMALL),
  retried: async (s: Scene) => {
    s.reply = fails;
    await s.append(1);
    await s.wait(1000);
    s.reply = works;
    await s.wait(HOUR);
  },
  dead: async (s: Scene) => {
    s.reply = fails;
    await oneEvent(s);
  },
  replayed: async (s: Scene) => {
    s.world.startReplay(replay(5, 5));
    await s.wait(HOUR);
    expect(s.attempts.at(-1)).toMatchObject({ sequence: 5, event: { replay: true } });
  },
  replayedTen: async (s: Scene) => {
    s.world.startReplay(replay(1, 10));
    await s.wait(HOUR);
    expect(s.attempts.filter(({ event }) => event.replay).length).toBe(11);
  },
  wokenUp: async (s: Scene) => s.world.restart(),
  retention: async (s: Scene) => {
    for (let day = 0; day < 20; day++) {
      await s.append(1);
      await s.wait(DAY);
    }
    expect(s.world.log.feed.firstSequence).toBeGreaterThan(SMALL);
  },
};

describe('beside a large log as beside a small one', () => {
  let small: Record<keyof typeof LOG_PATHS, Rows>;
  let large: typeof small;
  beforeAll(async () => {
    small = await costsBeside(SMALL, fill, LOG_PATHS);
    large = await costsBeside(LARGE, fill, LOG_PATHS);
  });

  it('an event that is accepted and delivered writes 4 rows', () => {
    expect(large.accepted).toEqual(small.accepted);
    expect(large.accepted.written).toBeLessThanOrEqual(4);
    expect(large.accepted.read).toBeLessThanOrEqual(8);
  });

  it('a duplicate writes nothing', () => {
    expect(large.duplicate.written).toBe(0);
    expect(large.duplicate.read).toBeLessThanOrEqual(2);
  });

  it('an event that needs a second attempt writes 10 rows, one that dies after three 15', () => {
    expect(large.retried).toEqual(small.retried);
    expect(large.retried.written).toBeLessThanOrEqual(10);
    expect(large.retried.read).toBeLessThanOrEqual(20);
    expect(large.dead).toEqual(small.dead);
    expect(large.dead.written).toBeLessThanOrEqual(15);
    expect(large.dead.read).toBeLessThanOrEqual(30);
  });

  it('a replay writes 6 rows, of one event as of ten, and reads what it sends', () => {
    expect(large.replayed.written).toBe(small.replayed.written);
    // One of them is what stays of it when it has ended.
    expect(large.replayed.written).toBeLessThanOrEqual(6);
    expect(large.replayedTen.written).toBe(small.replayedTen.written);
    expect(large.replayedTen.written).toBeLessThanOrEqual(6);
    // An event and its body each: those of the small log are not in memory any more either.
    expect(large.replayed.read).toBe(small.replayed.read);
    expect(large.replayed.read).toBeLessThanOrEqual(20);
    expect(large.replayedTen.read).toBe(small.replayedTen.read);
    expect(large.replayedTen.read).toBeLessThanOrEqual(40);
  });

  it('an object that wakes up writes nothing, and reads what came after its last checkpoint', () => {
    expect(large.wokenUp.written).toBe(0);
    expect(large.wokenUp.read).toBeLessThanOrEqual(small.wokenUp.read + 256);
  });

  it('retention drops what is old without a row per event', () => {
    // Which bytes an id came with is known for longer, 64 ids a row.
    const pages = LARGE / 64;
    expect(large.retention.written - small.retention.written).toBeLessThanOrEqual(pages + 2);
    expect(large.retention.read - small.retention.read).toBeLessThanOrEqual(3 * (pages + 2));
  });
});

const paused = async (s: Scene, events: number): Promise<void> => {
  s.world.patch('a', { isActive: false });
  await fill(s, events);
};

/** Everything waits for a receiver that answers so. */
const waitingFor = (reply: Scene['reply'], ms: number) => async (s: Scene, events: number) => {
  await paused(s, events);
  s.reply = reply;
  s.world.patch('a', { isActive: true });
  await s.wait(ms);
};

const hanging = waitingFor(() => ({ status: null, ms: 15_000 }), 5000);
const failing = waitingFor(fails, HOUR);

describe('beside a large backlog as beside a small one', () => {
  it.each([
    ['paused', paused],
    ['hanging', hanging],
  ])('an event for a destination that is %s writes its own row', async (_, setUp) => {
    const paths = {
      accepted: async (s: Scene) => {
        await s.append(1);
        await s.wait(10);
      },
    };
    const large = await costsBeside(LARGE, setUp, paths);
    expect(large).toEqual(await costsBeside(SMALL, setUp, paths));
    expect(large.accepted.written).toBe(1);
    expect(large.accepted.read).toBeLessThanOrEqual(4);
  });

  it('probing a receiver that fails reads no more', async () => {
    const paths = {
      probed: async (s: Scene) => {
        s.reply = fails;
        await s.wait(HOUR);
      },
    };
    const medium = await costsBeside(MEDIUM, failing, paths);
    expect((await costsBeside(LARGE, failing, paths)).probed).toEqual(medium.probed);
  });

  it('what leaves late is read twice: to see that it is wanted, and to be sent', async () => {
    const { left } = await costsBeside(LARGE, paused, {
      left: async (s: Scene) => {
        s.world.patch('a', { isActive: true });
        await s.wait(HOUR);
        expect(s.delivered.length).toBe(LARGE);
      },
    });
    expect(left.read / LARGE).toBeLessThanOrEqual(2.1);
  });
});
