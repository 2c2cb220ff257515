/**
 * The Durable Object of one webhook: what may be asked of it. Its methods return expected outcomes as values. How a
 * webhook comes and goes is in `Lifetime`; what happens to an event is decided in `LiveWebhook`.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Act } from '../audit/acting';
import type { AuditPage, Facts } from '../audit/entry';
import { PLATFORM_CLOCK } from '../clock';
import { setVersion } from '../log-line';
import type { WebhookRecord } from '../subscriptions/webhook';
import { noteRefused } from './commit/refused-requests';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './contract/append';
import type { DestinationTest, DestinationTestResult } from './contract/destination-test';
import type * as Events from './contract/events';
import type { GapResolution, GapStatus, GapsReport, ResolveResult } from './contract/gaps';
import type { KeptAnswer } from './contract/kept-answer';
import type { Settlement, SettleResult } from './contract/numbering';
import type { RecoveryRequest, RecoveryResult } from './contract/recovery';
import type { RedactionRequest, RedactionResult, RedactionsPage } from './contract/redactions';
import type { RefusalReport, RefusalsView } from './contract/refusals';
import type * as Replays from './contract/replays';
import type { SequenceMap, SequenceMapQuery } from './contract/sequence-map';
import type { StatusReport } from './contract/status';
import type { CreateResult, ReplaceResult, WebhookObject } from './contract/webhook-object';
import { retryDestination } from './forward/retry-requests';
import { Lifetime } from './lifetime';
import type { LiveWebhook } from './live-webhook';
import { readEvent } from './read/event-detail';
import { readEvents } from './read/event-pages';
import { readFeedPage } from './read/feed-pages';
import { readGaps } from './read/gaps';
import { awaitEvents } from './read/new-events';
import { readSequenceMap } from './read/sequence-map';
import { readStatus } from './read/status';
import { redactEvent, redactMatching } from './redaction';
import { cancelReplay, findReplay, isRunning, listReplays, replayOne, replayRange } from './replay-requests';
import * as told from './told';

/** The class that Cloudflare instantiates, once per webhook id. The interface says what each method gives. */
export class WebhookLog extends DurableObject<Env> implements WebhookObject {
  #life = new Lifetime(this.ctx, this.env);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setVersion(env);
  }

  get #live(): LiveWebhook | null {
    return this.#life.live;
  }

  // --- the record -------------------------------------------------------------------------------------------------

  async create(webhook: WebhookRecord, kept?: KeptAnswer, act?: Act): Promise<CreateResult> {
    return this.#life.create(webhook, kept, act);
  }

  async getRecord(): Promise<WebhookRecord | null> {
    return this.#live?.webhook ?? null;
  }

  async wake(): Promise<number | null> {
    return this.#life.wake();
  }

  async replace(
    webhook: WebhookRecord,
    baseVersion: number,
    kept?: KeptAnswer,
    act?: Act,
  ): Promise<ReplaceResult> {
    return this.#life.replace(webhook, baseVersion, kept, act);
  }

  async remove(baseVersion?: number): Promise<boolean | 'changed'> {
    return this.#life.remove(baseVersion);
  }

  async recall(key: string): Promise<KeptAnswer | 'deleted' | null> {
    return this.#life.recall(key);
  }

  async recover(request: RecoveryRequest, act?: Act): Promise<RecoveryResult> {
    return this.#noted(act, await this.#life.recover(request), told.ofRecovery);
  }

  // --- events -----------------------------------------------------------------------------------------------------

  async append(request: AppendRequest): Promise<AppendResult> {
    return this.#live?.append(request) ?? { kind: 'gone' };
  }

  async appendAll(requests: AppendRequest[]): Promise<(AppendResult | null)[]> {
    return Promise.all(requests.map(request => this.append(request).catch(() => null)));
  }

  async add(event: IncomingEvent, act?: Act): Promise<AddResult> {
    return this.#noted(act, (await this.#live?.add(event)) ?? { kind: 'gone' }, told.ofAdded);
  }

  async release(sequence: number, act?: Act): Promise<ReleaseResult> {
    return this.#noted(act, this.#live?.release(sequence) ?? { kind: 'not_found' }, told.ofAdded);
  }

  async replay(request: Replays.ReplayRequest, act?: Act): Promise<Replays.ReplayResult> {
    if (this.#live === null) return { kind: 'gone' };
    return this.#noted(act, await replayRange(this.#live, request), told.ofReplay(request));
  }

  async replayEvent(
    sequence: number,
    destinationId: string | null,
    newId: boolean,
    asked: Replays.AskedReplay | null = null,
    act?: Act,
  ): Promise<Replays.ReplayResult> {
    if (this.#live === null) return { kind: 'gone' };
    const replayed = await replayOne(this.#live, sequence, destinationId, newId, asked);
    return this.#noted(act, replayed, told.ofReplayedEvent(sequence, destinationId));
  }

  async replays(): Promise<Replays.ReplayList | null> {
    return this.#live === null ? null : listReplays(this.#live);
  }

  async replayOf(replayId: number): Promise<Replays.Replay | null> {
    return this.#live === null ? null : findReplay(this.#live, replayId);
  }

  async cancelReplay(replayId: number, act?: Act): Promise<Replays.Replay | null> {
    if (this.#live === null) return null;
    const known = findReplay(this.#live, replayId);
    if (known === null || !isRunning(known)) return known;
    return this.#noted(act, cancelReplay(this.#live, replayId), told.ofCancelledReplay(replayId));
  }

  async retry(destinationId: string, act?: Act): Promise<Replays.RetryResult> {
    if (this.#live === null) return { kind: 'gone' };
    return this.#noted(act, retryDestination(this.#live, destinationId), told.ofRetry(destinationId));
  }

  async testDestination(
    destinationId: string,
    test: DestinationTest,
    act?: Act,
  ): Promise<DestinationTestResult> {
    const live = this.#live;
    if (live === null) return { kind: 'gone' };
    const tested = await live.testDestination(destinationId, test);
    // The webhook may have been deleted while the receiver thought, and its audit log with it.
    return this.#live === live ? this.#noted(act, tested, told.ofTested(destinationId)) : tested;
  }

  async redact(sequence: number, act?: Act): Promise<boolean> {
    if (this.#live === null) return false;
    return this.#noted(act, redactEvent(this.#live, sequence, act), told.ofRedactedEvent(sequence));
  }

  async redactMatching(request: RedactionRequest, act?: Act): Promise<RedactionResult> {
    if (this.#live === null) return { kind: 'gone' };
    return this.#noted(act, redactMatching(this.#live, request, act), told.ofRedaction(request));
  }

  async resolveGaps(request: GapResolution, act?: Act): Promise<ResolveResult> {
    return this.#noted(act, this.#live?.resolveGaps(request) ?? { kind: 'gone' }, told.ofResolved(request));
  }

  async settleNumbering(request: Settlement, act?: Act): Promise<SettleResult> {
    return this.#noted(act, this.#live?.settle(request) ?? { kind: 'gone' }, told.ofSettled(request));
  }

  /** Writes what an act changed into the audit log. With no wait in between, that is one transaction with the change. */
  #noted<T>(act: Act | undefined, result: T, factsOf: (result: T) => Facts | null): T {
    const facts = act === undefined ? null : factsOf(result);
    if (act !== undefined && facts !== null) this.#life.audit.add(act, Date.now(), facts);
    return result;
  }

  async refused(report: RefusalReport): Promise<void> {
    if (this.#live === null) return;
    noteRefused(this.#live, report, Date.now());
    this.#live.committed();
    this.#life.arrange();
  }

  // --- reading ----------------------------------------------------------------------------------------------------

  async refusals(): Promise<RefusalsView | null> {
    return this.#live?.refusals.view(Date.now()) ?? null;
  }

  async audit(after: number | null, limit: number): Promise<AuditPage | null> {
    return this.#live === null ? null : this.#life.audit.page(after, limit);
  }

  async redactions(after: number | null, limit: number): Promise<RedactionsPage | null> {
    return this.#live?.redactions.page(after, limit) ?? null;
  }

  async events(query: Events.EventsQuery): Promise<Events.EventsPage | null> {
    return awaitEvents(() => this.#live, readEvents, query, PLATFORM_CLOCK.now);
  }

  async feed(query: Events.FeedQuery): Promise<Events.FeedPage | null> {
    return awaitEvents(() => this.#live, readFeedPage, query, PLATFORM_CLOCK.now);
  }

  override async fetch(request: Request): Promise<Response> {
    const answer = this.#life.listeners.open(request.url);
    this.#life.arrange();
    return answer;
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#life.listeners.heard(socket, message);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close();
  }

  async event(sequence: number): Promise<Events.EventDetail | null> {
    return this.#live === null ? null : readEvent(this.#live, sequence);
  }

  async gaps(status: GapStatus | null): Promise<GapsReport> {
    return this.#live === null ? { numbered: false } : readGaps(this.#live, status);
  }

  async sequenceMap(query: SequenceMapQuery): Promise<SequenceMap> {
    return this.#live === null ? { kind: 'gone' } : readSequenceMap(this.#live, query);
  }

  async status(): Promise<StatusReport | null> {
    return this.#live === null ? null : readStatus(this.#live);
  }

  override async alarm(): Promise<void> {
    await this.#life.alarm();
  }
}
