/** Vitest global setup: how many times the default number of inputs the fuzz tests try, and from which seed. */
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** `seed` null: another one each time. */
    fuzz: { times: number; seed: number | null };
  }
}

export default function setup(project: TestProject): void {
  const { FUZZ_TIMES = '1', FUZZ_SEED } = process.env;
  project.provide('fuzz', {
    times: Number(FUZZ_TIMES),
    seed: FUZZ_SEED === undefined ? null : Number(FUZZ_SEED),
  });
}
