/** With `hold_seconds`: events that wait in the log for their predecessor, and leave in the order of their ids. */
import { type Epoch, gapBefore } from '../../numbering/epoch';
import { arrive, giveUp, type Held, startHold } from '../../numbering/predecessor-wait';
import type { Placement } from '../../numbering/types';
import type { Draft } from './draft';
import { intoFeed } from './held-events';
import type { Identity } from './identify';
import { holdMs } from './settings';

/** `forwards`: it would be forwarded now. `sequence` 0 for an event without a row; `now` in ms since 1970. */
type Arriving = { forwards: boolean; sequence: number; now: number };

/**
 * Whether an event has to wait for its predecessor, and who need wait no longer. `late` tells that its place was given up
 * before it came; null where nothing is said about that.
 */
export function holdBack(
  draft: Draft,
  { arrival }: Identity,
  placement: Placement | null,
  { forwards, sequence, now }: Arriving,
): { waits: boolean; late: boolean | null; released: Held[] } {
  const { webhook, state } = draft;
  const { current } = state.tracker;
  const passes = { waits: false, late: null, released: [] };
  if (holdMs(webhook) === 0 || current === null || placement === null || arrival === null) return passes;
  if (placement.kind !== 'unseen' && placement.kind !== 'restart') return passes;
  // Late retries of an earlier numbering are not sorted into this one.
  if (placement.epoch !== current.number) return passes;
  const before = state.hold?.epoch === current.number ? state.hold : startHold(current);
  const until = forwards ? now + holdMs(webhook) : null;
  const { hold, waits, released } = arrive(before, current, arrival.id, sequence, until);
  // Who waits follows from the rows of those that came.
  draft.changeWithoutSaving({ hold });
  return { waits, late: arrival.id <= before.frontier, released };
}

/** Events that waited for their predecessor leave, each naming what is still missing right before it. */
export function leaveHold(draft: Draft, epoch: Epoch | null, released: readonly Held[]): void {
  const { events } = draft.tables;
  for (const { id, sequence } of released) {
    const event = events.get(sequence);
    if (event?.status !== 'held') continue;
    const gap = epoch === null ? null : gapBefore(epoch, id);
    events.update(sequence, {
      status: 'forwardable',
      reason: null,
      epoch: event.epoch,
      issues: [],
      gap: gap === null ? null : gap.join('-'),
      late: event.late,
    });
    intoFeed(draft, sequence);
  }
}

/** Lets go who has waited long enough by `now` (ms since 1970). */
export function endHold(draft: Draft, now: number): void {
  const { hold, tracker } = draft.state;
  if (hold === null || tracker.current === null) return;
  const after = giveUp(hold, tracker.current, now);
  if (after.released.length === 0) return;
  leaveHold(draft, tracker.current, after.released);
  draft.change({ hold: after.hold });
}
