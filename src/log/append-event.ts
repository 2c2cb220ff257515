/**
 * One event into the log: judged, given its sequence, stored, remembered. Runs inside the batch's transaction.
 *
 * An event accepted in the ordinary way writes its own row (and one more for an event id). Whatever else it changes
 * follows from that row; where it does not, the draft is marked stale and the head is saved with the batch.
 */
import type { WebhookRecord } from '../subscriptions/webhook';
import type { AppendResult, IncomingEvent } from './contract';
import { count, type Draft } from './draft';
import { adopt, awaitConfirmation } from './held-events';
import { type Judgement, judge } from './judge';
import { fingerprintHex } from './known-ids';
import { bodyKey, identityKey, quarantineKey } from './seen-keys';
import type { StoredEvent } from './segments';
import { deduplicationMs, trackerSettings } from './settings';
import { type Placement, recordConflict, record as recordPlacement } from './tracker';

type Stored = Extract<Judgement, { kind: 'accept' | 'quarantine' }>;

/** `now` in ms since 1970. */
export function appendEvent(
  draft: Draft,
  webhook: WebhookRecord,
  event: IncomingEvent,
  now: number,
): AppendResult {
  const fingerprint = fingerprintHex(event.fingerprint);
  const knowledge = {
    tracker: draft.head.tracker,
    lookup: (epoch: number, id: number) => draft.known.lookup(epoch, id),
    seen: (key: string) => draft.seen.get(key),
  };
  const judgement = judge(event, fingerprint, webhook, knowledge, now);
  const incrementId = webhook.sequence.enabled ? event.incrementId : null;
  switch (judgement.kind) {
    case 'inactive':
      return { kind: 'inactive' };
    case 'rejected':
      return { kind: 'rejected', issues: judgement.issues };
    case 'duplicate':
      count(draft, 'duplicate');
      return { kind: 'duplicate', sequence: judgement.sequence, incrementId };
    case 'ignored':
      count(draft, 'ignored');
      if (judgement.placement !== null) {
        adoptConflicts(draft, webhook, judgement.placement, now);
        recordId(draft, webhook, event, fingerprint, judgement.placement, 'ignored', 0, now);
        // It leaves no row of its own.
        draft.stale = true;
      }
      return { kind: 'ignored', incrementId };
    case 'accept':
    case 'quarantine': {
      const sequence = store(draft, webhook, event, fingerprint, judgement, now);
      return judgement.kind === 'accept'
        ? { kind: 'accepted', sequence, incrementId }
        : { kind: 'quarantined', sequence, incrementId, issues: judgement.issues };
    }
  }
}

function store(
  draft: Draft,
  webhook: WebhookRecord,
  event: IncomingEvent,
  fingerprint: string,
  judgement: Stored,
  now: number,
): number {
  const { placement } = judgement;
  draft.seen.rotate(now, deduplicationMs(webhook));
  // What a new epoch adopts was here before this event, so it takes its places in the feed before it.
  if (placement !== null) adoptConflicts(draft, webhook, placement, now);
  const sequence = draft.head.lastSequence + 1;
  draft.head = { ...draft.head, lastSequence: sequence, lastEventAt: now };
  const quarantined = judgement.kind === 'quarantine';
  if (placement !== null) {
    const kind = quarantined ? 'quarantined' : 'accepted';
    recordId(draft, webhook, event, fingerprint, placement, kind, sequence, now);
  }
  const stored = storedEvent(webhook, event, judgement, sequence, now);
  draft.segments.openFor(sequence, now);
  draft.segments.insert(stored, event.body);
  if (quarantined) {
    count(draft, 'quarantined');
    draft.seen.put(quarantineKey(fingerprint), { sequence, fingerprint, at: now });
    draft.stale = true;
    return sequence;
  }
  count(draft, 'accepted');
  const seen = { sequence, fingerprint, at: now };
  const key = identityKey(event);
  if (key !== null) draft.seen.put(key, seen);
  else if (placement === null) draft.seen.put(bodyKey(fingerprint), seen);
  if (stored.status === 'confirming') awaitConfirmation(draft, sequence, now);
  return sequence;
}

function storedEvent(
  webhook: WebhookRecord,
  event: IncomingEvent,
  judgement: Stored,
  sequence: number,
  now: number,
): StoredEvent {
  const { placement } = judgement;
  const clash = placement?.kind === 'conflict' || placement?.kind === 'too_old';
  const late = (placement?.kind === 'unseen' || placement?.kind === 'unaccepted') && placement.late;
  const gap = placement?.kind === 'unseen' ? placement.gap : null;
  const common = {
    ...event,
    sequence,
    receivedAt: now,
    incrementId: webhook.sequence.enabled ? event.incrementId : null,
    epoch: placement === null || clash ? null : placement.epoch,
    gap: gap === null ? null : gap.join('-'),
    late,
    bodyBytes: event.body.byteLength,
  };
  if (judgement.kind === 'quarantine') {
    const { reason, issues } = judgement;
    return { ...common, status: 'quarantined', deferred: true, reason, issues };
  }
  return webhook.confirm === null
    ? { ...common, status: 'forwardable', deferred: false, reason: null, issues: [] }
    : { ...common, status: 'confirming', deferred: true, reason: 'confirming', issues: [] };
}

function adoptConflicts(draft: Draft, webhook: WebhookRecord, placement: Placement, now: number): void {
  if (placement.kind === 'restart') adopt(draft, webhook, placement.epoch, placement.adopted, now);
}

/** Records an id in the tracker and among the known ids. */
function recordId(
  draft: Draft,
  webhook: WebhookRecord,
  event: IncomingEvent,
  fingerprint: string,
  placement: Placement,
  kind: 'accepted' | 'ignored' | 'quarantined',
  sequence: number,
  now: number,
): void {
  const id = event.incrementId;
  if (id === null || placement.kind === 'duplicate') return;
  const { eventTime } = event;
  if (placement.kind === 'conflict' || placement.kind === 'too_old') {
    const tracker = recordConflict(draft.head.tracker, { id, sequence, fingerprint, eventTime });
    draft.head = { ...draft.head, tracker };
    return;
  }
  const arrival = { id, fingerprint, eventTime, now };
  const settings = trackerSettings(webhook);
  const { tracker, changes } = recordPlacement(draft.head.tracker, arrival, placement, settings);
  draft.head = { ...draft.head, tracker };
  for (const change of changes) draft.gaps.apply(change, now);
  // An id that only quarantined or ignored events carried so far is taken over by an accepted one.
  const keeps = placement.kind === 'unaccepted' && kind !== 'accepted';
  if (!keeps) draft.known.set(placement.epoch, id, { kind, sequence, fingerprint }, now);
  const ordinary = placement.kind === 'unseen' && placement.epoch === tracker.current?.number;
  const unlisted = changes.every(change => change.kind === 'filled' && change.hole.status === 'young');
  if (!ordinary || !unlisted) draft.stale = true;
}
