/**
 * Last step of a commit: the event gets its sequence and its row, and its id and keys are recorded. All in the
 * transaction of the batch. Whether to store it was decided before (`judge.ts`).
 */
import { countedAt } from '../../hour-counts';
import { countedInMinute } from '../../minute-counts';
import type { Placement } from '../../numbering/types';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { SeenKey } from '../store/seen-keys';
import type { StoredEvent } from '../store/stored-event';
import { addNotice } from './add-notice';
import { counted, type Draft } from './draft';
import { adopt, quarantineDetails } from './held-events';
import { type Identity, quarantineKey } from './identify';
import type { Kept } from './judge';
import { holdBack, leaveHold } from './predecessor-hold';
import { recordId } from './record-id';
import { deduplicationMs, isConfirmed } from './settings';

const WAITING = { status: 'held', deferred: true, late: false, reason: 'waiting_for_predecessor' } as const;

/** Stores an accepted or quarantined event, and returns its sequence. `now` in ms since 1970. */
export function storeEvent(draft: Draft, identity: Identity, verdict: Kept, now: number): number {
  const { webhook, tables } = draft;
  const { event, fingerprint } = identity;
  const { placement } = verdict;
  tables.seen.rotate(now, deduplicationMs(webhook));
  // The conflicts that a new epoch adopts came before this event, so they enter the feed before it.
  if (placement !== null) adoptConflicts(draft, placement, now);
  const sequence = draft.state.lastSequence + 1;
  const quarantined = verdict.kind === 'quarantine';
  // The row of an accepted event shows these changes to a replay, unless the event was added by hand.
  const perHour = countedAt(draft.state.perHour, now);
  const perMinute = quarantined ? draft.state.perMinute : countedInMinute(draft.state.perMinute, now);
  const changed = { lastSequence: sequence, lastEventAt: now, perHour, perMinute };
  if (quarantined || event.added === true) draft.change(changed);
  else draft.changeWithoutSaving(changed);
  // Before any notice of this event, because notices take the sequences after it.
  tables.days.openFor(sequence, now);
  if (placement !== null) {
    recordId(draft, identity, placement, { kind: quarantined ? 'quarantined' : 'accepted', sequence, now });
  }
  const stored = storedEvent(webhook, identity, verdict, sequence, now);
  const forwards = stored.status === 'forwardable';
  const { waits, late, released } = holdBack(draft, identity, placement, { forwards, sequence, now });
  if (waits) tables.events.insert({ ...stored, ...WAITING }, event.body);
  else tables.events.insert({ ...stored, late: late ?? stored.late }, event.body);
  leaveHold(draft, draft.state.tracker.current, released);
  const seen = { sequence, fingerprint, at: now };
  if (quarantined) {
    draft.change(counted(draft.state, 'quarantined'));
    tables.seen.put(quarantineKey(identity), seen);
    addNotice(draft, 'gateway:event_quarantined', quarantineDetails(stored), now);
    return sequence;
  }
  draft.changeWithoutSaving(counted(draft.state, 'accepted'));
  remember(draft, identity, verdict, seen);
  if (stored.status === 'confirming') tables.confirmations.add(sequence, now);
  return sequence;
}

/** The first event with its bytes is remembered by these, together with its id: one row, as for the others. */
function remember({ tables }: Draft, identity: Identity, { repeats }: Kept, seen: SeenKey): void {
  const { keys, bytesKey, event } = identity;
  if (bytesKey !== null && repeats === null) {
    tables.seen.put(bytesKey, event.eventId === null ? seen : { ...seen, eventId: event.eventId });
  } else for (const { key } of keys) tables.seen.put(key, seen);
}

/** When a new epoch begins: first all events that waited in the old one leave, then the adopted conflicts. */
export function adoptConflicts(draft: Draft, placement: Placement, now: number): void {
  if (placement.kind !== 'restart') return;
  const { hold, tracker } = draft.state;
  if (hold !== null) leaveHold(draft, tracker.current, hold.held);
  draft.change({ hold: null });
  adopt(draft, placement.epoch, placement.adopted, now);
}

function storedEvent(
  webhook: WebhookRecord,
  { event }: Identity,
  verdict: Kept,
  sequence: number,
  now: number,
): StoredEvent {
  const { placement } = verdict;
  const hasClash = placement?.kind === 'conflict' || placement?.kind === 'too_old';
  const late = (placement?.kind === 'unseen' || placement?.kind === 'unaccepted') && placement.late;
  const gap = placement?.kind === 'unseen' ? placement.gap : null;
  // These fields are not stored, so the copy in memory does not have them either.
  const {
    body,
    added: _added,
    signedDigest: _digest,
    alsoKnownBy: _key,
    secretId: _secret,
    ...described
  } = event;
  const common = {
    ...described,
    sequence,
    receivedAt: now,
    incrementId: webhook.sequence.enabled ? event.incrementId : null,
    epoch: placement === null || hasClash ? null : placement.epoch,
    gap: gap === null ? null : gap.join('-'),
    repeats: verdict.repeats,
    topics: event.topics ?? [event.topic],
    late,
    operational: false,
    bodyBytes: body.byteLength,
  };
  if (verdict.kind === 'quarantine') {
    const { reason, issues } = verdict;
    return { ...common, status: 'quarantined', deferred: true, reason, issues };
  }
  return isConfirmed(webhook, event.topic)
    ? { ...common, status: 'confirming', deferred: true, reason: 'confirming', issues: [] }
    : { ...common, status: 'forwardable', deferred: false, reason: null, issues: [] };
}
