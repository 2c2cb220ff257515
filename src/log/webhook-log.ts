/**
 * The Durable Object of one webhook: the platform around `LiveWebhook`, with storage, alarm and RPC.
 *
 * Only this object writes the webhook's record and its KV copy. Its RPC methods return expected outcomes as values. A deleted
 * webhook leaves no record and no tables, and is as one that never was. What happens to an event is decided in `LiveWebhook`.
 */
import { DurableObject } from 'cloudflare:workers';
import { PLATFORM_CLOCK } from '../clock';
import { setVersion } from '../log-line';
import { completed, readOwnRecord } from '../subscriptions/stored-record';
import type { WebhookRecord } from '../subscriptions/webhook';
import { Alarm } from './alarm';
import { noteRefused } from './commit/refused-requests';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './contract/append';
import type * as Events from './contract/events';
import type { GapResolution, GapStatus, GapsReport, ResolveResult } from './contract/gaps';
import type { KeptAnswer } from './contract/kept-answer';
import type { Settlement, SettleResult } from './contract/numbering';
import type { RecoveryRequest, RecoveryResult } from './contract/recovery';
import type { RefusalReport, RefusalsView } from './contract/refusals';
import type { ReplayRequest, ReplayResult, RetryResult } from './contract/replays';
import type { StatusReport } from './contract/status';
import type { CreateResult, ReplaceResult, WebhookObject } from './contract/webhook-object';
import { retryDestination } from './forward/retry-requests';
import { KvCopy } from './kv-copy';
import { LiveWebhook } from './live-webhook';
import { platformListeners } from './platform-listeners';
import { platformMeans } from './platform-means';
import { readEvent } from './read/event-detail';
import { readEvents } from './read/event-pages';
import { readFeedPage } from './read/feed-pages';
import { readGaps } from './read/gaps';
import { awaitEvents } from './read/new-events';
import { readStatus } from './read/status';
import { Recovery } from './recovery';
import { redactEntity, redactEvent } from './redaction';
import { readDocument, writeDocument } from './store/documents';
import { KeptAnswers } from './store/kept-answers';
import { createTables, hasTables, openTables } from './store/tables';

/** The class that Cloudflare instantiates, once per webhook id. The interface says what each method gives. */
export class WebhookLog extends DurableObject<Env> implements WebhookObject {
  /** Null while there is no webhook. To be read as `#live`. */
  #webhook: LiveWebhook | null = null;
  #alarm = new Alarm(this.ctx.storage);
  #answers = new KeptAnswers(this.ctx.storage.sql);
  #recovery = new Recovery(this.ctx.storage, () => this.ctx.abort('It starts anew from an earlier moment.'));
  #copy = new KvCopy(this.ctx.storage, this.env.SUBSCRIPTIONS, () => this.#webhook?.webhook ?? null);
  #listeners = platformListeners(this.ctx, this.env, () => this.#webhook);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setVersion(env);
    const stored = hasTables(ctx.storage.sql) ? readDocument(ctx.storage.sql, 'record') : null;
    if (stored === null) return;
    openTables(ctx.storage);
    this.#webhook = this.#begin(readOwnRecord(stored));
    ctx.blockConcurrencyWhile(() => this.#alarm.find());
  }

  /** The webhook, for every call: whatever is asked of an object, it sees to its alarm. */
  get #live(): LiveWebhook | null {
    this.#recovery.check();
    this.#alarm.check();
    return this.#webhook;
  }

  // --- the record -------------------------------------------------------------------------------------------------

  async create(webhook: WebhookRecord, kept?: KeptAnswer): Promise<CreateResult> {
    if (!this.#copy.isFree) return 'exists';
    // An edge of an earlier release may know fewer fields.
    const first = completed({ ...webhook, version: 1 });
    this.ctx.storage.transactionSync(() => {
      createTables(this.ctx.storage.sql);
      writeDocument(this.ctx.storage.sql, 'record', JSON.stringify(first));
      if (kept !== undefined) this.#answers.keep(kept, Date.now());
    });
    this.#webhook = this.#begin(first);
    await this.#copy.copy();
    this.#alarm.arrange();
    return this.#copy.dueAt() === null ? 'created' : 'created_uncopied';
  }

  async getRecord(): Promise<WebhookRecord | null> {
    return this.#live?.webhook ?? null;
  }

  async wake(): Promise<number | null> {
    if (this.#live === null) await this.#finish();
    this.#alarm.arrange();
    return this.#alarm.dueAt();
  }

  async replace(webhook: WebhookRecord, baseVersion: number, kept?: KeptAnswer): Promise<ReplaceResult> {
    const live = this.#live;
    if (live === null) return { kind: 'gone' };
    if (live.webhook.version !== baseVersion) return { kind: 'conflict' };
    // No await between these writes, so the runtime commits them as one transaction.
    live.configure(completed(webhook));
    if (kept !== undefined) this.#answers.keep(kept, Date.now());
    await this.#copy.copy();
    this.#alarm.arrange();
    return { kind: 'ok', record: live.webhook };
  }

  async remove(baseVersion?: number): Promise<boolean | 'changed'> {
    const live = this.#live;
    if (live === null) return false;
    if (baseVersion !== undefined && live.webhook.version !== baseVersion) return 'changed';
    const buriedUntil = this.#answers.keptUntil(Date.now());
    this.#listeners.end('webhook_deleted');
    this.#webhook = null;
    live.stop();
    await this.ctx.storage.deleteAll();
    this.#alarm.deleted();
    if (buriedUntil !== null) this.#copy.bury(buriedUntil);
    this.#alarm.arrangeAt(buriedUntil);
    await this.#copy.remove(live.webhook.id);
    this.#alarm.arrangeAt(this.#copy.dueAt());
    return true;
  }

  async recall(key: string): Promise<KeptAnswer | 'deleted' | null> {
    if (this.#live !== null) return this.#answers.find(key, Date.now());
    return this.#copy.isBuried() ? 'deleted' : null;
  }

  async recover(request: RecoveryRequest): Promise<RecoveryResult> {
    return this.#recovery.answer(request, this.#live, Date.now());
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

  async replay(request: ReplayRequest): Promise<ReplayResult> {
    return this.#live?.replay(request) ?? { kind: 'gone' };
  }

  async replayEvent(sequence: number, destinationId: string | null, newId: boolean): Promise<ReplayResult> {
    return this.#live?.replayEvent(sequence, destinationId, newId) ?? { kind: 'gone' };
  }

  async retry(destinationId: string): Promise<RetryResult> {
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
    this.#alarm.arrange();
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
    return this.#listeners.open(request.url);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#listeners.heard(socket, message);
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

  // --- time and assembly ------------------------------------------------------------------------------------------

  override async alarm(): Promise<void> {
    this.#alarm.fired();
    await (this.#webhook === null ? this.#finish() : this.#alarm.run());
  }

  /** Removes what is left of a deleted webhook. */
  #finish = (): Promise<void> => this.#alarm.attempt('remove', () => this.#copy.finish());

  #begin(webhook: WebhookRecord): LiveWebhook {
    this.#copy.begin(webhook, Date.now());
    const means = platformMeans(this.ctx, this.env, {
      rescheduled: () => this.#alarm.arrange(),
      recordChanged: () => {
        this.#copy.defer(Date.now());
        this.#alarm.arrange();
      },
    });
    const live = new LiveWebhook(webhook, means);
    live.newEvents.follow(this.#listeners);
    this.#alarm.serve(webhook.id, [...live.chores, this.#copy.chore]);
    return live;
  }
}
