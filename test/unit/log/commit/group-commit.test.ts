/** How appends and deliveries share the thread. How batches are committed is tested with real objects. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GroupCommit } from '../../../../src/log/commit/group-commit';
import { MemoryBudget } from '../../../../src/memory/budget';
import { incomingEvent } from '../../../support/webhook-record';

/** A clock by which each turn of the event loop takes `turnMs`: it is looked at twice in a turn. */
function turnsOf(turnMs: number): { now: number } {
  const time = { now: 1_000_000 };
  vi.spyOn(Date, 'now').mockImplementation(() => {
    time.now += turnMs / 2;
    return time.now;
  });
  return time;
}

afterEach(() => void vi.restoreAllMocks());

/** Commits that are noted, beside deliveries that wait as long as `deliveriesWait` says. */
function commits(deliveriesWait: () => boolean) {
  const batches: (number | null)[][] = [];
  const group = new GroupCommit(
    events => {
      batches.push(events.map(({ incrementId }) => incrementId));
      return events.map(({ incrementId }) => ({ kind: 'accepted', sequence: incrementId ?? 0, incrementId }));
    },
    () => {},
    () => {},
    { share: new MemoryBudget().requests.share(), deliveriesWait },
  );
  return { batches, append: async (id: number) => group.append(await incomingEvent(id)) };
}

/** Lets turns of the event loop pass. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setTimeout(resolve, 0));
}

/** Waits until the average knows how long turns take: appends that come one after the other. */
async function busy(append: (id: number) => Promise<unknown>, events: number): Promise<void> {
  for (let id = 1; id <= events; id++) {
    await append(id);
    await turns(2);
  }
}

describe('appends of an object with much to do', () => {
  it('let deliveries go first, and are then committed together', async () => {
    turnsOf(10);
    let waits = false;
    const { append, batches } = commits(() => waits);
    await busy(append, 5);
    waits = true;
    const later = [append(6)];
    await turns(1);
    later.push(append(7), append(8));
    await turns(4);
    expect(batches.slice(5)).toEqual([[6]]);
    waits = false;
    await Promise.all(later);
    expect(batches.slice(5)).toEqual([[6], [7, 8]]);
  });

  it('wait for no longer than 100 ms', async () => {
    const time = turnsOf(10);
    const { append } = commits(() => true);
    await busy(append, 5);
    await append(6);
    const since = time.now;
    await append(7);
    expect(time.now - since).toBeGreaterThan(50);
    expect(time.now - since).toBeLessThan(150);
  });

  it('wait for nobody where a clock is set', async () => {
    const time = turnsOf(10);
    const { append } = commits(() => true);
    await busy(append, 5);
    await append(6);
    const seventh = append(7);
    time.now -= 3_600_000;
    await seventh;
    await append(8);
  });
});

describe('appends of an object with little to do', () => {
  it('wait for no delivery, however slow the receiver is', async () => {
    const time = turnsOf(1);
    const { append, batches } = commits(() => true);
    await busy(append, 20);
    expect(batches).toHaveLength(20);
    const since = time.now;
    await append(21);
    await append(22);
    expect(time.now - since).toBeLessThan(10);
  });

  it('do not mind a single long turn', async () => {
    const time = turnsOf(1);
    const { append } = commits(() => true);
    await busy(append, 5);
    const sixth = append(6);
    time.now += 5;
    await sixth;
    const since = time.now;
    await append(7);
    expect(time.now - since).toBeLessThan(10);
  });
});
