/**
 * One event into the log: judged, given its sequence, stored, remembered. Runs inside the batch's transaction.
 *
 * An event accepted in the ordinary way writes its own row (and one more for an event id). Whatever else it changes
 * follows from that row; where it does not, the draft is marked stale and the head is saved with the batch.
 */

import { saysTheSame } from '../../numbering/added-by-hand';
import { arrive, type Held, startHold } from '../../numbering/predecessor-wait';
import {
  confirmAdded,
  type KnownId,
  type Lookup,
  type Placement,
  recordConflict,
  record as recordPlacement,
} from '../../numbering/tracker';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { AddResult, IncomingEvent } from '../contract';
import type { StoredEvent } from '../store/event-tables';
import { fingerprintHex } from '../store/known-ids';
import { identityKeys, quarantineKey } from '../store/seen-keys';
import { report } from './add-notice';
import { count, type Draft } from './draft';
import { forgetGivenUp, takeChange } from './gap-changes';
import { adopt, awaitConfirmation, leaveHold, quarantineHappening } from './held-events';
import { type Judgement, judge } from './judge';
import { deduplicationMs, holdMs, trackerSettings } from './settings';

type Stored = Extract<Judgement, { kind: 'accept' | 'quarantine' }>;

/** `now` in ms since 1970. */
export function appendEvent(draft: Draft, event: IncomingEvent, now: number): AddResult {
  const { webhook } = draft;
  const fingerprint = fingerprintHex(event.fingerprint);
  let twin: Twin | undefined;
  const knowledge = {
    tracker: draft.head.tracker,
    lookup: lookupFor(draft, event, fingerprint, found => {
      twin = found;
    }),
    seen: (key: string) => draft.seen.get(key),
  };
  const judgement = judge(event, fingerprint, webhook, knowledge, now);
  const incrementId = webhook.sequence.enabled ? event.incrementId : null;
  switch (judgement.kind) {
    case 'inactive':
      return { kind: 'inactive' };
    case 'rejected':
      return { kind: 'rejected', issues: judgement.issues };
    case 'not_added':
      return judgement;
    case 'duplicate':
      count(draft, 'duplicate');
      rememberRetry(draft, event, fingerprint, judgement.sequence, now);
      if (twin !== undefined && event.incrementId !== null) confirmTwin(draft, twin, event.incrementId, now);
      return { kind: 'duplicate', sequence: judgement.sequence, incrementId };
    case 'ignored':
      count(draft, 'ignored');
      if (judgement.placement !== null) {
        adoptConflicts(draft, judgement.placement, now);
        recordId(draft, event, fingerprint, judgement.placement, 'ignored', 0, now);
        const { released } = holdBack(draft, event, judgement.placement, false, 0, now);
        leaveHold(draft, draft.head.tracker.current, released);
        // It leaves no row of its own.
        draft.stale = true;
      }
      return { kind: 'ignored', incrementId };
    case 'accept':
    case 'quarantine': {
      const sequence = store(draft, event, fingerprint, judgement, now);
      return judgement.kind === 'accept'
        ? { kind: 'accepted', sequence, incrementId }
        : { kind: 'quarantined', sequence, incrementId, issues: judgement.issues };
    }
  }
}

/** An event added by hand that the provider has now sent itself, in other words or the same. */
type Twin = { epoch: number; known: KnownId };

/**
 * What is on record for an id. An accepted event that was added by hand counts as sent with these very bytes when it says
 * the same as what now comes from the provider: a duplicate, then.
 */
function lookupFor(
  draft: Draft,
  event: IncomingEvent,
  fingerprint: string,
  found: (twin: Twin) => void,
): Lookup {
  return (epoch, id) => {
    const known = draft.known.lookup(epoch, id);
    if (known === null || known === 'forgotten' || known.added !== true || event.added === true) return known;
    const stored = known.kind === 'accepted' ? draft.segments.get(known.sequence) : null;
    if (stored === null || !saysTheSame(stored, event)) return known;
    const { kind, sequence } = known;
    const sent = { kind, sequence, fingerprint };
    found({ epoch, known: sent });
    return sent;
  };
}

/** From now on the bytes of the id are those the provider sent. */
function confirmTwin(draft: Draft, { epoch, known }: Twin, id: number, now: number): void {
  draft.known.set(epoch, id, known, now);
  const tracker = confirmAdded(draft.head.tracker, epoch, id, known.fingerprint);
  draft.head = { ...draft.head, tracker };
  draft.stale = true;
}

function store(
  draft: Draft,
  event: IncomingEvent,
  fingerprint: string,
  judgement: Stored,
  now: number,
): number {
  const { webhook } = draft;
  const { placement } = judgement;
  draft.seen.rotate(now, deduplicationMs(webhook));
  // What a new epoch adopts was here before this event, so it takes its places in the feed before it.
  if (placement !== null) adoptConflicts(draft, placement, now);
  const sequence = draft.head.lastSequence + 1;
  draft.head = { ...draft.head, lastSequence: sequence, lastEventAt: now };
  // Before anything is reported: reports take the sequences after this one.
  draft.segments.openFor(sequence, now);
  const quarantined = judgement.kind === 'quarantine';
  if (placement !== null) {
    const kind = quarantined ? 'quarantined' : 'accepted';
    recordId(draft, event, fingerprint, placement, kind, sequence, now);
  }
  // What the provider sent follows from the rows; this was not sent.
  if (event.added === true) draft.stale = true;
  const stored = storedEvent(webhook, event, judgement, sequence, now);
  const forwards = !quarantined && webhook.confirm === null;
  const { waits, late, released } = holdBack(draft, event, placement, forwards, sequence, now);
  if (waits) draft.segments.insert({ ...stored, ...WAITING }, event.body);
  else draft.segments.insert({ ...stored, late: late ?? stored.late }, event.body);
  leaveHold(draft, draft.head.tracker.current, released);
  if (quarantined) {
    count(draft, 'quarantined');
    draft.seen.put(quarantineKey(fingerprint), { sequence, fingerprint, at: now });
    draft.stale = true;
    report(draft, 'gateway:event_quarantined', quarantineHappening(stored), now);
    return sequence;
  }
  count(draft, 'accepted');
  const seen = { sequence, fingerprint, at: now };
  for (const { key } of identityKeys(event, fingerprint, placement !== null)) draft.seen.put(key, seen);
  if (stored.status === 'confirming') awaitConfirmation(draft, sequence, now);
  return sequence;
}

/**
 * A retry that was signed anew is known by its other key; what it is signed with now is remembered too, so that the same
 * request is known when it comes again later, or with another body.
 */
function rememberRetry(
  draft: Draft,
  event: IncomingEvent,
  fingerprint: string,
  sequence: number,
  now: number,
): void {
  if (event.alsoKnownBy === undefined) return;
  const [signed] = identityKeys(event, fingerprint, false);
  if (signed === undefined || draft.seen.get(signed.key) !== null) return;
  draft.seen.rotate(now, deduplicationMs(draft.webhook));
  draft.seen.put(signed.key, { sequence, fingerprint, at: now });
}

const WAITING = { status: 'held', deferred: true, late: false, reason: 'waiting_for_predecessor' } as const;

/** With `hold_seconds`: whether the event has to wait for its predecessor, and who need wait no longer. */
function holdBack(
  draft: Draft,
  event: IncomingEvent,
  placement: Placement | null,
  forwards: boolean,
  sequence: number,
  now: number,
): { waits: boolean; late: boolean | null; released: Held[] } {
  const { webhook } = draft;
  const { current } = draft.head.tracker;
  const id = event.incrementId;
  const passes = { waits: false, late: null, released: [] };
  if (holdMs(webhook) === 0 || current === null || placement === null || id === null) return passes;
  if (placement.kind !== 'unseen' && placement.kind !== 'restart') return passes;
  // Late retries of an earlier numbering are not sorted into this one.
  if (placement.epoch !== current.number) return passes;
  const known = draft.head.hold;
  const before = known?.epoch === current.number ? known : startHold(current);
  const until = forwards ? now + holdMs(webhook) : null;
  const { hold, waits, released } = arrive(before, current, id, sequence, until);
  draft.head = { ...draft.head, hold };
  return { waits, late: id <= before.frontier, released };
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
  // What is kept in memory of an event is no more than what is read back.
  const { body, added: _added, signedDigest: _digest, alsoKnownBy: _key, ...described } = event;
  const common = {
    ...described,
    sequence,
    receivedAt: now,
    incrementId: webhook.sequence.enabled ? event.incrementId : null,
    epoch: placement === null || clash ? null : placement.epoch,
    gap: gap === null ? null : gap.join('-'),
    late,
    operational: false,
    bodyBytes: body.byteLength,
  };
  if (judgement.kind === 'quarantine') {
    const { reason, issues } = judgement;
    return { ...common, status: 'quarantined', deferred: true, reason, issues };
  }
  return webhook.confirm === null
    ? { ...common, status: 'forwardable', deferred: false, reason: null, issues: [] }
    : { ...common, status: 'confirming', deferred: true, reason: 'confirming', issues: [] };
}

/** A new epoch: what still waited in the old one leaves, then what was quarantined as its conflict. */
function adoptConflicts(draft: Draft, placement: Placement, now: number): void {
  if (placement.kind !== 'restart') return;
  const { hold, tracker } = draft.head;
  if (hold !== null) leaveHold(draft, tracker.current, hold.held);
  draft.head = { ...draft.head, hold: null };
  adopt(draft, placement.epoch, placement.adopted, now);
}

/** Records an id in the tracker and among the known ids. */
function recordId(
  draft: Draft,
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
    const proofless = placement.kind === 'conflict' && placement.known.added === true;
    const tracker = recordConflict(draft.head.tracker, {
      ...{ id, sequence, fingerprint, eventTime },
      ...(proofless ? { proofless } : {}),
    });
    draft.head = { ...draft.head, tracker };
    return;
  }
  const added = event.added === true ? ({ added: true } as const) : {};
  const arrival = { id, fingerprint, eventTime, now, ...added };
  const settings = trackerSettings(draft.webhook);
  const { tracker, changes } = recordPlacement(draft.head.tracker, arrival, placement, settings);
  draft.head = { ...draft.head, tracker };
  for (const change of changes) takeChange(draft, change, now);
  if (placement.kind === 'restart') forgetGivenUp(draft);
  // An id that only quarantined or ignored events carried so far is taken over by an accepted one.
  const keeps = placement.kind === 'unaccepted' && kind !== 'accepted';
  if (!keeps) draft.known.set(placement.epoch, id, { kind, sequence, fingerprint, ...added }, now);
  const ordinary = placement.kind === 'unseen' && placement.epoch === tracker.current?.number;
  const unlisted = changes.every(change => change.kind === 'filled' && change.hole.status === 'young');
  if (!ordinary || !unlisted) draft.stale = true;
}
