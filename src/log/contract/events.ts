/** Events as they are read: lists, the feed, one of them. */
import type { Issue } from '../../providers/provider';

/**
 * `confirming` and `held`: accepted, but not let go yet, until the provider's API confirms it or its predecessor comes. The
 * first may still end in quarantine.
 */
export type EventStatus = 'accepted' | 'confirming' | 'held' | 'quarantined' | 'retrying' | 'dead';

/** An entry of `GET …/events`. */
export type EventSummary = {
  sequence: number;
  incrementId: number | null;
  eventId: string | null;
  topic: string;
  /** The topics of all its elements; `topic` is the first. */
  topics: readonly string[];
  status: EventStatus;
  receivedAt: number;
  /** Why it is in quarantine or not forwarded yet: `invalid`, `conflict`, `too_old_to_compare`, `unconfirmed`, …; null otherwise. */
  reason: string | null;
  bodySigned: boolean;
  bodyBytes: number;
  late: boolean;
  /** Sequence of the first event with the same signed bytes, where it is not the first. */
  repeats: number | null;
  epoch: number | null;
  /** Only where it was asked for; `body` null when redacted. */
  content?: { headers: [string, string][]; query: string; body: Uint8Array | null };
};

export type AttemptView = {
  destinationId: string;
  attempt: number;
  /** ms since 1970 */
  at: number;
  outcome: 'delivered' | 'failed';
  /** HTTP status, or null where there was no response. */
  status: number | null;
  durationMs: number;
  /** Class of the failure (`timeout`, `connection`, `status`, …), or null. */
  error: string | null;
};

export type DeliveryView = {
  destinationId: string;
  status: 'pending' | 'retrying' | 'delivered' | 'dead';
  attempts: number;
  nextAttemptAt: number | null;
  lastError: string | null;
};

export type EventDetail = EventSummary & {
  headers: [string, string][];
  query: string;
  /** Null when redacted. */
  body: Uint8Array | null;
  issues: Issue[];
  entityKeys: string[];
  deliveries: DeliveryView[];
  attempts: AttemptView[];
};

export type EventsQuery = {
  after: number;
  limit: number;
  topic: string | null;
  status: EventStatus | null;
  /** How long to wait for events where there are none, in ms. */
  waitMs?: number;
  include?: 'body';
};

/**
 * `cursor`: everything up to it was looked at; the `after` to go on from. `next` is the same, or null at the end.
 * `turnedAway`: too many wait already, so nobody waited.
 */
export type EventsPage = {
  events: EventSummary[];
  next: number | null;
  cursor: number;
  turnedAway?: true;
};

/** A position in the feed: everything up to this sequence and up to this release has been passed. */
export type FeedPosition = { sequence: number; release: number };

export type FeedQuery = Pick<EventsQuery, 'limit' | 'topic' | 'waitMs' | 'include'> & { after: FeedPosition };

/** Bodies that were erased. `next` is the `after` of the next call, null at the end. */
export type RedactionPage = { count: number; next: number | null };

/** As `EventsPage`, in the order in which events become forwardable. */
export type FeedPage = {
  events: EventSummary[];
  next: FeedPosition | null;
  cursor: FeedPosition;
  turnedAway?: true;
};
