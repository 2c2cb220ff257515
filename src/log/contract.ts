/**
 * What the Worker and a webhook's object say to each other over RPC: named plain data, no classes.
 * Worker and object versions may differ for minutes during a deploy, so fields are only ever added.
 */

import type { NotAdded } from '../numbering/added-by-hand';
import type { Identity } from '../providers/fingerprint';
import type { Issue } from '../providers/provider';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { RedactionPage } from './commit/redaction';
import type { FeedPosition } from './store/feed';
import type { KeptAnswer } from './store/kept-answers';
import type { RefusalReport, RefusalsView } from './store/refusals';

/** An authentic event as the edge hands it over. */
export type IncomingEvent = Identity & {
  topic: string;
  eventId: string | null;
  incrementId: number | null;
  entityKeys: string[];
  /** ms since 1970 by the provider's clock, or null. */
  eventTime: number | null;
  issues: Issue[];
  bodySigned: boolean;
  /** Added by an operator, not sent by the provider. */
  added?: true;
  /** Request headers to pass along, in lower case; hop-by-hop and Cloudflare's own already removed. */
  headers: [string, string][];
  /** The ingest query string without `?`. */
  query: string;
  body: Uint8Array;
};

export type AppendRequest = {
  /** Version of the record the edge verified with. */
  version: number;
  /** The inbound secret that matched. */
  secretId: string;
  event: IncomingEvent;
};

export type AppendResult =
  | { kind: 'accepted'; sequence: number; incrementId: number | null }
  | { kind: 'duplicate'; sequence: number; incrementId: number | null }
  | { kind: 'ignored'; incrementId: number | null }
  | { kind: 'quarantined'; sequence: number; incrementId: number | null; issues: Issue[] }
  | { kind: 'rejected'; issues: Issue[] }
  | { kind: 'inactive' }
  | { kind: 'gone' }
  /** The edge's record is out of date, and this is the current one: verify again with it. */
  | { kind: 'stale'; record: WebhookRecord }
  /** The secret that matched has been revoked. */
  | { kind: 'revoked' }
  | { kind: 'overloaded' };

/** What became of an event that an operator added. */
export type AddResult = AppendResult | { kind: 'not_added'; reason: NotAdded };

export type ReleaseResult =
  | AppendResult
  | { kind: 'not_found' }
  | { kind: 'not_quarantined' }
  /** Its body was erased: there is nothing to forward. */
  | { kind: 'redacted' };

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
  status: EventStatus;
  receivedAt: number;
  /** Why it is in quarantine or not forwarded yet: `invalid`, `conflict`, `too_old_to_compare`, `unconfirmed`, …; null otherwise. */
  reason: string | null;
  bodySigned: boolean;
  bodyBytes: number;
  late: boolean;
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

export type FeedQuery = Pick<EventsQuery, 'limit' | 'topic' | 'waitMs' | 'include'> & { after: FeedPosition };

/** As `EventsPage`, in the order in which events become forwardable. */
export type FeedPage = {
  events: EventSummary[];
  next: FeedPosition | null;
  cursor: FeedPosition;
  turnedAway?: true;
};

export type GapStatus = 'open' | 'filled' | 'expired' | 'resolved';

/** The event beside a hole: its increment id, and its sequence and time while known. */
export type GapSide = { incrementId: number; sequence: number | null; receivedAt: number | null };

export type Gap = {
  epoch: number;
  from: number;
  to: number;
  /** Missing ids in the range; fewer than `to - from + 1` only in a merged range. */
  count: number;
  status: GapStatus;
  detectedAt: number;
  resolvedAt: number | null;
  before: GapSide | null;
  after: GapSide | null;
  /** When the provider's last retry is due; null when unknown. */
  retryUntil: number | null;
  /** Why it was closed by hand; null otherwise. */
  note: string | null;
};

export type GapsReport =
  | { numbered: false }
  | { numbered: true; epoch: number | null; highestIncrementId: number | null; gaps: Gap[] };

export type GapResolution = {
  /** Null for the current epoch. */
  epoch: number | null;
  /** Increment ids, both included. */
  from: number;
  to: number;
  note: string | null;
};

export type ResolveResult =
  /** The gaps that were closed, and how many ids they had. */
  | { kind: 'ok'; count: number; gaps: Gap[] }
  | { kind: 'gone' }
  | { kind: 'unnumbered' }
  | { kind: 'unknown_epoch' }
  /** The range cuts through a merged one. */
  | { kind: 'merged'; from: number; to: number };

export type DestinationStatus = {
  destinationId: string;
  url: string;
  isActive: boolean;
  delivered: number;
  failedAttempts: number;
  retrying: number;
  dead: number;
  /** Events of the log that this destination's scan has not passed yet. */
  lag: number;
  /** When the oldest event was accepted that it still has to get, ms since 1970; null when it has all. */
  oldestUndeliveredAt: number | null;
  lastDeliveredAt: number | null;
  disabledReason: string | null;
  /** `open`: it failed too often in a row and is only probed; `recovering`: it answers again and is filled gently. */
  circuit: 'closed' | 'open' | 'recovering';
  /** Ranges of sequences that retention dropped before they were delivered; `at` in ms since 1970. */
  lost: { from: number; to: number; at: number }[];
};

export type StatusReport = {
  numbered: boolean;
  lastSequence: number;
  lastEventAt: number | null;
  counters: { accepted: number; duplicate: number; ignored: number; quarantined: number };
  epoch: number | null;
  highestIncrementId: number | null;
  openGaps: number;
  missingIds: number;
  /** Refused requests by reason, as far as the edge has reported them. */
  rejected: Record<string, number>;
  destinations: DestinationStatus[];
};

export type ReplaceResult =
  | { kind: 'ok'; record: WebhookRecord }
  | { kind: 'gone' }
  /** Someone else changed it since; read again. */
  | { kind: 'conflict' };

/** Which events to send again. Its range ends at the last event there is when it is asked for. */
export type ReplayRequest = {
  /** Null for every destination. */
  destinationId: string | null;
  /** Sequences, both included; null for no limit. */
  fromSequence: number | null;
  toSequence: number | null;
  /** Acceptance time in ms since 1970, `[since, until)`; null for no limit. */
  since: number | null;
  until: number | null;
  /** Topic pattern; null for all. */
  topic: string | null;
  /** Status at the destination; null for any. */
  status: EventStatus | null;
  /** Under ids of their own, for receivers that deduplicate. */
  newId: boolean;
  /** Only count. */
  dryRun: boolean;
};

export type ReplayResult =
  /** Deliveries, over all destinations asked for. */
  | { kind: 'ok'; count: number }
  | { kind: 'gone' }
  | { kind: 'unknown_destination' }
  /** Of a single event: */
  | { kind: 'unknown_event' }
  | { kind: 'redacted' }
  | { kind: 'not_forwarded' };

/** The RPC methods of a webhook's object (`WebhookLog`). Expected outcomes are values; a rejection means no answer. */
export interface WebhookObject {
  /** @param kept the answer to this request, kept in the same transaction */
  create(webhook: WebhookRecord, kept?: KeptAnswer): Promise<'created' | 'exists'>;
  getRecord(): Promise<WebhookRecord | null>;
  replace(webhook: WebhookRecord, baseVersion: number, kept?: KeptAnswer): Promise<ReplaceResult>;
  /** @param baseVersion remove it only in this version; `changed` when it has another */
  remove(baseVersion?: number): Promise<boolean | 'changed'>;
  /** The answer kept under a key. `deleted`: there was one, and the webhook is gone. */
  recall(key: string): Promise<KeptAnswer | 'deleted' | null>;
  append(request: AppendRequest): Promise<AppendResult>;
  /** Several appends in one call; null where one could not be stored. */
  appendAll(requests: AppendRequest[]): Promise<(AppendResult | null)[]>;
  release(sequence: number): Promise<ReleaseResult>;
  replay(request: ReplayRequest): Promise<ReplayResult>;
  replayEvent(sequence: number, destinationId: string | null, newId: boolean): Promise<ReplayResult>;
  redact(sequence: number): Promise<boolean>;
  redactEntity(entityKey: string, after: number): Promise<RedactionPage>;
  /** An event that its operator vouches for, not a signature. */
  add(event: IncomingEvent): Promise<AddResult>;
  resolveGaps(request: GapResolution): Promise<ResolveResult>;
  refused(report: RefusalReport): Promise<void>;
  refusals(): Promise<RefusalsView | null>;
  /** Null: there is no such webhook, or not any more. */
  events(query: EventsQuery): Promise<EventsPage | null>;
  feed(query: FeedQuery): Promise<FeedPage | null>;
  event(sequence: number): Promise<EventDetail | null>;
  gaps(status: GapStatus | null): Promise<GapsReport>;
  status(): Promise<StatusReport | null>;
}
