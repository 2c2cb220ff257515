/** Events as they are read: the list, the feed, and a single event. */
import type { Issue } from '../../providers/provider';
import type { DeliveryState, EventFilter, ScannedTo } from './event-filter';

/**
 * `confirming` and `held` events are accepted and not in the feed yet: they wait for the provider's API to confirm
 * them, or for their predecessor. A `confirming` event may still end in quarantine.
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
  /** Why it is held: `invalid`, `conflict`, `too_old_to_compare`, `unconfirmed`, …; null when it is not. */
  reason: string | null;
  bodySigned: boolean;
  bodyBytes: number;
  late: boolean;
  /** Sequence of the first event with the same signed bytes, where it is not the first. */
  repeats: number | null;
  epoch: number | null;
  /** Only where the query asked for it. `body` is null when redacted. */
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
  /** Absent from an object of an earlier release; null where there was an answer, or nothing is known. */
  connectionError?: string | null;
  /** The same; null where there was none, or the attempt succeeded, or the event's body was erased. */
  answer?: { text: string; truncated: boolean; headers: Record<string, string> } | null;
  /** The same; the replay that it is of, or null. */
  replayId?: number | null;
};

/** Why an event that is not let go yet is on its way to nobody: the words of its own status. */
export const NOT_LET_GO = ['confirming', 'held', 'quarantined'] as const;

export type DeliveryView = {
  destinationId: string;
  /** `redacted`: it ended when what the event says was erased. */
  status: DeliveryState | 'redacted' | (typeof NOT_LET_GO)[number];
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
  /** With `order` the sequence before which the page begins; `Number.MAX_SAFE_INTEGER` for the end of the log. */
  after: number;
  limit: number;
  topic: string | null;
  status: EventStatus | null;
  /** How long to wait for events where there are none, in ms. */
  waitMs?: number;
  include?: 'body';
  /** `desc`: newest first. */
  order?: 'asc' | 'desc';
  filter?: EventFilter;
};

/**
 * `cursor`: everything up to it was examined, so it is the `after` of the next call. `next` is the same, or null at the
 * end of the log. `turnedAway`: too many callers wait already, so this call did not wait. `beyondEnd`: the log has not come to
 * what was asked for; `cursor` is where it ends. `unknownDestination`: the filter names one that the webhook does not have.
 * `scannedTo` is null at the end; an object of an earlier release, which knows no filter, gives none.
 */
export type EventsPage = {
  events: EventSummary[];
  next: number | null;
  cursor: number;
  scannedTo?: ScannedTo | null;
  unknownDestination?: true;
  turnedAway?: true;
  beyondEnd?: true;
};

/** A position in the feed: after everything up to this sequence and up to this release. */
export type FeedPosition = { sequence: number; release: number };

/**
 * A position as consumers carry it, with the life of the webhook that it is of (`WebhookRecord`). None where the webhook has
 * none, and in what an earlier release wrote.
 */
export type FeedCursor = FeedPosition & { life?: string | null };

/** A position in the replays that a stream tells of: after all replays before this one, and all of it up to a sequence. */
export type ReplayPosition = { id: number; sequence: number };

/** A position in a stream. The feed looks at its own part alone; a listener that wants no replays has no other. */
export type StreamCursor = FeedCursor & { replay?: ReplayPosition | null };

/**
 * `now` is the end of the feed. `bare`: only a sequence was given, so what was let go before it has been passed, too; an object of an
 * earlier release gives that again.
 */
export type FeedStart = (StreamCursor & { bare?: true }) | 'now';

export type FeedQuery = Pick<EventsQuery, 'limit' | 'topic' | 'waitMs' | 'include' | 'filter'> & {
  after: FeedStart;
};

/**
 * As `EventsPage`, in the order in which events become forwardable. `otherLife`: what was asked for is a cursor of a webhook
 * that had this id before, and was deleted; `cursor` is where the feed of this one ends.
 */
export type FeedPage = {
  events: EventSummary[];
  next: FeedCursor | null;
  cursor: FeedCursor;
  scannedTo?: ScannedTo | null;
  turnedAway?: true;
  beyondEnd?: true;
  otherLife?: true;
};
