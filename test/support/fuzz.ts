/**
 * How long the fuzz tests run: some hundred inputs by default, more with `npm run test:fuzz -- --times 100 --seed 7`.
 * A failure names its seed and its smallest input.
 */
import type { Parameters } from 'fast-check';
import { inject } from 'vitest';

const { times, seed } = inject('fuzz');

/** @param runs inputs of a default run */
export const fuzzed = <T>(runs: number): Parameters<T> => ({
  numRuns: Math.ceil(runs * times),
  ...(seed === null ? {} : { seed }),
});

/** Milliseconds for a test of so many seconds in a default run. */
export const fuzzTimeout = (seconds: number): number => seconds * 1000 * Math.max(1, times);
