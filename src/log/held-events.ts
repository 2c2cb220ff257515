/**
 * Events that are in the log but not in the feed: quarantined ones and those that wait for confirmation. Letting one
 * go gives it the next place in the feed; its sequence stays.
 */
import type { WebhookRecord } from '../subscriptions/webhook';
import { count, type Draft } from './draft';
import { fingerprintHex } from './known-ids';
import type { StoredEvent } from './segments';
import type { Conflict } from './tracker';

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

/** Conflicts that turned out to be the new numbering leave quarantine for it, in the order of their ids. */
export function adopt(
  draft: Draft,
  webhook: WebhookRecord,
  epoch: number,
  conflicts: readonly Conflict[],
  now: number,
): void {
  for (const { id, sequence, fingerprint } of conflicts) {
    draft.known.set(epoch, id, { kind: 'accepted', sequence, fingerprint }, now);
    const event = draft.segments.get(sequence);
    if (event?.status !== 'quarantined') continue;
    const confirming = webhook.confirm !== null;
    draft.segments.update(sequence, {
      status: confirming ? 'confirming' : 'forwardable',
      reason: confirming ? 'confirming' : null,
      epoch,
      issues: [],
      late: event.late,
    });
    if (confirming) awaitConfirmation(draft, sequence, now);
    else intoFeed(draft, sequence);
    count(draft, 'accepted');
    count(draft, 'quarantined', -1);
  }
}

/** Lets a held event go: confirmed, or released by hand. False when it is not held, or no longer here. */
export function release(draft: Draft, sequence: number): boolean {
  const event = draft.segments.get(sequence);
  if (event === null || event.status === 'forwardable') return false;
  const { epoch, late, incrementId } = event;
  draft.segments.update(sequence, { status: 'forwardable', reason: null, epoch, issues: [], late });
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
    draft.known.set(epoch, incrementId, { kind: 'accepted', sequence, fingerprint }, event.receivedAt);
  }
  return true;
}

/** An event that the provider's API did not confirm goes to quarantine. */
export function refuse(draft: Draft, sequence: number, issues: StoredEvent['issues']): void {
  const event = draft.segments.get(sequence);
  draft.sql.exec('DELETE FROM confirmations WHERE sequence = ?', sequence);
  if (event?.status !== 'confirming') return;
  const { epoch, late } = event;
  draft.segments.update(sequence, { status: 'quarantined', reason: 'unconfirmed', epoch, issues, late });
  count(draft, 'accepted', -1);
  count(draft, 'quarantined');
  draft.stale = true;
}
