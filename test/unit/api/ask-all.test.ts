/** A scrape on a clock of its own: how long it takes when objects take long to wake, and whom it leaves out. */
import { describe, expect, it } from 'vitest';
import { askAll } from '../../../src/api/ask-all';
import type { Clock } from '../../../src/clock';
import { range } from '../../support/sequence';
import { VirtualTime } from '../../support/simulation/virtual-time';

/** Of Prometheus, `scrape_timeout`. */
const PROMETHEUS_MS = 10_000;

async function scrape(count: number, wakesIn: (id: number) => number, fails: readonly number[] = []) {
  const time = new VirtualTime(0);
  const clock: Clock = { now: () => time.now, later: time.later };
  let [calls, underWay, most] = [0, 0, 0];
  let took = -1;
  const ask = async (id: number) => {
    calls++;
    most = Math.max(most, ++underWay);
    await time.sleep(wakesIn(id));
    underWay--;
    return fails.includes(id) ? null : `of ${id}`;
  };
  const asking = askAll(range(1, count), ask, clock).then(answers => {
    took = time.now;
    return answers;
  });
  await time.runUntil(PROMETHEUS_MS);
  expect(took).toBeGreaterThanOrEqual(0);
  return { answers: await asking, took, calls, most };
}

describe('a scrape', () => {
  it('of 500 webhooks whose objects take 120 ms to wake is done in a fifth of the time there is', async () => {
    const { answers, took, calls, most } = await scrape(500, () => 120);
    expect(answers).toEqual(range(1, 500).map(id => ({ item: id, answer: `of ${id}` })));
    expect([took, calls, most]).toEqual([13 * 120, 500, 40]);
  });

  it('of 900 is within the thousand calls of an invocation', async () => {
    const { took, calls } = await scrape(900, () => 120);
    expect(calls).toBe(900);
    expect(took).toBeLessThan(PROMETHEUS_MS / 2);
  });

  it('says which were late and which could not be reached, and waits for none', async () => {
    const { answers, took } = await scrape(100, id => (id % 10 === 0 ? 60_000 : 120), [7]);
    const leftOut = answers.filter(({ answer }) => !answer.startsWith('of '));
    expect(leftOut).toEqual(
      range(1, 100)
        .filter(id => id === 7 || id % 10 === 0)
        .map(item => ({ item, answer: item === 7 ? 'unreachable' : 'late' })),
    );
    expect(took).toBe(7000);
  });

  it('begins no call after its time, where everyone is slow', async () => {
    const { answers, took, calls } = await scrape(500, () => 3000);
    expect(answers.filter(({ answer }) => answer.startsWith('of ')).length).toBe(80);
    expect([took, calls]).toEqual([7000, 120]);
  });

  it('of no webhook is empty at once', async () => {
    expect((await scrape(0, () => 0)).answers).toEqual([]);
  });
});
