/** An event as the log keeps it, without its body: as a value and as a row of its table. */
import type { Issue } from '../../providers/provider';

/** Why an event is held. */
export type HeldReason =
  | 'invalid'
  | 'conflict'
  | 'too_old_to_compare'
  | 'unconfirmed'
  | 'confirming'
  | 'waiting_for_predecessor';

export type StoredEvent = {
  sequence: number;
  /** ms since 1970 */
  receivedAt: number;
  topic: string;
  /** The topics of all elements, where it is a list of them; `topic` is the first. */
  topics: readonly string[];
  eventId: string | null;
  incrementId: number | null;
  /** Epoch of the increment id; null without one, or where it was a conflict. */
  epoch: number | null;
  /** ms since 1970 by the provider's clock, or null. */
  eventTime: number | null;
  /** `forwardable` events are in the feed. The others are held until a release. */
  status: 'forwardable' | 'held' | 'confirming' | 'quarantined';
  /** True when it was held at acceptance: its place in the feed is that of its release. */
  deferred: boolean;
  reason: HeldReason | null;
  /** The ids missing right before it, as `from-to`, when it entered the log or the feed; null for none. */
  gap: string | null;
  /** Sequence of the first event with the same signed bytes, where it is not the first. */
  repeats: number | null;
  /** A higher increment id came, or was forwarded, before it. */
  late: boolean;
  bodySigned: boolean;
  /** True for a notice: the gateway's own event about this webhook. */
  operational: boolean;
  entityKeys: string[];
  issues: Issue[];
  headers: [string, string][];
  query: string;
  bodyBytes: number;
  fingerprint: Uint8Array;
};

/** The columns that are read. */
export type EventRow = {
  sequence: number;
  received_at: number;
  topic: string;
  event_id: string | null;
  increment_id: number | null;
  epoch: number | null;
  event_time: number | null;
  status: StoredEvent['status'];
  deferred: number;
  reason: HeldReason | null;
  gap: string | null;
  late: number;
  body_signed: number;
  operational: number;
  entity_keys: string;
  issues: string;
  headers: string;
  query: string;
  body_bytes: number;
  fingerprint: ArrayBuffer;
  repeats: number | null;
  topics: string | null;
};

/** All columns but the body, in the order of `EventRow`. */
export const COLUMNS =
  'sequence, received_at, topic, event_id, increment_id, epoch, event_time, status, deferred, reason, gap, late, ' +
  'body_signed, operational, entity_keys, issues, headers, query, body_bytes, fingerprint, repeats, topics';

/** The column `topics`: null for the one topic that stands in `topic`. */
export const topicsColumn = ({ topics }: StoredEvent): string | null =>
  topics.length > 1 ? JSON.stringify(topics) : null;

export function fromRow(row: EventRow): StoredEvent {
  return {
    sequence: row.sequence,
    receivedAt: row.received_at,
    topic: row.topic,
    topics: row.topics === null ? [row.topic] : (JSON.parse(row.topics) as string[]),
    eventId: row.event_id,
    incrementId: row.increment_id,
    epoch: row.epoch,
    eventTime: row.event_time,
    status: row.status,
    deferred: row.deferred === 1,
    reason: row.reason,
    gap: row.gap,
    repeats: row.repeats,
    late: row.late === 1,
    bodySigned: row.body_signed === 1,
    operational: row.operational === 1,
    entityKeys: JSON.parse(row.entity_keys) as string[],
    issues: JSON.parse(row.issues) as Issue[],
    headers: JSON.parse(row.headers) as [string, string][],
    query: row.query,
    bodyBytes: row.body_bytes,
    fingerprint: new Uint8Array(row.fingerprint),
  };
}
