/** How long to wait before something is tried again. Pure. */

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/**
 * Doubles with each failure, up to 10 s. A part of it is chance, so that many listeners do not come back at once.
 * @param failures how often it failed in a row, 1 or more
 * @param chance from 0 to below 1
 * @returns milliseconds
 */
export function backoffMs(failures: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(full * (0.5 + chance / 2));
}
