/**
 * A clock that stands still until a test moves it. It is ahead of the real one, so that alarms run when a test says so
 * and never by themselves.
 */
import { afterEach, beforeEach, vi } from 'vitest';

export const START = Date.UTC(2040, 0, 1);

/** The tests of this file, or of this `describe`, begin at `START`; what they spied on is restored after each. */
export function useStandingClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: START });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** Moves the clock on. */
export const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);
