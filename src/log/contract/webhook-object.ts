/**
 * The RPC interface between the Worker and a webhook's object. The files of this folder have its types, which are plain
 * data and no classes. During a deploy the Worker and the object may have different versions for minutes, so fields are
 * only ever added.
 */
import type { Act } from '../../audit/acting';
import type { AuditPage } from '../../audit/entry';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './append';
import type { DestinationTest, DestinationTestResult } from './destination-test';
import type { EventDetail, EventsPage, EventsQuery, FeedPage, FeedQuery } from './events';
import type { GapResolution, GapStatus, GapsReport, ResolveResult } from './gaps';
import type { KeptAnswer } from './kept-answer';
import type { Settlement, SettleResult } from './numbering';
import type { RecoveryRequest, RecoveryResult } from './recovery';
import type { RedactionRequest, RedactionResult, RedactionsPage } from './redactions';
import type { RefusalReport, RefusalsView } from './refusals';
import type { AskedReplay, Replay, ReplayList, ReplayRequest, ReplayResult, RetryResult } from './replays';
import type { SequenceMap, SequenceMapQuery } from './sequence-map';
import type { StatusReport } from './status';

export type CreateResult = 'created' | 'created_uncopied' | 'exists';

export type ReplaceResult =
  | { kind: 'ok'; record: WebhookRecord }
  | { kind: 'gone' }
  /** The record was changed meanwhile: read it again. */
  | { kind: 'conflict' };

/**
 * The RPC methods of a webhook's object (`WebhookLog`). Expected outcomes are values. After a rejection it is not known
 * whether the call had its effect. Null, where nothing else is said, means that there is no such webhook (any more).
 *
 * `act` is who asks for a change: it goes into the audit log with what was changed. `objectOf` adds it.
 */
export interface WebhookObject {
  /** Listens: answers a request to `streamUrl` with a WebSocket, over which it also says why that ends. */
  fetch(request: Request): Promise<Response>;
  /**
   * `exists`: take another id. `created_uncopied`: KV did not take the copy, which is tried again until it does.
   * @param kept the answer to keep in the same transaction */
  create(webhook: WebhookRecord, kept?: KeptAnswer, act?: Act): Promise<CreateResult>;
  /** Sets the alarm where it is missing. Gives when the webhook has work to do, ms since 1970; null for never. */
  wake(): Promise<number | null>;
  getRecord(): Promise<WebhookRecord | null>;
  /** Stores a changed record under the next version; `conflict` when the stored one is not `baseVersion`. */
  replace(webhook: WebhookRecord, baseVersion: number, kept?: KeptAnswer, act?: Act): Promise<ReplaceResult>;
  /** Deletes the webhook and all it stored. False: there is none. @param baseVersion remove it only in this version; `changed` when it has another */
  remove(baseVersion?: number): Promise<boolean | 'changed'>;
  /** The answer kept under a key, null for none. `deleted`: the webhook was deleted before its keys expired. */
  recall(key: string): Promise<KeptAnswer | 'deleted' | null>;
  /** Looks at an earlier moment, goes back to it, or goes on from there. Rejects while the object is on its way. */
  recover(request: RecoveryRequest, act?: Act): Promise<RecoveryResult>;
  append(request: AppendRequest): Promise<AppendResult>;
  /** Several appends in one call; null where one could not be stored. */
  appendAll(requests: AppendRequest[]): Promise<(AppendResult | null)[]>;
  /** Puts a held event into the feed. */
  release(sequence: number, act?: Act): Promise<ReleaseResult>;
  replay(request: ReplayRequest, act?: Act): Promise<ReplayResult>;
  /** @param destinationId null for all destinations that want the event */
  replayEvent(
    sequence: number,
    destinationId: string | null,
    newId: boolean,
    asked?: AskedReplay | null,
    act?: Act,
  ): Promise<ReplayResult>;
  /** The replays that run, and the last that ended. */
  replays(): Promise<ReplayList | null>;
  /** One of these; null also for one that is not among them. */
  replayOf(replayId: number): Promise<Replay | null>;
  /** Sends nothing more of it, and gives it as it then is; one that has ended stays as it is. Null as above. */
  cancelReplay(replayId: number, act?: Act): Promise<Replay | null>;
  /** Sends what waits for a destination now. */
  retry(destinationId: string, act?: Act): Promise<RetryResult>;
  /** Sends a request of nobody's to a destination, active or not, and gives what it answered. */
  testDestination(destinationId: string, test: DestinationTest, act?: Act): Promise<DestinationTestResult>;
  /** Erases what an event says; false when there is no such event. */
  redact(sequence: number, act?: Act): Promise<boolean>;
  /** Erases what the events that are asked for say, a bounded number of them. */
  redactMatching(request: RedactionRequest, act?: Act): Promise<RedactionResult>;
  /** The receipts of what was erased, newest first. @param after the id of one: those before it; null for the newest */
  redactions(after: number | null, limit: number): Promise<RedactionsPage | null>;
  /** The audit log, newest first. @param after the id of an entry: those before it; null for the newest */
  audit(after: number | null, limit: number): Promise<AuditPage | null>;
  /** Adds an event for which an operator vouches instead of a signature. */
  add(event: IncomingEvent, act?: Act): Promise<AddResult>;
  resolveGaps(request: GapResolution, act?: Act): Promise<ResolveResult>;
  settleNumbering(request: Settlement, act?: Act): Promise<SettleResult>;
  /** Stores a report of the requests that the edge refused. */
  refused(report: RefusalReport): Promise<void>;
  refusals(): Promise<RefusalsView | null>;
  events(query: EventsQuery): Promise<EventsPage | null>;
  feed(query: FeedQuery): Promise<FeedPage | null>;
  /** Null also for an event that is unknown or past its retention. */
  event(sequence: number): Promise<EventDetail | null>;
  gaps(status: GapStatus | null): Promise<GapsReport>;
  sequenceMap(query: SequenceMapQuery): Promise<SequenceMap>;
  status(): Promise<StatusReport | null>;
}
