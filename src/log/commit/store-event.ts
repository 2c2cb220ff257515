/** Last step of a commit: the event gets its sequence, its row, and its place among what is known. */
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
import { deduplicationMs } from './settings';

const WAITING = { status: 'held', deferred: true, late: false, reason: 'waiting_for_predecessor' } as const;

/** Returns the event's sequence. `now` in ms since 1970. */
export function storeEvent(draft: Draft, identity: Identity, verdict: Kept, now: number): number {
  const { webhook, tables } = draft;
  const { event, fingerprint } = identity;
  const { placement } = verdict;
  tables.seen.rotate(now, deduplicationMs(webhook));
  // What a new epoch adopts was here before this event, so it takes its places in the feed before it.
  if (placement !== null) adoptConflicts(draft, placement, now);
  const sequence = draft.state.lastSequence + 1;
  const quarantined = verdict.kind === 'quarantine';
  // An accepted event that the provider sent is shown by its row; one that was added by hand was not sent.
  const changed = { lastSequence: sequence, lastEventAt: now };
  if (quarantined || event.added === true) draft.change(changed);
  else draft.changeWithoutSaving(changed);
  // Before any notice: notices take the sequences after this one.
  tables.days.openFor(sequence, now);
  if (placement !== null) {
    recordId(draft, identity, placement, { kind: quarantined ? 'quarantined' : 'accepted', sequence, now });
  }
  const stored = storedEvent(webhook, identity, verdict, sequence, now);
  const forwards = !quarantined && webhook.confirm === null;
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

/** A new epoch: what still waited in the old one leaves, then what was quarantined as its conflict. */
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
  const clash = placement?.kind === 'conflict' || placement?.kind === 'too_old';
  const late = (placement?.kind === 'unseen' || placement?.kind === 'unaccepted') && placement.late;
  const gap = placement?.kind === 'unseen' ? placement.gap : null;
  // What is kept in memory of an event is no more than what is read back.
  const { body, added: _added, signedDigest: _digest, alsoKnownBy: _key, ...described } = event;
  const common = {
    ...described,
    sequence,
    receivedAt: now,
    incrementId: webhook.sequence.enabled ? event.incrementId : null,
    epoch: placement === null || clash ? null : placement.epoch,
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
  return webhook.confirm === null
    ? { ...common, status: 'forwardable', deferred: false, reason: null, issues: [] }
    : { ...common, status: 'confirming', deferred: true, reason: 'confirming', issues: [] };
}
