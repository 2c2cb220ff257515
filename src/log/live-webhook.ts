/**
 * A webhook while it exists: its log, its forwarding, its confirmations and what else belongs to it, assembled in one
 * place.
 *
 * It is an object's without the platform: storage, clock, chance and the outside world are passed in (`Means`), so that
 * simulations run the very same code. `WebhookLog` is the object around it.
 */

import type { Clock } from '../clock';
import type { AttemptResult, CourierTarget, OpenedTarget, OutgoingEvent } from '../delivery/outgoing';
import { providerOf } from '../providers/registry';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import type { Chore } from './chores';
import { EventLog } from './commit/event-log';
import { GroupCommit } from './commit/group-commit';
import { type ConfirmationApi, Confirmations } from './confirm/confirmations';
import type { AddResult, AppendRequest, AppendResult, IncomingEvent, ReleaseResult } from './contract/append';
import type { GapResolution, ResolveResult } from './contract/gaps';
import type { ReplayRequest, ReplayResult } from './contract/replays';
import type { Delivery } from './forward/delivery';
import { Forwarding } from './forward/forwarding';
import {
  OPERATIONS_ID,
  operationsDestination,
  slackBody,
  wantsSlackForm,
} from './forward/operations-destination';
import { type ReplayParts, replayOne, replayRange } from './forward/replay-requests';
import { closedGaps, isNumbered } from './read/gaps';
import { NewEvents } from './read/new-events';
import { writeDocument } from './store/documents';
import { Refusals } from './store/refusals';

/** What a live webhook is given from outside. */
export type Means = {
  storage: DurableObjectStorage;
  clock: Clock;
  /** 0 ≤ n < 1 */
  random: () => number;
  /** Where the operator of the gateway wants every webhook's operational events; empty for nowhere. */
  operationsUrl: string;
  /** A destination as couriers need it; null when its secrets cannot be opened. */
  target: (webhook: WebhookRecord, destination: DestinationRecord) => Promise<OpenedTarget | null>;
  deliver: (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;
  /** How the provider's API is reached. */
  api: Pick<ConfirmationApi, 'fetch' | 'urlProblem'> & {
    access: (webhook: WebhookRecord, account: string | null) => ReturnType<ConfirmationApi['access']>;
  };
  /** Something changed that the alarm depends on. */
  rescheduled: () => void;
  /** The webhook changed its own record. */
  recordChanged: () => void;
  /** Ends the object; its next request or alarm starts from what is stored. */
  abort: (why: string) => void;
};

export class LiveWebhook {
  readonly log: EventLog;
  readonly forwarding: Forwarding;
  readonly confirmations: Confirmations;
  readonly refusals: Refusals;
  readonly newEvents = new NewEvents();
  /** Everything that waits for a moment, in the order in which an alarm does it. */
  readonly chores: readonly Chore[];
  #means: Means;
  #webhook: WebhookRecord;
  #appends: GroupCommit;
  #stopped = false;

  constructor(webhook: WebhookRecord, means: Means) {
    const { storage, clock, random } = means;
    this.#means = means;
    this.#webhook = webhook;
    this.refusals = new Refusals(storage.sql);
    this.log = new EventLog(storage, webhook, means.operationsUrl !== '');
    const { feed, tables } = this.log;
    this.forwarding = new Forwarding(this.#destinations(), {
      ...{ storage, feed, days: tables.days, clock, random },
      couriers: {
        target: destination => means.target(this.#webhook, destination),
        deliver: means.deliver,
        body: delivery => this.#bodyOf(delivery),
      },
      owner: {
        rescheduled: means.rescheduled,
        abort: means.abort,
        addNotice: (topic, details) => this.log.addNotice(topic, details, clock.now()),
        gone: destinationId => this.#disable(destinationId),
      },
    });
    this.confirmations = new Confirmations({
      ...{ log: this.log, rows: tables.confirmations, clock, random },
      api: {
        ...means.api,
        rules: () => providerOf(this.#webhook)?.confirm ?? null,
        access: account => means.api.access(this.#webhook, account),
      },
      changed: () => this.#afterCommit(),
    });
    this.#appends = new GroupCommit(
      events => {
        if (this.#stopped) return events.map(() => ({ kind: 'gone' }));
        return this.log.append(events, clock.now());
      },
      () => this.#afterCommit(),
    );
    this.chores = this.#listChores();
  }

  #listChores(): Chore[] {
    const { log, forwarding, confirmations, refusals } = this;
    return [
      { name: 'hold', dueAt: () => log.holdEndsAt(), run: now => log.endHold(now) },
      { name: 'gaps', dueAt: () => log.agesAt(), run: now => log.age(now) },
      { name: 'notices', dueAt: () => log.noticesAt(), run: now => log.sendNotices(now) },
      // What the chores before may have added.
      { name: 'readers', dueAt: () => null, run: () => this.newEvents.announce(), always: true },
      { name: 'retention', dueAt: () => log.dropsAt(), run: now => this.#drop(now) },
      {
        name: 'confirmations',
        dueAt: () => confirmations.nextAt(),
        run: () => confirmations.pump(),
        always: true,
      },
      { name: 'forwarding', dueAt: () => forwarding.nextAt(), run: () => forwarding.pump(), always: true },
      { name: 'refusals', dueAt: () => refusals.expiresAt(), run: now => refusals.expire(now) },
    ];
  }

  get webhook(): WebhookRecord {
    return this.#webhook;
  }

  /** Takes over a changed record; it gets the next version. */
  configure(changed: WebhookRecord): void {
    const { id, version } = this.#webhook;
    const webhook = { ...changed, id, version: version + 1 };
    this.log.configure(webhook);
    writeDocument(this.#means.storage.sql, 'record', JSON.stringify(webhook));
    this.#webhook = webhook;
    this.forwarding.configure(this.#destinations());
    this.forwarding.pump();
  }

  /** The webhook is deleted. */
  stop(): void {
    this.#stopped = true;
    this.forwarding.stop();
    this.confirmations.stop();
    this.newEvents.announce();
  }

  /** Commits an authentic event. Resolves after the commit; rejects when nothing could be stored. */
  async append({ version, secretId, event }: AppendRequest): Promise<AppendResult> {
    const webhook = this.#webhook;
    if (version !== webhook.version) return { kind: 'stale', record: webhook };
    const secret = webhook.secrets.find(({ id }) => id === secretId);
    // The version of an earlier webhook with this id: one that a configuration made, deleted, and made again.
    if (secret === undefined) return { kind: 'stale', record: webhook };
    const usable = secret.usableUntil === null || this.#means.clock.now() < secret.usableUntil;
    if (!usable) return { kind: 'revoked' };
    const result = await this.#appends.append(event);
    // Said of added events only.
    return result.kind === 'not_added' ? { kind: 'overloaded' } : result;
  }

  /** Takes an event that its operator vouches for. Its bytes prove nothing about the provider (`added-by-hand.ts`). */
  add(event: IncomingEvent): Promise<AddResult> {
    return this.#appends.append({ ...event, added: true });
  }

  /** Lets a quarantined or held event go. */
  release(sequence: number): ReleaseResult {
    const { feed } = this.log;
    const event = feed.event(sequence);
    if (event === null) return { kind: 'not_found' };
    if (event.status === 'forwardable') return { kind: 'not_quarantined' };
    if (feed.body(sequence) === null) return { kind: 'redacted' };
    if (!this.log.release(sequence)) return { kind: 'not_quarantined' };
    this.#afterCommit();
    return { kind: 'accepted', sequence, incrementId: event.incrementId };
  }

  /** Closes the holes of a range by hand, and shows the entries that became of them. */
  resolveGaps(request: GapResolution): ResolveResult {
    if (!isNumbered(this.#webhook)) return { kind: 'unnumbered' };
    const resolution = this.log.closeGaps(request, this.#means.clock.now());
    return resolution.kind === 'ok' ? closedGaps(this, resolution) : resolution;
  }

  /** Sends events of the log again. */
  replay(request: ReplayRequest): Promise<ReplayResult> {
    return replayRange(this.#replayParts, request);
  }

  /** Sends one event again, to all destinations that want it or to one that need not. */
  replayEvent(sequence: number, destinationId: string | null, newId: boolean): Promise<ReplayResult> {
    return replayOne(this.#replayParts, sequence, destinationId, newId);
  }

  get #replayParts(): ReplayParts {
    const { webhook, forwarding, log } = this;
    return { webhook, forwarding, feed: log.feed, clock: this.#means.clock };
  }

  /** After something was committed: there may be something to read, to confirm and to send. */
  #afterCommit(): void {
    if (this.#stopped) return;
    this.newEvents.announce();
    this.confirmations.pump();
    this.forwarding.pump();
  }

  #drop(now: number): void {
    this.log.drop(now);
    this.forwarding.dropped();
  }

  #disable(destinationId: string): void {
    const destinations = this.#webhook.destinations.map(destination =>
      destination.id === destinationId ? { ...destination, isActive: false } : destination,
    );
    const now = this.#means.clock.now();
    this.configure({ ...this.#webhook, destinations, updatedAt: now });
    const url = destinations.find(({ id }) => id === destinationId)?.url ?? null;
    const details = { destination_id: destinationId, url, reason: 'it answered 410 Gone' };
    this.log.addNotice('gateway:destination_disabled', details, now);
    this.forwarding.pump();
    this.#means.recordChanged();
  }

  #bodyOf({ event, destinationId }: Delivery): Uint8Array | null {
    const body = this.log.feed.body(event.sequence);
    const slack = destinationId === OPERATIONS_ID && wantsSlackForm(this.#means.operationsUrl);
    return body !== null && slack ? slackBody(body) : body;
  }

  #destinations(): DestinationRecord[] {
    const { destinations } = this.#webhook;
    const operations = operationsDestination(this.#means.operationsUrl);
    return operations === null ? destinations : [...destinations, operations];
  }
}
