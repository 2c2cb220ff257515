import { describe, expect, it } from 'vitest';
import { type Chore, nextDueAt, runDue } from '../../../src/log/chores';

const NOW = 1_000_000;

/** Notes when it is run. */
const chore = (done: string[], name: string, at: number | null, given: Partial<Chore> = {}): Chore => ({
  name,
  dueAt: () => at,
  run: () => void done.push(name),
  ...given,
});

describe('chores', () => {
  it('are done in their order when they are due, and only then', async () => {
    const done: string[] = [];
    const chores = [
      chore(done, 'past', NOW - 1),
      chore(done, 'later', NOW + 1),
      chore(done, 'now', NOW),
      chore(done, 'never', null),
      chore(done, 'always', null, { always: true }),
    ];
    await runDue(chores, NOW, () => expect.unreachable());
    expect(done).toEqual(['past', 'now', 'always']);
  });

  it('are next due at the earliest time of all', () => {
    expect(nextDueAt([])).toBeNull();
    expect(nextDueAt([chore([], 'a', null)])).toBeNull();
    expect(nextDueAt([chore([], 'a', 7), chore([], 'b', null), chore([], 'c', 5)])).toBe(5);
  });

  it('do not keep each other from being done, at whatever point one fails', async () => {
    const done: string[] = [];
    const failed: string[] = [];
    const fails = (): never => {
      throw new Error('no');
    };
    const chores = [
      chore(done, 'asked', NOW, { dueAt: fails }),
      chore(done, 'run', NOW, { run: fails }),
      chore(done, 'awaited', NOW, { run: () => Promise.reject(new Error('no')) }),
      chore(done, 'well', NOW),
    ];
    await runDue(chores, NOW, name => failed.push(name));
    expect(done).toEqual(['well']);
    expect(failed.sort()).toEqual(['asked', 'awaited', 'run']);
  });

  it('are waited for where they take time, all at once', async () => {
    const done: string[] = [];
    const slow = (name: string, ms: number) =>
      chore(done, name, NOW, {
        run: async () => {
          await scheduler.wait(ms);
          done.push(name);
        },
      });
    await runDue([slow('slow', 20), slow('quick', 1)], NOW, () => expect.unreachable());
    expect(done).toEqual(['quick', 'slow']);
  });
});
