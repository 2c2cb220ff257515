/**
 * A webhook while it exists: assembles its log, forwarding, confirmations and refusals, and connects them.
 *
 * It knows nothing of the platform. Storage, clock, randomness and the outside world are passed in (`Means`), so that
 * simulations run the same code as the Durable Object (`WebhookLog`). It sets no alarm: `chores` says what is due when.
 */
import type { Clock } from '../clock';
import type { Log } from '../log-line';
import { providerOf } from '../providers/registry';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import { type Chore, choresOf } from './chores';
import { EventLog } from './commit/event-log';
import { GroupCommit } from './commit/group-commit';
import { KeptCounts } from './commit/kept-counts';
import { Confirmations, MAX_CONFIRMING } from './confirm/confirmations';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './contract/append';
import type { DestinationTest, DestinationTestResult } from './contract/destination-test';
import type { FeedPosition } from './contract/events';
import type { GapResolution, ResolveResult } from './contract/gaps';
import type { Settlement, SettleResult } from './contract/numbering';
import { testDestination } from './destination-test';
import { DestinationWatch } from './destination-watch';
import { OWN_CONNECTIONS } from './forward/courier-pool';
import type { Delivery } from './forward/delivery';
import { inForm } from './forward/forms/form';
import { Forwarding } from './forward/forwarding';
import { OPERATIONS_ID, operationsDestination } from './forward/operations-destination';
import { WriteWatch } from './forward/write-watch';
import { audienceOf, type Means } from './means';
import { closedGaps, isNumbered, readGaps } from './read/gaps';
import { NewEvents } from './read/new-events';
import { StreamedReplays } from './read/streamed-replays';
import { StorageFull, StorageWatch } from './storage-watch';
import { writeDocument } from './store/documents';
import { RedactionRows } from './store/redaction-rows';
import { Refusals } from './store/refusals';

/** One webhook, restored from its storage. Making one sends nothing. */
export class LiveWebhook {
  readonly log: EventLog;
  readonly forwarding: Forwarding;
  readonly confirmations: Confirmations;
  readonly refusals: Refusals;
  readonly redactions: RedactionRows;
  readonly streamed: StreamedReplays;
  readonly writes: WriteWatch;
  readonly space: StorageWatch;
  readonly watch: DestinationWatch;
  readonly newEvents = new NewEvents();
  /** All work that waits for a time, in the order in which an alarm runs it. */
  readonly chores: readonly Chore[];
  #means: Means;
  #webhook: WebhookRecord;
  #appends: GroupCommit;
  #counts: KeptCounts;
  #stopped = false;

  constructor(webhook: WebhookRecord, means: Means) {
    const { storage, clock, random, memory } = means;
    this.#means = means;
    this.#webhook = webhook;
    this.refusals = new Refusals(storage.sql);
    this.redactions = new RedactionRows(storage.sql);
    this.streamed = new StreamedReplays(storage.sql);
    this.writes = new WriteWatch({ storage, clock, memory: means.suspension, log: this.#log });
    this.log = new EventLog(storage, webhook, audienceOf(means), memory.recent);
    const { feed, tables } = this.log;
    this.space = new StorageWatch(means, this);
    this.#counts = new KeptCounts({ sql: storage.sql, clock, log: this.log, refused: this.#refused });
    this.forwarding = new Forwarding(this.#destinations(), {
      ...{ storage, feed, days: tables.days, clock, random, writes: this.writes },
      memory: memory.deliveries,
      couriers: {
        own: OWN_CONNECTIONS - (providerOf(webhook)?.confirm ? MAX_CONFIRMING : 0),
        target: destination => means.target(this.#webhook, destination),
        deliver: means.deliver,
        body: delivery => this.#bodyOf(delivery),
        hasBody: ({ event }) => feed.hasBody(event.sequence),
      },
      owner: {
        rescheduled: means.rescheduled,
        abort: means.abort,
        alert: changes => this.log.alert(changes, clock.now()),
        gone: destinationId => this.#disable(destinationId),
        ended: ends => this.newEvents.ended(ends),
        log: this.#log,
      },
    });
    this.confirmations = new Confirmations({
      ...{ log: this.log, rows: tables.confirmations, clock, random },
      api: {
        ...means.api,
        rules: () => providerOf(this.#webhook)?.confirm ?? null,
        access: account => means.api.access(this.#webhook, account),
      },
      changed: () => this.committed(),
    });
    this.#appends = new GroupCommit(
      events => {
        if (this.#stopped) return events.map(() => ({ kind: 'gone' }));
        if (!this.space.hasRoom(events)) throw new StorageFull();
        return this.log.append(events, clock.now());
      },
      all => {
        if (all) this.writes.stored();
        this.committed();
      },
      this.#refused,
      { share: memory.requests.share(), deliveriesWait: () => this.forwarding.isBusy },
    );
    this.watch = new DestinationWatch(this);
    this.chores = choresOf(this, now => this.#drop(now));
  }

  #log: Log = (line, fields) => this.#means.log(line, { webhook_id: this.#webhook.id, ...fields });

  get clock(): Clock {
    return this.#means.clock;
  }

  get webhook(): WebhookRecord {
    return this.#webhook;
  }

  /** Stores a changed record under the next version above `after`, and works by it from now on. */
  configure(changed: WebhookRecord, after = 0): void {
    const { id, version, isActive } = this.#webhook;
    const webhook = { ...changed, id, version: Math.max(version, after) + 1 };
    this.log.configure(webhook, this.#means.clock.now());
    writeDocument(this.#means.storage.sql, 'record', JSON.stringify(webhook));
    this.#webhook = webhook;
    this.forwarding.configure(this.#destinations(), webhook.isActive && !isActive);
    this.forwarding.pump();
  }

  /** After its storage was taken back: versions and places in the feed up to these are known to others as something else. */
  goOnAbove(version: number, end: FeedPosition | null): void {
    if (end !== null) this.log.skipTo(end);
    if (this.#webhook.version <= version) this.configure(this.#webhook, version);
    this.#means.recordChanged();
  }

  /** Ends all work of a deleted webhook. Appends are answered `gone`. */
  stop(): void {
    this.#stopped = true;
    this.#counts.stop();
    this.forwarding.stop();
    this.confirmations.stop();
    this.newEvents.announce();
  }

  /** Commits an authentic event. Resolves after the commit, or with why it could not be stored. */
  async append({ version, secretId, event }: AppendRequest): Promise<AppendResult> {
    // Nobody has a later version than this object, unless its storage was taken back.
    if (version > this.#webhook.version) this.goOnAbove(version, null);
    const webhook = this.#webhook;
    if (version !== webhook.version) return { kind: 'stale', record: webhook };
    const secret = webhook.secrets.find(({ id }) => id === secretId);
    // The edge may know an earlier webhook with this id and version, which a configuration deleted and made again.
    if (secret === undefined) return { kind: 'stale', record: webhook };
    const usable = secret.usableUntil === null || this.#means.clock.now() < secret.usableUntil;
    if (!usable) return { kind: 'revoked' };
    const result = await this.#appends.append({ ...event, secretId });
    // Cannot happen: only events added by hand get this result.
    return result.kind === 'not_added' ? { kind: 'overloaded' } : result;
  }

  /** Commits an event that an operator added. Its bytes prove nothing about the provider (`added-by-hand.ts`). */
  add(event: IncomingEvent): Promise<AddResult> {
    return this.#appends.append({ ...event, added: true });
  }

  /** Puts a quarantined or held event into the feed. */
  release(sequence: number): ReleaseResult {
    const { feed } = this.log;
    const event = feed.event(sequence);
    if (event === null) return { kind: 'not_found' };
    if (event.status === 'forwardable') return { kind: 'not_quarantined', wasLetGo: event.deferred };
    if (feed.body(sequence) === null) return { kind: 'redacted' };
    if (!this.log.release(sequence)) return { kind: 'not_quarantined' };
    this.committed();
    return { kind: 'accepted', sequence, incrementId: event.incrementId };
  }

  /** Closes the holes of a range by hand. Gives their entries in the gap list. */
  resolveGaps(request: GapResolution): ResolveResult {
    if (!isNumbered(this.#webhook)) return { kind: 'unnumbered' };
    const resolution = this.log.closeGaps(request, this.#means.clock.now());
    this.newEvents.announce();
    return resolution.kind === 'ok' ? closedGaps(this, resolution) : resolution;
  }

  /** Settles by hand whether a new numbering began. Gives the gap list after it. */
  settle(request: Settlement): SettleResult {
    const refusal = this.log.settle(request, this.#means.clock.now());
    this.committed();
    return refusal ?? { kind: 'ok', report: readGaps(this, null) };
  }

  /** Nothing was committed, so nothing is sent for it. A pump only arranges the next probe. */
  #refused = (error: unknown, written: 'events' | 'counts' = 'events'): void => {
    this.writes.failed(written, error);
    if (this.writes.probeAt !== null) this.forwarding.pump();
  };

  /** Sends a test, which leaves nothing behind. */
  testDestination(destinationId: string, test: DestinationTest): Promise<DestinationTestResult> {
    return testDestination(this.#means, this.#webhook, destinationId, test);
  }

  /** A commit may have left something to read, to confirm and to send. */
  committed(): void {
    if (this.#stopped) return;
    this.space.look();
    this.#counts.look();
    this.newEvents.announce();
    this.confirmations.pump();
    this.forwarding.pump();
  }

  #drop(now: number): void {
    this.log.drop(now);
    this.forwarding.dropped();
    this.space.look(true);
  }

  #disable(destinationId: string): void {
    const destinations = this.#webhook.destinations.map(destination =>
      destination.id === destinationId ? { ...destination, isActive: false } : destination,
    );
    const now = this.#means.clock.now();
    this.configure({ ...this.#webhook, destinations, updatedAt: now });
    const url = destinations.find(({ id }) => id === destinationId)?.url ?? null;
    const details = { destination_id: destinationId, url, reason: 'it answered 410 Gone' };
    this.log.alert([{ kind: 'begin', condition: 'disabled', details }], now);
    this.forwarding.pump();
    this.#means.recordChanged();
  }

  #bodyOf({ event, destinationId }: Delivery): Uint8Array | null {
    const body = this.log.feed.body(event.sequence);
    const isOperators = body !== null && destinationId === OPERATIONS_ID;
    return isOperators ? inForm(this.#means.operationsUrl, body) : body;
  }

  #destinations(): DestinationRecord[] {
    const operations = operationsDestination(this.#means.operationsUrl);
    return [...this.#webhook.destinations, ...(operations === null ? [] : [operations])];
  }
}
