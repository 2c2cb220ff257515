/** How full a storage is, as it is told: once up, and once down again. */
import { expect, it } from 'vitest';
import { type StorageLevel, storageLevel } from '../../../../src/log/commit/storage-level';

const levels = (...percents: number[]): StorageLevel[] => {
  let level: StorageLevel = 0;
  return percents.map(percent => {
    level = storageLevel(level, percent / 100);
    return level;
  });
};

it('rises at 70 and 90 percent, and falls five percent below', () => {
  expect(levels(0, 69.9, 70, 89.9, 90, 120)).toEqual([0, 0, 70, 70, 90, 90]);
  expect(levels(90, 85, 84.9, 65, 64.9, 70)).toEqual([90, 90, 70, 70, 0, 70]);
  expect(levels(95, 10)).toEqual([90, 0]);
  expect(levels(70, 66, 71, 66)).toEqual([70, 70, 70, 70]);
});
