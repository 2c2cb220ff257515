/** Part of storing an event: its increment id goes into the tracker, the record of known ids and the gap list. */
import type { Epoch } from '../../numbering/epoch';
import { epochsOf } from '../../numbering/epochs';
import { isListed } from '../../numbering/holes';
import { record, recordConflict } from '../../numbering/record';
import type { MovedId, Placement, Tracker } from '../../numbering/types';
import type { Draft } from './draft';
import { forgetMovedIds, recordGapChange } from './gap-changes';
import { adopt } from './held-events';
import type { Identity } from './identify';
import { beginHold } from './predecessor-hold';
import { trackerSettings } from './settings';

/** What to record the id as. `sequence` is 0 for an ignored event; `now` in ms since 1970. */
export type As = { kind: 'accepted' | 'ignored' | 'quarantined'; sequence: number; now: number };

/** Ids that went to another epoch have their record there, too. Where their own epoch has taken them since, it has one. */
export function moveRecords({ tables: { known } }: Draft, moved: readonly MovedId[], now: number): void {
  for (const { id, from, to } of moved) {
    const record = known.lookup(from, id);
    if (record !== null && record !== 'forgotten' && known.lookup(to, id) === null)
      known.set(to, id, record, now);
  }
}

/** The highest id of an epoch that had come before an arrival, those included that it is given back now. */
function highestBefore(before: Tracker, epoch: Epoch | null, returned: readonly MovedId[]): number {
  const highest = epochsOf(before).find(({ number }) => number === epoch?.number)?.highest ?? 0;
  return returned.reduce((most, { id }) => Math.max(most, id), highest);
}

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
  const settings = trackerSettings(draft.webhook);
  if (placement.kind === 'conflict' || placement.kind === 'too_old') {
    // One with an event of an earlier numbering says nothing about what goes on now.
    if (placement.epoch !== draft.state.tracker.current?.number) return;
    const proofless =
      placement.kind === 'conflict' && (placement.known.added === true || placement.resent === true);
    const conflict = { id, sequence, fingerprint, eventTime, ...(proofless ? { proofless } : {}) };
    const noted = recordConflict(draft.state.tracker, conflict, arrival, settings);
    draft.change({ tracker: noted.tracker });
    for (const change of noted.changes) recordGapChange(draft, change, now);
    return;
  }
  const {
    tracker,
    changes,
    moved = [],
    returned,
  } = record(draft.state.tracker, arrival, placement, settings);
  const { hold } = draft.state;
  // The numbering that was suspected was none: the one before goes on, and what waits in the other waits for nobody.
  if (hold !== null && placement.kind !== 'restart' && hold.epoch !== tracker.current?.number) {
    beginHold(draft, tracker.current, highestBefore(draft.state.tracker, tracker.current, moved));
  }
  const ordinary = placement.kind === 'unseen' && placement.epoch === tracker.current?.number;
  const unlisted = changes.every(change => change.kind === 'filled' && !isListed(change.hole));
  if (ordinary && unlisted && moved.length === 0) draft.changeWithoutSaving({ tracker });
  else draft.change({ tracker });
  for (const change of changes) recordGapChange(draft, change, now);
  if (placement.kind === 'restart') forgetMovedIds(draft);
  moveRecords(draft, moved, now);
  if (returned !== undefined) adopt(draft, returned.to, returned.conflicts, now);
  // An id that only quarantined or ignored events had so far goes to an accepted event, and to no other.
  const staysWithOther = placement.kind === 'unaccepted' && kind !== 'accepted';
  const added = arrival.added === true ? ({ added: true } as const) : {};
  if (!staysWithOther) tables.known.set(placement.epoch, id, { kind, sequence, fingerprint, ...added }, now);
}
