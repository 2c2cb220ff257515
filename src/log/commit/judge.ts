/**
 * Third step of a commit: the verdict on one authentic event, which is accept, duplicate, ignore, quarantine or refuse.
 *
 * Pure: what is on record for a key comes in as `seen`. The order of the checks is a public contract: active, payload,
 * duplicate, topic. Guarantee: an event is a duplicate only when the record shows its id or its bytes. When the record
 * shows other bytes for the id, or is gone, the event goes to quarantine. Bytes that may come again as another event are
 * accepted, and the first event with them is named.
 */
import type { NotAdded } from '../../numbering/added-by-hand';
import type { Placement } from '../../numbering/types';
import type { Issue } from '../../providers/provider';
import { eventMatches } from '../../subscriptions/topics';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { IncomingEvent } from '../contract/append';
import type { SeenKey } from '../store/seen-keys';
import type { HeldReason } from '../store/stored-event';
import { type Identity, keyBeforeNumbering, quarantineKey } from './identify';

/** What is on record for a key; null for nothing. */
export type Seen = (key: string) => SeenKey | null;

export type TurnedAway = { kind: 'inactive' } | { kind: 'rejected'; issues: Issue[] };

export type Verdict =
  | { kind: 'duplicate'; sequence: number; placement: Placement | null }
  | { kind: 'not_added'; reason: NotAdded }
  | { kind: 'ignored'; placement: Placement | null }
  | Kept;

/** A verdict after which the event is in the log. */
export type Kept = {
  /** Sequence of the first event with the same signed bytes, where these may come again; null where it is the first. */
  repeats: number | null;
} & (
  | {
      kind: 'quarantine';
      reason: Extract<HeldReason, 'invalid' | 'conflict' | 'too_old_to_compare'>;
      issues: Issue[];
      placement: Placement | null;
    }
  | { kind: 'accept'; placement: Placement | null }
);

/** Why the webhook refuses the event, whatever is on record; null when it does not. */
export function turnedAway(event: IncomingEvent, webhook: WebhookRecord): TurnedAway | null {
  if (!webhook.isActive) return { kind: 'inactive' };
  if (event.issues.length > 0 && webhook.onInvalid === 'reject') {
    return { kind: 'rejected', issues: event.issues };
  }
  return null;
}

/** The verdict on an event that was placed. `now` in ms since 1970. */
export function judge(
  identity: Identity,
  placement: Placement | NotAdded | null,
  webhook: WebhookRecord,
  seen: Seen,
  now: number,
): Verdict {
  const { event } = identity;
  if (placement !== null && 'why' in placement) return { kind: 'not_added', reason: placement };
  const duplicateOf = duplicateSequence(identity, placement, seen, now);
  if (duplicateOf !== null) return { kind: 'duplicate', sequence: duplicateOf, placement };
  const takenBy = event.added === true ? sequenceWithKeyOf(identity, seen) : null;
  if (takenBy !== null) return { kind: 'not_added', reason: { why: 'taken', sequence: takenBy } };

  const repeats = firstWithBytes(identity, seen)?.sequence ?? null;
  if (event.issues.length > 0) {
    return { kind: 'quarantine', reason: 'invalid', issues: event.issues, placement, repeats };
  }
  const clash = clashOf(identity, placement, seen);
  if (clash !== null) return { kind: 'quarantine', ...clash, placement, repeats: null };
  if (!eventMatches(webhook.topics, event)) return { kind: 'ignored', placement };
  return { kind: 'accept', placement, repeats };
}

const firstWithBytes = ({ bytesKey }: Identity, seen: Seen): SeenKey | null =>
  bytesKey === null ? null : seen(bytesKey);

/** The sequence of another event that has one of the event's keys, or null. */
function sequenceWithKeyOf({ keys, fingerprint }: Identity, seen: Seen): number | null {
  for (const { key } of keys) {
    const known = seen(key);
    if (known !== null && known.fingerprint !== fingerprint) return known.sequence;
  }
  return null;
}

function duplicateSequence(
  identity: Identity,
  placement: Placement | null,
  seen: Seen,
  now: number,
): number | null {
  const { event, fingerprint, keys } = identity;
  if (placement?.kind === 'duplicate') return placement.known.sequence;
  // The same bytes may be in quarantine already, but not when the increment id is seen for the first time.
  if (placement === null || placement.kind !== 'unseen') {
    const quarantined = seen(quarantineKey(identity));
    if (quarantined !== null) return quarantined.sequence;
  }
  for (const { key, forMs, decides } of keys) {
    const known = seen(key);
    if (known === null || (forMs !== null && now - known.at >= forMs)) continue;
    // Where the body is signed, a known id is enough: the bytes may change with each retry.
    if (decides || known.fingerprint === fingerprint) return known.sequence;
  }
  const before = mayPrecedeNumbering(placement) ? keyBeforeNumbering(identity) : null;
  const unnumbered = before === null ? null : seen(before);
  if (unnumbered !== null) return unnumbered.sequence;
  // The first with these bytes has no other row than that of the bytes.
  const first = firstWithBytes(identity, seen);
  if (first === null || first.eventId === undefined || first.eventId !== event.eventId) return null;
  return event.bodySigned || first.fingerprint === fingerprint ? first.sequence : null;
}

/** Whether an event may have come while the numbering was turned off, and was not recorded then: nothing that goes on may. */
const mayPrecedeNumbering = (placement: Placement | null): boolean =>
  placement?.kind === 'restart'
    ? placement.bySecret !== true
    : placement?.kind !== 'unseen' || placement.late;

/** Why the event cannot have its increment id or keys, or null. */
function clashOf(
  { event, fingerprint, keys, bytesKey }: Identity,
  placement: Placement | null,
  seen: Seen,
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
  const bytes = bytesKey === null ? [] : [{ key: bytesKey, forMs: null, decides: event.bodySigned }];
  for (const { key, forMs, decides } of [...keys, ...bytes]) {
    const known = decides || forMs !== null ? null : seen(key);
    if (known === null || known.fingerprint === fingerprint) continue;
    const what = key.startsWith('signed:') ? 'signature' : 'event id';
    return { reason: 'conflict', issues: [takenIssue(what, known.sequence)] };
  }
  return null;
}

const takenIssue = (what: string, sequence: number): Issue => ({
  path: '',
  message: `another body came with this ${what} before, as sequence ${sequence}`,
});
