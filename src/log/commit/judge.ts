/**
 * The verdict on one authentic event: accept, duplicate, ignore, quarantine or refuse.
 *
 * Pure: what is on record comes in as `Knowledge`. The order of judgement is the public contract: active, payload,
 * duplicate, topic. Guarantee: an event is called a duplicate only when the record shows its id (or its bytes); an
 * id that was taken by other bytes, or whose record is gone, goes to quarantine instead.
 */

import { type NotAdded, placeAdded } from '../../numbering/added-by-hand';
import { type Lookup, type Placement, place, type Tracker } from '../../numbering/tracker';
import type { Issue } from '../../providers/provider';
import { topicMatches } from '../../subscriptions/topics';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { IncomingEvent } from '../contract';
import type { HeldReason } from '../store/event-tables';
import { identityKeys, quarantineKey, type SeenKey } from '../store/seen-keys';
import { trackerSettings } from './settings';

export type Knowledge = {
  tracker: Tracker;
  lookup: Lookup;
  seen: (key: string) => SeenKey | null;
};

export type Judgement =
  | { kind: 'inactive' }
  | { kind: 'rejected'; issues: Issue[] }
  | { kind: 'duplicate'; sequence: number }
  | { kind: 'not_added'; reason: NotAdded }
  | { kind: 'ignored'; placement: Placement | null }
  | {
      kind: 'quarantine';
      reason: Extract<HeldReason, 'invalid' | 'conflict' | 'too_old_to_compare'>;
      issues: Issue[];
      placement: Placement | null;
    }
  | { kind: 'accept'; placement: Placement | null };

/** `now` in ms since 1970; `fingerprint` is the event's, as hex. */
export function judge(
  event: IncomingEvent,
  fingerprint: string,
  webhook: WebhookRecord,
  known: Knowledge,
  now: number,
): Judgement {
  if (!webhook.isActive) return { kind: 'inactive' };
  if (event.issues.length > 0 && webhook.onInvalid === 'reject') {
    return { kind: 'rejected', issues: event.issues };
  }
  const placement = placementOf(event, fingerprint, webhook, known, now);
  if (placement !== null && 'why' in placement) return { kind: 'not_added', reason: placement };
  const duplicateOf = duplicateSequence(event, fingerprint, placement, known, now);
  if (duplicateOf !== null) return { kind: 'duplicate', sequence: duplicateOf };
  const other = event.added === true ? takenBy(event, fingerprint, placement, known) : null;
  if (other !== null) return { kind: 'not_added', reason: { why: 'taken', sequence: other } };

  if (event.issues.length > 0) {
    return { kind: 'quarantine', reason: 'invalid', issues: event.issues, placement };
  }
  const clash = clashOf(event, fingerprint, placement, known);
  if (clash !== null) return { kind: 'quarantine', ...clash, placement };
  if (!topicMatches(webhook.topics, event.topic)) return { kind: 'ignored', placement };
  return { kind: 'accept', placement };
}

function placementOf(
  event: IncomingEvent,
  fingerprint: string,
  webhook: WebhookRecord,
  known: Knowledge,
  now: number,
): Placement | NotAdded | null {
  if (!webhook.sequence.enabled || event.incrementId === null) return null;
  const arrival = { id: event.incrementId, fingerprint, eventTime: event.eventTime, now };
  const settings = trackerSettings(webhook);
  return event.added === true
    ? placeAdded(known.tracker, { ...arrival, added: true }, settings, known.lookup)
    : place(known.tracker, arrival, settings, known.lookup);
}

/** The sequence of another event that is known by what an added one would be known by. */
function takenBy(
  event: IncomingEvent,
  fingerprint: string,
  placement: Placement | null,
  { seen }: Knowledge,
): number | null {
  for (const { key } of identityKeys(event, fingerprint, placement !== null)) {
    const known = seen(key);
    if (known !== null && known.fingerprint !== fingerprint) return known.sequence;
  }
  return null;
}

function duplicateSequence(
  event: IncomingEvent,
  fingerprint: string,
  placement: Placement | null,
  known: Knowledge,
  now: number,
): number | null {
  if (placement?.kind === 'duplicate') return placement.known.sequence;
  // Quarantined before with these very bytes. An id seen for the first time cannot have been.
  if (placement === null || placement.kind !== 'unseen') {
    const quarantined = known.seen(quarantineKey(fingerprint));
    if (quarantined !== null) return quarantined.sequence;
  }
  for (const { key, forMs } of identityKeys(event, fingerprint, placement !== null)) {
    const seen = known.seen(key);
    if (seen === null || (forMs !== null && now - seen.at >= forMs)) continue;
    // Where the body is signed, a known id is a duplicate whatever the bytes: they may change with each retry.
    if (event.bodySigned || seen.fingerprint === fingerprint) return seen.sequence;
  }
  return null;
}

function clashOf(
  event: IncomingEvent,
  fingerprint: string,
  placement: Placement | null,
  known: Knowledge,
): { reason: 'conflict' | 'too_old_to_compare'; issues: Issue[] } | null {
  if (placement?.kind === 'conflict') {
    const { kind, sequence } = placement.known;
    const message = 'another body came with this increment id before, with a topic that was not subscribed';
    const ignored = kind === 'ignored' ? { path: '', message } : null;
    return { reason: 'conflict', issues: [ignored ?? takenIssue('increment id', sequence)] };
  }
  if (placement?.kind === 'too_old') {
    const message = 'this increment id was received before, too long ago to compare the bodies';
    return { reason: 'too_old_to_compare', issues: [{ path: '', message }] };
  }
  if (event.bodySigned) return null;
  for (const { key } of identityKeys(event, fingerprint, placement !== null)) {
    const seen = known.seen(key);
    if (seen === null || seen.fingerprint === fingerprint) continue;
    const what = key.startsWith('id:') ? 'event id' : 'signature';
    return { reason: 'conflict', issues: [takenIssue(what, seen.sequence)] };
  }
  return null;
}

const takenIssue = (what: string, sequence: number): Issue => ({
  path: '',
  message: `another body came with this ${what} before, as sequence ${sequence}`,
});
