/**
 * How full the storage of an object is, as far as anybody is told: at 70 and at 90 percent, once each, and when it is well
 * below again. Pure. `share`: used bytes by the limit.
 */

/** In percent. */
export type StorageLevel = 0 | 70 | 90;

const LEVELS: readonly StorageLevel[] = [90, 70];
/** It has to fall so many percent below a level, so that nobody is told with every event. */
const DISTANCE = 5;

/** The level after it was `before`. */
export function storageLevel(before: StorageLevel, share: number): StorageLevel {
  const percent = share * 100;
  return LEVELS.find(level => percent >= (level <= before ? level - DISTANCE : level)) ?? 0;
}
