import { describe, expect, it } from 'vitest';
import { KeyQueues } from '../../../../src/log/forward/key-queues';

type Item = { name: string; keys: string[] };
const item = (name: string, ...keys: string[]): Item => ({ name, keys });

function queuesOf(...items: Item[]): KeyQueues<Item> {
  const queues = new KeyQueues<Item>();
  for (const one of items) queues.add(one);
  return queues;
}

describe('key queues', () => {
  it('let one item per key go, in the order in which they came', () => {
    const [a, b, c] = [item('a', 'x'), item('b', 'x'), item('c', 'y')];
    const queues = queuesOf(a, b, c);
    expect([a, b, c].map(one => queues.isFirst(one))).toEqual([true, false, true]);
    expect(queues.remove(a)).toEqual([b]);
    expect(queues.isFirst(b)).toBe(true);
  });

  it('make an item with several keys wait for all of them', () => {
    const [a, b, both, c] = [item('a', 'x'), item('b', 'y'), item('both', 'x', 'y'), item('c', 'y')];
    const queues = queuesOf(a, b, both, c);
    expect(queues.remove(a)).toEqual([both]);
    expect(queues.isFirst(both)).toBe(false);
    queues.remove(b);
    expect(queues.isFirst(both)).toBe(true);
    expect(queues.isFirst(c)).toBe(false);
    expect(queues.remove(both)).toEqual([c]);
  });

  it('name an item once, though it became first in two queues', () => {
    const [a, both] = [item('a', 'x', 'y'), item('both', 'x', 'y')];
    expect(queuesOf(a, both).remove(a)).toEqual([both]);
  });

  it('take an item out of the middle without letting anyone pass', () => {
    const [a, b, c] = [item('a', 'x'), item('b', 'x'), item('c', 'x')];
    const queues = queuesOf(a, b, c);
    expect(queues.remove(b)).toEqual([]);
    expect(queues.remove(a)).toEqual([c]);
    expect(queues.remove(a)).toEqual([]);
  });

  it('have nothing to say about an item without keys', () => {
    const free = item('free');
    expect(queuesOf(free).isFirst(free)).toBe(true);
  });
});
