/**
 * One event into the log: identify → place → judge → store. Each step gets what the step before found out. Runs inside
 * the batch's transaction.
 *
 * An ordinary accepted event writes its own row, and one more for an event id. All other changes follow from that row,
 * so the state need not be saved with it (`draft.ts`).
 */
import { comingTogether, confirmAdded } from '../../numbering/record';
import type { AddResult, IncomingEvent } from '../contract/append';
import type { SeenKey } from '../store/seen-keys';
import { counted, type Draft } from './draft';
import { type Identity, identify } from './identify';
import { judge, type Seen, turnedAway } from './judge';
import { placeEvent, type SentAfterAll } from './place-event';
import { recordUnjudged, recordWithoutRow } from './record-without-row';
import { deduplicationMs } from './settings';
import { storeEvent } from './store-event';

/** Judges and stores one event, and gives what became of it. `now` in ms since 1970. */
export function appendEvent(draft: Draft, event: IncomingEvent, now: number): AddResult {
  const { webhook } = draft;
  const refusal = turnedAway(event, webhook);
  if (refusal !== null) return refusal;

  const identity = identify(event, webhook, now);
  const { placement, unjudged, sentAfterAll } = placeEvent(draft, identity);
  const verdict = judge(identity, placement, webhook, recordsFor(draft, identity), now);

  const incrementId = webhook.sequence.enabled ? event.incrementId : null;
  switch (verdict.kind) {
    case 'not_added':
      return verdict;
    case 'duplicate': {
      const { sequence } = verdict;
      draft.changeWithoutSaving(counted(draft.state, 'duplicate'));
      rememberRetry(draft, identity, sequence, now);
      if (sentAfterAll !== null) confirmSent(draft, sentAfterAll, now);
      // It is known by its event id: the provider gave it another number, which was received all the same.
      if (verdict.placement?.kind === 'unseen') {
        recordWithoutRow(draft, identity, verdict.placement, { kind: 'accepted', sequence, now });
      }
      recordUnjudged(draft, identity, unjudged, { kind: 'accepted', sequence, now });
      return { kind: 'duplicate', sequence, incrementId };
    }
    case 'ignored': {
      const as = { kind: 'ignored', sequence: 0, now } as const;
      if (verdict.placement !== null) recordWithoutRow(draft, identity, verdict.placement, as);
      recordUnjudged(draft, identity, unjudged, as);
      draft.changeWithoutSaving(counted(draft.state, 'ignored'));
      return { kind: 'ignored', incrementId };
    }
    case 'accept': {
      const sequence = storeEvent(draft, identity, verdict, now);
      recordUnjudged(draft, identity, unjudged, { kind: 'accepted', sequence, now });
      return { kind: 'accepted', sequence, incrementId };
    }
    case 'quarantine': {
      const sequence = storeEvent(draft, identity, verdict, now);
      recordUnjudged(draft, identity, unjudged, { kind: 'quarantined', sequence, now });
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

/** An event added by hand was now sent by the provider: the provider's bytes become those on record for the id. */
function confirmSent(draft: Draft, { epoch, id, known }: SentAfterAll, now: number): void {
  draft.tables.known.set(epoch, id, known, now);
  draft.change({ tracker: confirmAdded(draft.state.tracker, epoch, id, known.fingerprint) });
}

/**
 * A retry with a new signature was recognised by its other key (`alsoKnownBy`). Its new signature is remembered too, so
 * that this request is recognised again later, also when it comes with another body.
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

/** Tells the tracker that the ids of a batch came together. */
export function expectTogether(draft: Draft, events: readonly IncomingEvent[], now: number): void {
  const sent = events.filter(({ added }) => added !== true);
  const ids = sent.flatMap(({ incrementId }) => (incrementId === null ? [] : [incrementId]));
  // Not saved: if a crash loses it, a restart of the numbering is recognised up to a second sooner.
  draft.changeWithoutSaving({ tracker: comingTogether(draft.state.tracker, ids, now) });
}
