/** How much a webhook wants to be looked at: what orders the overview. Pure. */
import type { Overview } from './answers';

type Row = Overview['webhooks'][number];

/** 100 and more: something is lost, or on its way there. */
export function troubleOf(row: Row): number {
  if (row.left_out !== null) return 90;
  if (!row.is_active) return 0;
  const failing = row.failing?.length ?? 0;
  return (
    (row.storage_refusing_since === null ? 0 : 800) +
    ((row.missing_ids ?? 0) > 0 ? 400 : 0) +
    (failing > 0 ? 200 : 0) +
    ((row.dead ?? 0) > 0 ? 100 : 0) +
    ((row.uncertain_ids ?? 0) > 0 ? 50 : 0) +
    ((row.refused_last_day ?? 0) > 0 ? 25 : 0)
  );
}
