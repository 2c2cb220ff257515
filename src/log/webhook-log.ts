/**
 * The Durable Object of one webhook: the shell around its log and its forwarding.
 *
 * It is the writer of the webhook's record and of its KV copy, the place where events are committed, and the owner of
 * the alarm. Its RPC methods answer expected outcomes as values. Without a record it has no tables and every question
 * is answered as for a webhook that does not exist: that is the tombstone of a deleted one.
 */
import { DurableObject } from 'cloudflare:workers';
import { urlProblem } from '../delivery/url-policy';
import { errorName } from '../error-name';
import { readOwnRecord } from '../subscriptions/stored-record';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import { Log } from './commit/event-log';
import { GroupCommit } from './commit/group-commit';
import { slackBody } from './commit/notices';
import { type RedactionPage, redactEntity } from './commit/redaction';
import { Confirmations } from './confirm/confirmations';
import type {
  AddResult,
  AppendRequest,
  AppendResult,
  EventDetail,
  EventsPage,
  EventsQuery,
  FeedPage,
  FeedQuery,
  GapResolution,
  GapStatus,
  GapsReport,
  IncomingEvent,
  ReleaseResult,
  ReplaceResult,
  ReplayRequest,
  ReplayResult,
  ResolveResult,
  StatusReport,
  WebhookObject,
} from './contract';
import { DueTimes } from './due-times';
import { confirmAccess, courierTarget } from './forward/courier-target';
import { Forwarding } from './forward/forwarding';
import { OPERATIONS_ID, operationsDestination, wantsSlackForm } from './forward/operations-destination';
import { replayOne, replayRange } from './forward/replay-requests';
import { KvCopy } from './kv-copy';
import { awaitEvents, readEvents } from './read/event-pages';
import { readFeedPage } from './read/feed-pages';
import { Arrivals } from './read/new-events';
import { readEvent, readGaps, readStatus, resolveGaps } from './read/reading';
import { type KeptAnswer, KeptAnswers } from './store/kept-answers';
import { type RefusalReport, Refusals, type RefusalsView } from './store/refusals';
import { addTables, createTables, hasTables, readState, writeState } from './store/tables';

/** Everything that exists only while the webhook does. */
type Live = {
  webhook: WebhookRecord;
  log: Log;
  forwarding: Forwarding;
  confirmations: Confirmations;
  appends: GroupCommit;
};

export class WebhookLog extends DurableObject<Env> implements WebhookObject {
  #live: Live | null = null;
  #due = new DueTimes(this.ctx.storage, null);
  #arrivals = new Arrivals();
  #refusals = new Refusals(this.ctx.storage.sql);
  #answers = new KeptAnswers(this.ctx.storage.sql);
  #copy = new KvCopy(this.ctx.storage, this.env.SUBSCRIPTIONS, () => this.#live?.webhook ?? null);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    if (!hasTables(ctx.storage.sql)) return;
    const stored = readState(ctx.storage.sql, 'record');
    if (stored === null) return;
    ctx.storage.transactionSync(() => addTables(ctx.storage.sql));
    this.#live = this.#wake(readOwnRecord(stored));
    ctx.blockConcurrencyWhile(async () => {
      this.#due = new DueTimes(ctx.storage, await ctx.storage.getAlarm());
    });
  }

  // --- the record -------------------------------------------------------------------------------------------------

  /** Gives this object its webhook. `exists` when it has one already: the caller picks another id. */
  async create(webhook: WebhookRecord, kept?: KeptAnswer): Promise<'created' | 'exists'> {
    if (!this.#copy.isFree) return 'exists';
    const first = { ...webhook, version: 1 };
    this.ctx.storage.transactionSync(() => {
      createTables(this.ctx.storage.sql);
      writeState(this.ctx.storage.sql, 'record', JSON.stringify(first));
      if (kept !== undefined) this.#answers.keep(kept, Date.now());
    });
    this.#live = this.#wake(first);
    await this.#copy.copy();
    this.#arrange();
    return 'created';
  }

  async getRecord(): Promise<WebhookRecord | null> {
    return this.#live?.webhook ?? null;
  }

  /** Takes a changed record, when it was made from the version this object has. Its version is then one higher. */
  async replace(webhook: WebhookRecord, baseVersion: number, kept?: KeptAnswer): Promise<ReplaceResult> {
    const live = this.#live;
    if (live === null) return { kind: 'gone' };
    if (live.webhook.version !== baseVersion) return { kind: 'conflict' };
    // No await in between: one transaction.
    this.#configure(live, webhook);
    if (kept !== undefined) this.#answers.keep(kept, Date.now());
    await this.#copy.copy();
    this.#arrange();
    return { kind: 'ok', record: live.webhook };
  }

  #configure(live: Live, changed: WebhookRecord): void {
    const webhook = { ...changed, id: live.webhook.id, version: live.webhook.version + 1 };
    live.log.configure(webhook);
    writeState(this.ctx.storage.sql, 'record', JSON.stringify(webhook));
    live.webhook = webhook;
    live.forwarding.configure(this.#destinations(webhook));
    live.forwarding.pump();
  }

  /** Deletes the webhook and all it stored. False when there is none. */
  async remove(baseVersion?: number): Promise<boolean | 'changed'> {
    const live = this.#live;
    if (live === null) return false;
    if (baseVersion !== undefined && live.webhook.version !== baseVersion) return 'changed';
    const buriedUntil = this.#answers.keptUntil(Date.now());
    this.#live = null;
    live.forwarding.stop();
    live.confirmations.stop();
    this.#arrivals.announce();
    await this.ctx.storage.deleteAll();
    this.#due = new DueTimes(this.ctx.storage, null);
    if (buriedUntil !== null) {
      this.#copy.bury(buriedUntil);
      this.#due.arrange([buriedUntil], Date.now());
    }
    await this.#copy.remove(live.webhook.id);
    this.#due.arrange([this.#copy.dueAt()], Date.now());
    return true;
  }

  async recall(key: string): Promise<KeptAnswer | 'deleted' | null> {
    if (this.#live !== null) return this.#answers.find(key, Date.now());
    return this.#copy.isBuried() ? 'deleted' : null;
  }

  // --- events -----------------------------------------------------------------------------------------------------

  /** Commits an authentic event. Resolves after the commit; rejects when nothing could be stored. */
  async append(request: AppendRequest): Promise<AppendResult> {
    const live = this.#live;
    if (live === null) return { kind: 'gone' };
    const { webhook } = live;
    if (request.version !== webhook.version) return { kind: 'stale', record: webhook };
    const secret = webhook.secrets.find(({ id }) => id === request.secretId);
    // The version of an earlier webhook with this id: one that a configuration made, deleted, and made again.
    if (secret === undefined) return { kind: 'stale', record: webhook };
    const usable = secret.usableUntil === null || Date.now() < secret.usableUntil;
    if (!usable) return { kind: 'revoked' };
    const result = await live.appends.append(request.event);
    // Said of added events only.
    return result.kind === 'not_added' ? { kind: 'overloaded' } : result;
  }

  async appendAll(requests: AppendRequest[]): Promise<(AppendResult | null)[]> {
    const failed = (error: unknown): null => {
      const webhook_id = this.#live?.webhook.id;
      console.error({ event: 'append_failed', webhook_id, name: errorName(error) });
      return null;
    };
    return Promise.all(requests.map(request => this.append(request).catch(failed)));
  }

  async release(sequence: number): Promise<ReleaseResult> {
    const live = this.#live;
    const event = live?.log.segments.get(sequence) ?? null;
    if (live === null || event === null) return { kind: 'not_found' };
    if (event.status === 'forwardable') return { kind: 'not_quarantined' };
    if (live.log.segments.body(sequence) === null) return { kind: 'redacted' };
    if (!live.log.release(sequence)) return { kind: 'not_quarantined' };
    this.#afterCommit(live);
    return { kind: 'accepted', sequence, incrementId: event.incrementId };
  }

  /** Sends events of the log again. */
  async replay(request: ReplayRequest): Promise<ReplayResult> {
    return this.#live === null ? { kind: 'gone' } : replayRange(this.#live, request);
  }

  /** Sends one event again, to all destinations that want it or to one that need not. */
  async replayEvent(sequence: number, destinationId: string | null, newId: boolean): Promise<ReplayResult> {
    return this.#live === null ? { kind: 'gone' } : replayOne(this.#live, sequence, destinationId, newId);
  }

  /** Erases an event's body. False when there is no such event. */
  async redact(sequence: number): Promise<boolean> {
    return this.#live?.log.segments.redact(sequence) ?? false;
  }

  /** Erases the bodies of everything about one entity, a bounded number of events at a time. */
  async redactEntity(entityKey: string, after: number): Promise<RedactionPage> {
    if (this.#live === null) return { count: 0, next: null };
    return redactEntity(this.#live.log.segments, entityKey, after);
  }

  /** Takes an event that its operator vouches for. Its bytes prove nothing about the provider (`added.ts`). */
  async add(event: IncomingEvent): Promise<AddResult> {
    return this.#live === null ? { kind: 'gone' } : this.#live.appends.append({ ...event, added: true });
  }

  async resolveGaps(request: GapResolution): Promise<ResolveResult> {
    return this.#live === null ? { kind: 'gone' } : resolveGaps(this.#live, request, Date.now());
  }

  /** What the edge refused. */
  async refused(report: RefusalReport): Promise<void> {
    if (this.#live === null) return;
    this.ctx.storage.transactionSync(() => this.#refusals.add(report, Date.now()));
    this.#arrange();
  }

  async refusals(): Promise<RefusalsView | null> {
    return this.#live === null ? null : this.#refusals.view(Date.now());
  }

  async events(query: EventsQuery): Promise<EventsPage | null> {
    const read = (page: EventsQuery) => (this.#live === null ? null : readEvents(this.#live, page));
    return awaitEvents(read, this.#arrivals, query, () => Date.now());
  }

  async feed(query: FeedQuery): Promise<FeedPage | null> {
    const { sql } = this.ctx.storage;
    const read = (page: FeedQuery) =>
      this.#live === null ? null : readFeedPage({ ...this.#live, sql }, page);
    return awaitEvents(read, this.#arrivals, query, () => Date.now());
  }

  async event(sequence: number): Promise<EventDetail | null> {
    return this.#live === null ? null : readEvent(this.#live, sequence);
  }

  async gaps(status: GapStatus | null): Promise<GapsReport> {
    return this.#live === null ? { numbered: false } : readGaps(this.#live, status);
  }

  async status(): Promise<StatusReport | null> {
    return this.#live === null ? null : readStatus(this.#live, this.#refusals.counts);
  }

  // --- time -------------------------------------------------------------------------------------------------------

  /** Starts whatever is due and sets the next alarm. Never waits for a delivery and never throws. */
  override async alarm(): Promise<void> {
    this.#due.fired();
    const live = this.#live;
    if (live === null) {
      this.#due.arrange([await this.#copy.finish()], Date.now());
      return;
    }
    const now = Date.now();
    attempt(() => isDue(live.log.givesUpAt(), now) && live.log.giveUp(now));
    attempt(() => isDue(live.log.agesAt(), now) && live.log.age(now));
    attempt(() => isDue(live.log.reportsAt(), now) && live.log.sendReports(now));
    attempt(() => this.#arrivals.announce());
    attempt(() => {
      if (!isDue(live.log.dropsAt(), now)) return;
      live.log.retain(now);
      live.forwarding.dropped();
    });
    attempt(() => live.confirmations.pump());
    attempt(() => live.forwarding.pump());
    attempt(() => isDue(this.#refusals.expiresAt(), now) && this.#refusals.expire(now));
    if (isDue(this.#copy.dueAt(), now)) await this.#copy.copy().catch(alarmFailed);
    this.#arrange();
  }

  #arrange(): void {
    const live = this.#live;
    if (live === null) return;
    const { log, forwarding, confirmations } = live;
    const times = [
      log.givesUpAt(),
      log.agesAt(),
      log.reportsAt(),
      log.dropsAt(),
      this.#copy.dueAt(),
      this.#refusals.expiresAt(),
      forwarding.nextAt(),
      confirmations.nextAt(),
    ];
    this.#due.arrange(times, Date.now());
  }

  // --- assembly ---------------------------------------------------------------------------------------------------

  #wake(webhook: WebhookRecord): Live {
    const { storage } = this.ctx;
    const log = new Log(storage, webhook, this.env.OPERATIONS_URL !== '');
    const now = (): number => Date.now();
    const random = (): number => Math.random();
    const forwarding = new Forwarding(this.#destinations(webhook), {
      storage,
      log,
      target: destination => courierTarget(this.env, live.webhook, destination, Date.now()),
      deliver: (target, events) => this.ctx.exports.Courier.deliver(target, events),
      body: ({ event, destinationId }) => {
        const body = log.segments.body(event.sequence);
        const slack = destinationId === OPERATIONS_ID && wantsSlackForm(this.env.OPERATIONS_URL);
        return body !== null && slack ? slackBody(body) : body;
      },
      report: (topic, happening) => log.report(topic, happening, Date.now()),
      now,
      random,
      later: (ms, action) => {
        const timer = setTimeout(action, ms);
        return () => clearTimeout(timer);
      },
      rescheduled: () => this.#arrange(),
      abort: why => this.ctx.abort(why),
      gone: destinationId => this.#disable(live, destinationId),
    });
    const confirmations = new Confirmations({
      sql: storage.sql,
      log,
      fetch: (input, init) => fetch(input, init),
      access: () => confirmAccess(this.env, live.webhook),
      urlProblem: url => urlProblem(url, this.env.ALLOW_PRIVATE_DESTINATIONS === '1'),
      release: sequence => void log.release(sequence),
      now,
      random,
      changed: () => {
        if (this.#live === live) this.#afterCommit(live);
      },
    });
    const appends = new GroupCommit(
      events => {
        if (this.#live !== live) return events.map(() => ({ kind: 'gone' }));
        return log.append(events, Date.now());
      },
      () => {
        if (this.#live === live) this.#afterCommit(live);
      },
    );
    this.#copy.begin(webhook, Date.now());
    const live: Live = { webhook, log, forwarding, confirmations, appends };
    return live;
  }

  /** After something was committed: the log may age at another time, and there may be something to send. */
  #afterCommit(live: Live): void {
    this.#arrivals.announce();
    live.confirmations.pump();
    live.forwarding.pump();
  }

  #disable(live: Live, destinationId: string): void {
    const destinations = live.webhook.destinations.map(destination =>
      destination.id === destinationId ? { ...destination, isActive: false } : destination,
    );
    this.#configure(live, { ...live.webhook, destinations, updatedAt: Date.now() });
    const url = destinations.find(({ id }) => id === destinationId)?.url ?? null;
    const reason = 'it answered 410 Gone';
    const happening = { destination_id: destinationId, url, reason };
    live.log.report('gateway:destination_disabled', happening, Date.now());
    live.forwarding.pump();
    this.#copy.defer(Date.now());
    this.#arrange();
  }

  #destinations({ destinations }: WebhookRecord): DestinationRecord[] {
    const operations = operationsDestination(this.env.OPERATIONS_URL);
    return operations === null ? destinations : [...destinations, operations];
  }
}

const isDue = (at: number | null, now: number): boolean => at !== null && at <= now;

/**
 * A part of what an alarm is for: one that fails does not keep the others from being done, and is due again. Alarms that
 * throw are dropped after six tries.
 */
function attempt(part: () => unknown): void {
  try {
    part();
  } catch (error) {
    alarmFailed(error);
  }
}

const alarmFailed = (error: unknown): void =>
  console.error({ event: 'alarm_failed', name: errorName(error) });
