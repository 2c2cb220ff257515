/**
 * A webhook's object without its shell: the real Log and Forwarding on an object's real database, with a clock, a
 * chance and couriers that the test controls. What `WebhookLog` does around them, this does the same way.
 */
import type {
  AttemptResult,
  CourierTarget,
  OpenedTarget,
  OutgoingEvent,
} from '../../../src/delivery/outgoing';
import { Log } from '../../../src/log/commit/event-log';
import type { AddResult, IncomingEvent } from '../../../src/log/contract';
import { DueTimes } from '../../../src/log/due-times';
import { Forwarding } from '../../../src/log/forward/forwarding';
import { createTables } from '../../../src/log/store/tables';
import { DESTINATION_DEFAULTS } from '../../../src/subscriptions/destination-options';
import type { DestinationRecord, WebhookRecord } from '../../../src/subscriptions/webhook';
import { VirtualTime } from './virtual-time';

export type Deliver = (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;

export type WorldOptions = {
  deliver: Deliver;
  random?: () => number;
  /** Sees every statement before it runs. */
  onStatement?: (query: string, bindings: unknown[]) => void;
  /** Before the object starts anew. */
  onRestart?: () => void;
  operator?: boolean;
};

/** 2026-11-02, a Monday. */
export const START = Date.UTC(2026, 10, 2);

export class World {
  readonly time = new VirtualTime(START);
  readonly sql: SqlStorage;
  webhook: WebhookRecord;
  log: Log;
  forwarding: Forwarding;
  /** Rows written, by table, alarms included. */
  readonly rows: Record<string, number> = {};
  alarms = 0;
  /** Statements whose rows read are counted; a cursor knows its own only when it has been read. */
  #cursors: { readonly rowsRead: number }[] | null = null;
  /** Which start of the object this is. */
  generation = 0;
  /** Why the object had to give up, where it did. */
  aborted: string | null = null;
  #storage: DurableObjectStorage;
  #options: WorldOptions;
  #due: DueTimes;
  #alarmAt: number | null = null;
  #cancelAlarm = (): void => {};

  constructor(state: DurableObjectState, webhook: WebhookRecord, options: WorldOptions) {
    this.sql = this.#counting(state.storage.sql);
    const transactionSync = <T>(action: () => T): T => state.storage.transactionSync(action);
    const setAlarm = async (at: number): Promise<void> => this.#setAlarm(at);
    this.#storage = { sql: this.sql, transactionSync, setAlarm } as unknown as DurableObjectStorage;
    this.#options = options;
    this.webhook = webhook;
    createTables(this.sql);
    [this.log, this.forwarding, this.#due] = this.#wake();
  }

  #wake(): [Log, Forwarding, DueTimes] {
    const generation = ++this.generation;
    const log = new Log(this.#storage, this.webhook, this.#options.operator ?? false);
    const forwarding = new Forwarding(this.webhook.destinations, {
      storage: this.#storage,
      log,
      target: async destination => targetOf(this.webhook.id, destination),
      deliver: (target, events) => this.#options.deliver(target, events),
      body: ({ event }) => log.segments.body(event.sequence),
      now: () => this.time.now,
      random: this.#options.random ?? (() => 0.5),
      // Timers end with the object.
      later: (ms, action) => this.time.later(ms, () => void (generation === this.generation && action())),
      rescheduled: () => void (generation === this.generation && this.#arrange()),
      abort: why => {
        this.aborted = why;
      },
      report: (topic, happening) => log.report(topic, happening, this.time.now),
      gone: id => this.#disable(id),
    });
    return [log, forwarding, new DueTimes(this.#storage, this.#alarmAt)];
  }

  /** A crash, a deploy, an eviction: what is not stored is gone; the alarm stands. Calls under way end unheard. */
  restart(): void {
    this.forwarding.stop();
    this.#options.onRestart?.();
    [this.log, this.forwarding, this.#due] = this.#wake();
  }

  /** As the object commits a batch. */
  append(events: readonly IncomingEvent[]): AddResult[] {
    const results = this.log.append(events, this.time.now);
    this.forwarding.pump();
    return results;
  }

  release(sequence: number): boolean {
    const released = this.log.release(sequence);
    this.forwarding.pump();
    return released;
  }

  /** Takes over a changed webhook, as a PATCH does. */
  configure(change: Partial<WebhookRecord>): void {
    this.webhook = { ...this.webhook, ...change, version: this.webhook.version + 1 };
    this.log.configure(this.webhook);
    this.forwarding.configure(this.webhook.destinations);
    this.forwarding.pump();
  }

  /** Changes one destination. */
  patch(id: string, change: Partial<DestinationRecord>): void {
    const destinations = this.webhook.destinations.map(one => (one.id === id ? { ...one, ...change } : one));
    this.configure({ destinations });
  }

  /** Counts from here: what was written, alarms included, and read, when it is asked. */
  countRows(): () => { written: number; read: number } {
    const cursors: { readonly rowsRead: number }[] = [];
    this.#cursors = cursors;
    const before = this.rowsWritten;
    return () => {
      this.#cursors = null;
      const read = cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
      return { written: this.rowsWritten - before, read };
    };
  }

  get rowsWritten(): number {
    return Object.values(this.rows).reduce((sum, count) => sum + count, 0);
  }

  #disable(id: string): void {
    this.patch(id, { isActive: false });
    const url = this.webhook.destinations.find(one => one.id === id)?.url ?? null;
    const happening = { destination_id: id, url, reason: 'it answered 410 Gone' };
    this.log.report('gateway:destination_disabled', happening, this.time.now);
    this.forwarding.pump();
  }

  #alarm(): void {
    this.alarms++;
    this.#alarmAt = null;
    this.#due.fired();
    const { now } = this.time;
    const { log, forwarding } = this;
    const isDue = (at: number | null): boolean => at !== null && at <= now;
    if (isDue(log.givesUpAt())) log.giveUp(now);
    if (isDue(log.agesAt())) log.age(now);
    if (isDue(log.reportsAt())) log.sendReports(now);
    if (isDue(log.dropsAt())) {
      log.retain(now);
      forwarding.dropped();
    }
    forwarding.pump();
    this.#arrange();
  }

  #arrange(): void {
    const { log, forwarding } = this;
    const times = [log.givesUpAt(), log.agesAt(), log.reportsAt(), log.dropsAt(), forwarding.nextAt()];
    this.#due.arrange(times, this.time.now);
  }

  #setAlarm(at: number): void {
    this.#count('alarm', 1);
    this.#cancelAlarm();
    this.#alarmAt = at;
    this.#cancelAlarm = this.time.later(at - this.time.now, () => this.#alarm());
  }

  #count(table: string, rows: number): void {
    if (rows > 0) this.rows[table] = (this.rows[table] ?? 0) + rows;
  }

  #counting(sql: SqlStorage): SqlStorage {
    const exec = (query: string, ...bindings: unknown[]): unknown => {
      this.#options?.onStatement?.(query, bindings);
      const cursor = sql.exec(query, ...(bindings as SqlStorageValue[]));
      const table = /(?:INTO|UPDATE|FROM|TABLE)\s+([a-z]+)/.exec(query)?.[1] ?? query;
      this.#count(table, cursor.rowsWritten);
      this.#cursors?.push(cursor);
      return cursor;
    };
    return { exec } as unknown as SqlStorage;
  }
}

const targetOf = (webhookId: number, { id, url, timeoutSeconds, sign }: DestinationRecord): OpenedTarget => ({
  destinationId: id,
  url,
  extraHeaders: [],
  secrets: [],
  sign,
  timeoutMs: timeoutSeconds * 1000,
  webhookId,
});

export const destinationRecord = (id: string, given: Partial<DestinationRecord> = {}): DestinationRecord => ({
  ...DESTINATION_DEFAULTS,
  id,
  url: `https://${id}.example.com/`,
  extraHeaders: [],
  secrets: [],
  start: 'now',
  createdAt: 0,
  ...given,
});
