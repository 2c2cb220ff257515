/**
 * The hold (`hold_seconds`) in the log: events wait for their predecessor, and enter the feed in the order of their
 * ids. Who waits how long is decided in `numbering/predecessor-wait.ts`.
 */
import { type Epoch, highestGiven } from '../../numbering/epoch';
import { gapToTell } from '../../numbering/place';
import { arrive, giveUp, type Held, type Hold, startHold } from '../../numbering/predecessor-wait';
import type { Placement } from '../../numbering/types';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { Draft } from './draft';
import { intoFeed } from './held-events';
import type { Identity } from './identify';
import { holdMs, isConfirmed } from './settings';

/** `forwards`: without a hold it would enter the feed now. `sequence`: 0 without a row. `now` in ms since 1970. */
type Arriving = { forwards: boolean; sequence: number; now: number };

/**
 * Takes an event into the hold. `waits`: it has to wait for its predecessor. `released`: events that wait no longer.
 * `late`: its id was given up before it came; null when the hold does not concern the event.
 */
export function holdBack(
  draft: Draft,
  { event, arrival }: Identity,
  placement: Placement | null,
  { forwards, sequence, now }: Arriving,
): { waits: boolean; late: boolean | null; released: Held[] } {
  const { webhook, state } = draft;
  const { current } = state.tracker;
  const passes = { waits: false, late: null, released: [] };
  if (holdMs(webhook) === 0 || current === null || placement === null || arrival === null) return passes;
  if (placement.kind !== 'unseen' && placement.kind !== 'restart') return passes;
  // The hold orders only the current epoch; late retries of an earlier one do not wait.
  if (placement.epoch !== current.number) return passes;
  const before = holdOf(state.hold, current);
  const until = forwards ? waitsUntil(webhook, event.topic, now) : null;
  const { hold, waits, released } = arrive(before, current, arrival.id, sequence, until);
  // A replay works the hold out again from the event rows.
  draft.changeWithoutSaving({ hold });
  return { waits, late: arrival.id <= before.frontier, released };
}

/** Released events enter the feed. Each names the ids that are still missing right before it. */
export function leaveHold(draft: Draft, epoch: Epoch | null, released: readonly Held[]): void {
  const { events } = draft.tables;
  for (const { id, sequence } of released) {
    const event = events.get(sequence);
    if (event?.status !== 'held') continue;
    const gap = epoch === null ? null : gapToTell(draft.state.tracker, epoch, id);
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

/**
 * Whoever waits leaves, and from now on the hold is that of another epoch, or of one whose events did not wait until now: up to
 * `frontier`, all of it have left or are given up. To be called before the tracker changes.
 */
export function beginHold(
  draft: Draft,
  epoch: Epoch | null,
  frontier: number = epoch === null ? 0 : highestGiven(epoch),
): void {
  const { hold, tracker } = draft.state;
  if (hold !== null) leaveHold(draft, tracker.current, hold.held);
  draft.change({ hold: epoch === null ? null : { epoch: epoch.number, frontier, held: [] } });
}

/** The hold as the current epoch finds it: one of an earlier epoch has ended. */
export const holdOf = (hold: Hold | null, current: Epoch): Hold =>
  hold?.epoch === current.number ? hold : startHold(current);

/** Until when an accepted event may wait, ms since 1970. Null where it waits for its confirmation instead. */
export const waitsUntil = (webhook: WebhookRecord, topic: string, receivedAt: number): number | null =>
  isConfirmed(webhook, topic) ? null : receivedAt + holdMs(webhook);

/** Events that have waited long enough by `now` (ms since 1970) enter the feed. */
export function endHold(draft: Draft, now: number): void {
  const { hold, tracker } = draft.state;
  if (hold === null || tracker.current === null) return;
  const after = giveUp(hold, tracker.current, now);
  if (after.released.length === 0) return;
  leaveHold(draft, tracker.current, after.released);
  draft.change({ hold: after.hold });
}
