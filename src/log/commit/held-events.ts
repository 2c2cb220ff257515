/**
 * Events that are in the log but not in the feed: quarantined ones, and those that wait for confirmation or for their
 * predecessor. Letting one go gives it the next place in the feed; its sequence stays.
 */

import { type Epoch, gapBefore } from '../../numbering/epoch';
import type { Held } from '../../numbering/predecessor-wait';
import type { Conflict } from '../../numbering/tracker';
import { topicMatches } from '../../subscriptions/topics';
import type { StoredEvent } from '../store/event-tables';
import { fingerprintHex } from '../store/known-ids';
import { report } from './add-notice';
import { count, type Draft } from './draft';
import type { Happening } from './notices';

/** Puts an event into the queue for confirmation, due at `now` (ms since 1970). */
export function awaitConfirmation(draft: Draft, sequence: number, now: number): void {
  draft.sql.exec(
    'INSERT INTO confirmations (sequence, attempts, next_at, detail) VALUES (?, 0, ?, NULL)',
    sequence,
    now,
  );
}

/** Gives an event the next place in the feed: 1 row. */
export function intoFeed(draft: Draft, sequence: number): void {
  const lastRelease = draft.head.lastRelease + 1;
  draft.sql.exec(
    'INSERT INTO releases (position, after_sequence, sequence) VALUES (?, ?, ?)',
    lastRelease,
    draft.head.lastSequence,
    sequence,
  );
  draft.head = { ...draft.head, lastRelease };
  draft.stale = true;
}

/**
 * Conflicts that turned out to be the new numbering leave quarantine for it, in the order of their ids. What is there
 * for another reason as well, or has a topic nobody subscribed to, stays; its id counts as received all the same.
 */
export function adopt(draft: Draft, epoch: number, conflicts: readonly Conflict[], now: number): void {
  const { webhook, segments } = draft;
  for (const { id, sequence, fingerprint } of conflicts) {
    const event = segments.get(sequence);
    const clashed = event?.reason === 'conflict' || event?.reason === 'too_old_to_compare';
    const leaves = clashed && topicMatches(webhook.topics, event.topic);
    const kind = leaves ? 'accepted' : 'quarantined';
    draft.known.set(epoch, id, { kind, sequence, fingerprint }, now);
    if (event?.status !== 'quarantined') continue;
    if (!leaves) {
      const { status, reason, issues, gap, late } = event;
      segments.update(sequence, { status, reason, issues, gap, late, epoch });
      continue;
    }
    const confirming = webhook.confirm !== null;
    segments.update(sequence, {
      status: confirming ? 'confirming' : 'forwardable',
      reason: confirming ? 'confirming' : null,
      epoch,
      issues: [],
      gap: event.gap,
      late: event.late,
    });
    if (confirming) awaitConfirmation(draft, sequence, now);
    else intoFeed(draft, sequence);
    count(draft, 'accepted');
    count(draft, 'quarantined', -1);
  }
}

/** Events that waited for their predecessor leave, each naming what is still missing right before it. */
export function leaveHold(draft: Draft, epoch: Epoch | null, released: readonly Held[]): void {
  for (const { id, sequence } of released) {
    const event = draft.segments.get(sequence);
    if (event?.status !== 'held') continue;
    const gap = epoch === null ? null : gapBefore(epoch, id);
    const gapText = gap === null ? null : gap.join('-');
    draft.segments.update(sequence, {
      status: 'forwardable',
      reason: null,
      epoch: event.epoch,
      issues: [],
      gap: gapText,
      late: event.late,
    });
    intoFeed(draft, sequence);
  }
}

/** Lets a held event go: confirmed, or released by hand. False when it is not held, or no longer here. */
export function release(draft: Draft, sequence: number): boolean {
  const event = draft.segments.get(sequence);
  if (event === null || event.status === 'forwardable') return false;
  const { epoch, gap, incrementId } = event;
  // What came after it may have left long ago.
  const highest = epochsOf(draft).find(({ number }) => number === epoch)?.highest ?? 0;
  const late = event.late || (incrementId !== null && incrementId < highest);
  draft.segments.update(sequence, { status: 'forwardable', reason: null, epoch, issues: [], gap, late });
  intoFeed(draft, sequence);
  draft.sql.exec('DELETE FROM confirmations WHERE sequence = ?', sequence);
  if (event.status !== 'quarantined') return true;
  count(draft, 'accepted');
  count(draft, 'quarantined', -1);
  if (incrementId === null || epoch === null) return true;
  // The id now belongs to an accepted event, unless another one with the same id was accepted meanwhile.
  const known = draft.known.lookup(epoch, incrementId);
  if (known !== null && known !== 'forgotten' && known.sequence === sequence) {
    const fingerprint = fingerprintHex(event.fingerprint);
    draft.known.set(epoch, incrementId, { ...known, kind: 'accepted', fingerprint }, event.receivedAt);
  }
  return true;
}

function epochsOf({ head }: Draft): readonly Epoch[] {
  const { current, previous } = head.tracker;
  return current === null ? previous : [current, ...previous];
}

/** An event that the provider's API did not confirm goes to quarantine. */
export function refuse(draft: Draft, sequence: number, issues: StoredEvent['issues'], now: number): void {
  const event = draft.segments.get(sequence);
  draft.sql.exec('DELETE FROM confirmations WHERE sequence = ?', sequence);
  if (event?.status !== 'confirming') return;
  const { epoch, gap, late } = event;
  const change = { status: 'quarantined', reason: 'unconfirmed', epoch, issues, gap, late } as const;
  draft.segments.update(sequence, change);
  count(draft, 'accepted', -1);
  count(draft, 'quarantined');
  draft.stale = true;
  report(
    draft,
    'gateway:event_quarantined',
    quarantineHappening({ ...event, reason: 'unconfirmed', issues }),
    now,
  );
}

/** What operational events say about a quarantined event. */
export function quarantineHappening(
  event: Pick<StoredEvent, 'sequence' | 'incrementId' | 'eventId' | 'topic' | 'reason' | 'issues'>,
): Happening {
  const { sequence, incrementId, eventId, topic, reason, issues } = event;
  return { sequence, increment_id: incrementId, event_id: eventId, topic, reason, issues };
}
