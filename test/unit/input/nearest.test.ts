import { describe, expect, it } from 'vitest';
import { meant, nearest } from '../../../src/input/nearest';

describe('what may have been meant', () => {
  it.each([
    ['topcis', ['name', 'topics', 'is_active'], ['topics']],
    ['Quarantin', ['quarantine', 'reject'], ['quarantine']],
    ['orders:*', ['order:*', 'product:*'], ['order:*']],
    // A beginning is offered however much is missing.
    ['ship', ['shipstream', 'stripe'], ['shipstream']],
    ['x', ['y', 'zz'], ['y']],
    ['hunter2-hunter2', ['quarantine', 'reject'], []],
    ['', ['a', 'b'], []],
    ['order', [], []],
  ])('by %j out of %j is %j', (given, known, expected) => {
    expect(nearest(given, known)).toEqual(expected);
  });

  it('is at most three words, the nearest first, each once', () => {
    expect(nearest('app1', ['app3', 'app2', 'app1', 'app1', 'app9'])).toEqual(['app1', 'app3', 'app2']);
  });

  it('takes a bounded time, however long the words are and however many', () => {
    const long = 'a'.repeat(1_000_000);
    const many = Array.from({ length: 100_000 }, (_, index) => `${'a'.repeat(50)}${index}`);
    expect(nearest(long, [long])).toEqual([long]);
    expect(nearest('zzzz', many)).toEqual([]);
  });

  it('is told at the end of an error', () => {
    expect(meant('nmae', ['name'])).toBe('; did you mean "name"?');
    expect(meant('nothing', ['name'])).toBe('');
  });
});
