/**
 * The Durable Object of one webhook: what may be asked of it. Its methods return expected outcomes as values. How a
 * webhook comes and goes is in `Lifetime`; what happens to an event is decided in `LiveWebhook`.
 */
import { DurableObject } from 'cloudflare:workers';
import { PLATFORM_CLOCK } from '../clock';
import { setVersion } from '../log-line';
import type { WebhookRecord } from '../subscriptions/webhook';
import { noteRefused } from './commit/refused-requests';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './contract/append';
import type * as Events from './contract/events';
import type { GapResolution, GapStatus, GapsReport, ResolveResult } from './contract/gaps';
import type { KeptAnswer } from './contract/kept-answer';
import type { Settlement, SettleResult } from './contract/numbering';
import type { RecoveryRequest, RecoveryResult } from './contract/recovery';
import type { RefusalReport, RefusalsView } from './contract/refusals';
import type * as Replays from './contract/replays';
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
import { readStatus } from './read/status';
import { redactEntity, redactEvent } from './redaction';
import { cancelReplay, findReplay, listReplays, replayOne, replayRange } from './replay-requests';

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

  async create(webhook: WebhookRecord, kept?: KeptAnswer): Promise<CreateResult> {
    return this.#life.create(webhook, kept);
  }

  async getRecord(): Promise<WebhookRecord | null> {
    return this.#live?.webhook ?? null;
  }

  async wake(): Promise<number | null> {
    return this.#life.wake();
  }

  async replace(webhook: WebhookRecord, baseVersion: number, kept?: KeptAnswer): Promise<ReplaceResult> {
    return this.#life.replace(webhook, baseVersion, kept);
  }

  async remove(baseVersion?: number): Promise<boolean | 'changed'> {
    return this.#life.remove(baseVersion);
  }

  async recall(key: string): Promise<KeptAnswer | 'deleted' | null> {
    return this.#life.recall(key);
  }

  async recover(request: RecoveryRequest): Promise<RecoveryResult> {
    return this.#life.recover(request);
  }

  // --- events -----------------------------------------------------------------------------------------------------

  async append(request: AppendRequest): Promise<AppendResult> {
    return this.#live?.append(request) ?? { kind: 'gone' };
  }

  async appendAll(requests: AppendRequest[]): Promise<(AppendResult | null)[]> {
    return Promise.all(requests.map(request => this.append(request).catch(() => null)));
  }

  async add(event: IncomingEvent): Promise<AddResult> {
    return this.#live?.add(event) ?? { kind: 'gone' };
  }

  async release(sequence: number): Promise<ReleaseResult> {
    return this.#live?.release(sequence) ?? { kind: 'not_found' };
  }

  async replay(request: Replays.ReplayRequest): Promise<Replays.ReplayResult> {
    return this.#live === null ? { kind: 'gone' } : replayRange(this.#live, request);
  }

  async replayEvent(
    sequence: number,
    destinationId: string | null,
    newId: boolean,
    asked: Replays.AskedReplay | null = null,
  ): Promise<Replays.ReplayResult> {
    if (this.#live === null) return { kind: 'gone' };
    return replayOne(this.#live, sequence, destinationId, newId, asked);
  }

  async replays(): Promise<Replays.ReplayList | null> {
    return this.#live === null ? null : listReplays(this.#live);
  }

  async replayOf(replayId: number): Promise<Replays.Replay | null> {
    return this.#live === null ? null : findReplay(this.#live, replayId);
  }

  async cancelReplay(replayId: number): Promise<Replays.Replay | null> {
    return this.#live === null ? null : cancelReplay(this.#live, replayId);
  }

  async retry(destinationId: string): Promise<Replays.RetryResult> {
    return this.#live === null ? { kind: 'gone' } : retryDestination(this.#live, destinationId);
  }

  async redact(sequence: number): Promise<boolean> {
    return this.#live !== null && redactEvent(this.#live, sequence);
  }

  async redactEntity(entityKey: string, after: number): Promise<Events.RedactionPage> {
    return this.#live === null ? { count: 0, next: null } : redactEntity(this.#live, entityKey, after);
  }

  async resolveGaps(request: GapResolution): Promise<ResolveResult> {
    return this.#live?.resolveGaps(request) ?? { kind: 'gone' };
  }

  async settleNumbering(request: Settlement): Promise<SettleResult> {
    return this.#live?.settle(request) ?? { kind: 'gone' };
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

  async events(query: Events.EventsQuery): Promise<Events.EventsPage | null> {
    return awaitEvents(() => this.#live, readEvents, query, PLATFORM_CLOCK.now);
  }

  async feed(query: Events.FeedQuery): Promise<Events.FeedPage | null> {
    return awaitEvents(() => this.#live, readFeedPage, query, PLATFORM_CLOCK.now);
  }

  override async fetch(request: Request): Promise<Response> {
    return this.#life.listeners.open(request.url);
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

  async status(): Promise<StatusReport | null> {
    return this.#live === null ? null : readStatus(this.#live);
  }

  override async alarm(): Promise<void> {
    await this.#life.alarm();
  }
}
