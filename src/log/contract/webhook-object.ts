/**
 * What the Worker and a webhook's object say to each other over RPC: named plain data, no classes. The files of this
 * folder are the words. Worker and object versions may differ for minutes during a deploy, so fields are only ever added.
 */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './append';
import type { EventDetail, EventsPage, EventsQuery, FeedPage, FeedQuery, RedactionPage } from './events';
import type { GapResolution, GapStatus, GapsReport, ResolveResult } from './gaps';
import type { KeptAnswer } from './kept-answer';
import type { RefusalReport, RefusalsView } from './refusals';
import type { ReplayRequest, ReplayResult } from './replays';
import type { StatusReport } from './status';

export type ReplaceResult =
  | { kind: 'ok'; record: WebhookRecord }
  | { kind: 'gone' }
  /** Someone else changed it since; read again. */
  | { kind: 'conflict' };

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
