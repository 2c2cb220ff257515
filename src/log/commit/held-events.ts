/**
 * Held events: events that are in the log but not in the feed. They are in quarantine, or wait for confirmation or for
 * their predecessor. A held event that is released gets the next place in the feed and keeps its sequence.
 */
import { epochsOf } from '../../numbering/epochs';
import type { Conflict } from '../../numbering/types';
import { eventMatches } from '../../subscriptions/topics';
import { fingerprintHex } from '../store/known-ids';
import type { StoredEvent } from '../store/stored-event';
import { addNotice } from './add-notice';
import { counted, type Draft } from './draft';
import type { NoticeDetails } from './notices';
import { isConfirmed } from './settings';

/** Gives an event the next place in the feed. 1 row. */
export function intoFeed(draft: Draft, sequence: number): void {
  const { lastSequence, lastRelease } = draft.state;
  const position = lastRelease + 1;
  draft.tables.releases.add({ position, afterSequence: lastSequence, sequence });
  draft.change({ lastRelease: position });
}

/**
 * Conflicts that turned out to be of the new epoch leave quarantine, in the order of their ids. An event that is in
 * quarantine for another reason, or whose topic is not subscribed, stays there; its id counts as received too.
 * `now` in ms since 1970.
 */
export function adopt(draft: Draft, epoch: number, conflicts: readonly Conflict[], now: number): void {
  const { webhook, tables } = draft;
  for (const { id, sequence, fingerprint } of conflicts) {
    const event = tables.events.get(sequence);
    const clashed = event?.reason === 'conflict' || event?.reason === 'too_old_to_compare';
    const leaves = clashed && eventMatches(webhook.topics, event);
    // One that was released by hand has left already.
    const hasLeft = event?.status === 'forwardable' || event?.status === 'confirming';
    const kind = leaves || hasLeft ? 'accepted' : 'quarantined';
    tables.known.set(epoch, id, { kind, sequence, fingerprint }, now);
    if (event?.status !== 'quarantined') continue;
    if (!leaves) {
      const { status, reason, issues, gap, late } = event;
      tables.events.update(sequence, { status, reason, issues, gap, late, epoch });
      continue;
    }
    const confirming = isConfirmed(webhook, event.topic);
    tables.events.update(sequence, {
      status: confirming ? 'confirming' : 'forwardable',
      reason: confirming ? 'confirming' : null,
      epoch,
      issues: [],
      gap: event.gap,
      late: event.late,
    });
    if (confirming) tables.confirmations.add(sequence, now);
    else intoFeed(draft, sequence);
    draft.change(counted(draft.state, 'accepted'));
    draft.change(counted(draft.state, 'quarantined', -1));
  }
}

/** Puts a held event into the feed: one that was confirmed, or released by hand. False when it is not held. */
export function release(draft: Draft, sequence: number): boolean {
  const { tables } = draft;
  const event = tables.events.get(sequence);
  if (event === null || event.status === 'forwardable') return false;
  const { epoch, gap, incrementId } = event;
  // Events with higher ids may have left before it.
  const highest = epochsOf(draft.state.tracker).find(({ number }) => number === epoch)?.highest ?? 0;
  const late = event.late || (incrementId !== null && incrementId < highest);
  tables.events.update(sequence, { status: 'forwardable', reason: null, epoch, issues: [], gap, late });
  intoFeed(draft, sequence);
  tables.confirmations.delete(sequence);
  if (event.status !== 'quarantined') return true;
  draft.change(counted(draft.state, 'accepted'));
  draft.change(counted(draft.state, 'quarantined', -1));
  if (incrementId === null || epoch === null) return true;
  // The id now belongs to an accepted event, unless another one with the same id was accepted meanwhile.
  const known = tables.known.lookup(epoch, incrementId);
  if (known !== null && known !== 'forgotten' && known.sequence === sequence) {
    const fingerprint = fingerprintHex(event.fingerprint);
    tables.known.set(epoch, incrementId, { ...known, kind: 'accepted', fingerprint }, event.receivedAt);
  }
  return true;
}

/** Puts an event that the provider's API did not confirm into quarantine. `now` in ms since 1970. */
export function quarantineUnconfirmed(
  draft: Draft,
  sequence: number,
  issues: StoredEvent['issues'],
  now: number,
): void {
  const { tables } = draft;
  const event = tables.events.get(sequence);
  tables.confirmations.delete(sequence);
  if (event?.status !== 'confirming') return;
  const { epoch, gap, late } = event;
  const change = { status: 'quarantined', reason: 'unconfirmed', epoch, issues, gap, late } as const;
  tables.events.update(sequence, change);
  draft.change(counted(draft.state, 'accepted', -1));
  draft.change(counted(draft.state, 'quarantined'));
  const details = quarantineDetails({ ...event, reason: 'unconfirmed', issues });
  addNotice(draft, 'gateway:event_quarantined', details, now);
}

/** What a notice says about a quarantined event. */
export function quarantineDetails(
  event: Pick<StoredEvent, 'sequence' | 'incrementId' | 'eventId' | 'topic' | 'reason' | 'issues'>,
): NoticeDetails {
  const { sequence, incrementId, eventId, topic, reason, issues } = event;
  return { sequence, increment_id: incrementId, event_id: eventId, topic, reason, issues };
}
