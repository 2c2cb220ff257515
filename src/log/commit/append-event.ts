/**
 * One event into the log: identify → place → judge → store, each step given what the one before found out. Runs inside
 * the batch's transaction.
 *
 * An event accepted in the ordinary way writes its own row (and one more for an event id). Whatever else it changes
 * follows from that row, so the state need not be saved with it (`draft.ts`).
 */
import { confirmAdded } from '../../numbering/record';
import type { AddResult, IncomingEvent } from '../contract/append';
import type { SeenKey } from '../store/seen-keys';
import { counted, type Draft } from './draft';
import { type Identity, identify } from './identify';
import { judge, type Seen, turnedAway } from './judge';
import { placeEvent, type SentAfterAll } from './place-event';
import { holdBack, leaveHold } from './predecessor-hold';
import { recordId } from './record-id';
import { deduplicationMs } from './settings';
import { adoptConflicts, storeEvent } from './store-event';

/** `now` in ms since 1970. */
export function appendEvent(draft: Draft, event: IncomingEvent, now: number): AddResult {
  const { webhook } = draft;
  const away = turnedAway(event, webhook);
  if (away !== null) return away;

  const identity = identify(event, webhook, now);
  const { placement, sentAfterAll } = placeEvent(draft, identity);
  const verdict = judge(identity, placement, webhook, recordsFor(draft, identity), now);

  const incrementId = webhook.sequence.enabled ? event.incrementId : null;
  switch (verdict.kind) {
    case 'not_added':
      return verdict;
    case 'duplicate':
      draft.changeWithoutSaving(counted(draft.state, 'duplicate'));
      rememberRetry(draft, identity, verdict.sequence, now);
      if (sentAfterAll !== null) confirmSent(draft, sentAfterAll, now);
      return { kind: 'duplicate', sequence: verdict.sequence, incrementId };
    case 'ignored': {
      if (verdict.placement === null) {
        draft.changeWithoutSaving(counted(draft.state, 'ignored'));
        return { kind: 'ignored', incrementId };
      }
      adoptConflicts(draft, verdict.placement, now);
      recordId(draft, identity, verdict.placement, { kind: 'ignored', sequence: 0, now });
      const { released } = holdBack(draft, identity, verdict.placement, {
        forwards: false,
        sequence: 0,
        now,
      });
      leaveHold(draft, draft.state.tracker.current, released);
      // It leaves no row of its own.
      draft.change(counted(draft.state, 'ignored'));
      return { kind: 'ignored', incrementId };
    }
    case 'accept':
      return { kind: 'accepted', sequence: storeEvent(draft, identity, verdict, now), incrementId };
    case 'quarantine': {
      const sequence = storeEvent(draft, identity, verdict, now);
      return { kind: 'quarantined', sequence, incrementId, issues: verdict.issues };
    }
  }
}

/** What is on record for keys, each read once. Without the id beside its bytes, where none was noted, the event tells it. */
function recordsFor({ tables }: Draft, { bytesKey }: Identity): Seen {
  const read = new Map<string, SeenKey | null>();
  return key => {
    const before = read.get(key);
    if (before !== undefined) return before;
    let seen = tables.seen.get(key);
    if (seen !== null && seen.eventId === undefined && key === bytesKey) {
      const eventId = tables.events.get(seen.sequence)?.eventId ?? null;
      if (eventId !== null) seen = { ...seen, eventId };
    }
    read.set(key, seen);
    return seen;
  };
}

/** From now on the bytes of the id are those that the provider sent. */
function confirmSent(draft: Draft, { epoch, id, known }: SentAfterAll, now: number): void {
  draft.tables.known.set(epoch, id, known, now);
  draft.change({ tracker: confirmAdded(draft.state.tracker, epoch, id, known.fingerprint) });
}

/**
 * A retry that was signed anew is known by its other key; what it is signed with now is remembered too, so that the same
 * request is known when it comes again later, or with another body.
 */
function rememberRetry(
  { tables, webhook }: Draft,
  { event, fingerprint, keys: [signed] }: Identity,
  sequence: number,
  now: number,
): void {
  if (!['event_id', 'unsigned_id', 'body'].includes(event.alsoKnownBy ?? '')) return;
  if (signed === undefined || tables.seen.get(signed.key) !== null) return;
  tables.seen.rotate(now, deduplicationMs(webhook));
  tables.seen.put(signed.key, { sequence, fingerprint, at: now });
}
