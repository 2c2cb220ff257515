/** Tells how full the storage is, once for each level (`storage-level.ts`). */
import { addNotice } from './add-notice';
import type { Draft } from './draft';
import { storageLevel } from './storage-level';

/** Takes over the level at `now` (ms since 1970), and adds the notice. */
export function tellStorage(
  draft: Draft,
  { usedBytes, limitBytes }: { usedBytes: number; limitBytes: number },
  now: number,
): void {
  const before = draft.state.storageLevel;
  const level = storageLevel(before, usedBytes / limitBytes);
  if (level === before) return;
  draft.change({ storageLevel: level });
  const { whenFull } = draft.webhook;
  const size = { used_bytes: usedBytes, limit_bytes: limitBytes, when_full: whenFull };
  if (level > before) addNotice(draft, 'gateway:storage_high', { percent: level, ...size }, now);
  else addNotice(draft, 'gateway:storage_recovered', { below_percent: before, ...size }, now);
}
