/** Part of storing an event: its increment id goes into the tracker, the record of known ids and the gap list. */
import { record, recordConflict } from '../../numbering/record';
import type { Placement } from '../../numbering/types';
import type { Draft } from './draft';
import { forgetMovedIds, recordGapChange } from './gap-changes';
import type { Identity } from './identify';
import { trackerSettings } from './settings';

/** What to record the id as. `sequence` is 0 for an ignored event; `now` in ms since 1970. */
export type As = { kind: 'accepted' | 'ignored' | 'quarantined'; sequence: number; now: number };

/** Records the increment id of an event that was placed. Does nothing for a duplicate, or where there is no id. */
export function recordId(
  draft: Draft,
  { fingerprint, arrival }: Identity,
  placement: Placement,
  { kind, sequence, now }: As,
): void {
  if (arrival === null || placement.kind === 'duplicate') return;
  const { id, eventTime } = arrival;
  const { tables } = draft;
  if (placement.kind === 'conflict' || placement.kind === 'too_old') {
    const isCurrent = placement.epoch === draft.state.tracker.current?.number;
    const proofless =
      !isCurrent ||
      (placement.kind === 'conflict' && (placement.known.added === true || placement.resent === true));
    const conflict = { id, sequence, fingerprint, eventTime, ...(proofless ? { proofless } : {}) };
    draft.change({ tracker: recordConflict(draft.state.tracker, conflict) });
    return;
  }
  const settings = trackerSettings(draft.webhook);
  const { tracker, changes } = record(draft.state.tracker, arrival, placement, settings);
  const ordinary = placement.kind === 'unseen' && placement.epoch === tracker.current?.number;
  const unlisted = changes.every(change => change.kind === 'filled' && change.hole.status === 'young');
  if (ordinary && unlisted) draft.changeWithoutSaving({ tracker });
  else draft.change({ tracker });
  for (const change of changes) recordGapChange(draft, change, now);
  if (placement.kind === 'restart') forgetMovedIds(draft);
  // An id that only quarantined or ignored events had so far goes to an accepted event, and to no other.
  const staysWithOther = placement.kind === 'unaccepted' && kind !== 'accepted';
  const added = arrival.added === true ? ({ added: true } as const) : {};
  if (!staysWithOther) tables.known.set(placement.epoch, id, { kind, sequence, fingerprint, ...added }, now);
}
