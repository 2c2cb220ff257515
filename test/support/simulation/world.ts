/**
 * A webhook's object without its platform: the real `LiveWebhook` on an object's real database, with a clock, a chance and
 * couriers that the test controls. The alarm is walked as `WebhookLog` walks it, by the same list of chores.
 */
import type {
  AttemptResult,
  CourierTarget,
  OpenedTarget,
  OutgoingEvent,
} from '../../../src/delivery/outgoing';
import { nextDueAt, runDue } from '../../../src/log/chores';
import type { EventLog } from '../../../src/log/commit/event-log';
import type { AddResult, IncomingEvent } from '../../../src/log/contract/append';
import { DueTimes } from '../../../src/log/due-times';
import { ITSELF } from '../../../src/log/forward/courier-pool';
import type { Forwarding } from '../../../src/log/forward/forwarding';
import type { ReplaySpec } from '../../../src/log/forward/replay-job';
import { newMemory, type SuspensionMemory } from '../../../src/log/forward/write-watch';
import { LiveWebhook } from '../../../src/log/live-webhook';
import { countReplay } from '../../../src/log/replay-requests';
import { createTables } from '../../../src/log/store/tables';
import { MemoryBudget } from '../../../src/memory/budget';
import { err } from '../../../src/result';
import { destinationDefaults } from '../../../src/subscriptions/destination-options';
import type { DestinationRecord, WebhookRecord } from '../../../src/subscriptions/webhook';
import { VirtualTime } from './virtual-time';

/** @param carrier above 0 a courier, else the object itself; each start of it has a number of its own */
export type Deliver = (
  target: CourierTarget,
  events: OutgoingEvent[],
  carrier: number,
) => Promise<AttemptResult[]>;

export type WorldOptions = {
  deliver: Deliver;
  random?: () => number;
  /** Sees every statement before it runs. */
  onStatement?: (query: string, bindings: unknown[]) => void;
  /** Before the object starts anew. */
  onRestart?: () => void;
  /** Asked whenever the object is idle: whether the platform takes it from memory now. */
  evicts?: () => boolean;
  /** Of an isolate; it may be shared by worlds. Else it has an isolate for itself. */
  memory?: MemoryBudget;
  /** OPERATIONS_URL */
  operationsUrl?: string;
};

/** 2026-11-02, a Monday. */
export const START = Date.UTC(2026, 10, 2);

/** The id of a destination whose secrets do not open. */
export const UNOPENED = 'unopened';

export class World {
  readonly time = new VirtualTime(START);
  readonly sql: SqlStorage;
  /** Null while the object is not in memory. */
  #live: LiveWebhook | null = null;
  #record: WebhookRecord;
  /** Rows written, by table, alarms included. */
  readonly rows: Record<string, number> = {};
  alarms = 0;
  /** Statements whose rows read are counted; a cursor knows its own only when it has been read. */
  #cursors: { readonly rowsRead: number }[] | null = null;
  /** Which start of the object this is. */
  generation = 0;
  /** Why the object had to give up, where it did. */
  aborted: string | null = null;
  /** What operators saw. */
  readonly lines: object[] = [];
  evictions = 0;
  /** What may be stored, in bytes, from the next start of the object on. */
  storageLimit = Number.MAX_SAFE_INTEGER;
  /** Statements that the storage refuses. */
  refuses: RegExp | null = null;
  /** As in the isolate: it outlives the object. A test makes it another one where the isolate is lost, too. */
  suspension: SuspensionMemory = newMemory();
  /** What keeps the object in memory: its timers, and the calls it waits for. */
  #pending = new Set<object>();
  #storage: DurableObjectStorage;
  #options: WorldOptions;
  readonly memory: MemoryBudget;
  #due: DueTimes;
  #alarmAt: number | null = null;
  #cancelAlarm = (): void => {};

  constructor(state: DurableObjectState, webhook: WebhookRecord, options: WorldOptions) {
    this.sql = this.#counting(state.storage.sql);
    const transactionSync = <T>(action: () => T): T => state.storage.transactionSync(action);
    const setAlarm = async (at: number): Promise<void> => this.#setAlarm(at);
    this.#storage = { sql: this.sql, transactionSync, setAlarm } as unknown as DurableObjectStorage;
    this.#options = options;
    const log = (event: string, fields?: object) => void this.lines.push({ event, ...fields });
    this.memory = options.memory ?? new MemoryBudget({ now: () => this.time.now, log });
    createTables(this.sql);
    this.#due = new DueTimes(this.#storage, null, () => {});
    this.#record = webhook;
    this.#live = this.#wake(webhook);
    this.time.between = () => {
      if (this.#live !== null && this.isIdle && options.evicts?.() === true) this.evict();
    };
  }

  #wake(webhook: WebhookRecord): LiveWebhook {
    const generation = ++this.generation;
    const pending = new Set<object>();
    this.#pending = pending;
    this.#due = new DueTimes(this.#storage, this.#alarmAt, () => {});
    return new LiveWebhook(webhook, {
      storage: this.#storage,
      storageLimit: this.storageLimit,
      memory: this.memory,
      clock: {
        now: () => this.time.now,
        // Timers end with the object.
        later: (ms, action) => {
          const timer = {};
          pending.add(timer);
          const cancel = this.time.later(ms, () => {
            pending.delete(timer);
            if (generation === this.generation) action();
          });
          return () => {
            pending.delete(timer);
            cancel();
          };
        },
      },
      random: this.#options.random ?? (() => 0.5),
      operationsUrl: this.#options.operationsUrl ?? '',
      publicUrl: '',
      target: async ({ id }, destination) => (destination.id === UNOPENED ? null : targetOf(id, destination)),
      deliver: async (target, events, carrier) => {
        const call = {};
        pending.add(call);
        try {
          return await this.#options.deliver(target, events, carrier === ITSELF ? -generation : carrier);
        } finally {
          pending.delete(call);
        }
      },
      api: { fetch, access: async () => err('there is none'), urlProblem: () => null },
      rescheduled: () => void (generation === this.generation && this.#arrange()),
      recordChanged: () => {},
      log: (line, fields) => void this.lines.push({ event: line, ...fields }),
      suspension: this.suspension,
      abort: why => {
        this.aborted = why;
      },
    });
  }

  /** The object; it comes to memory when it is asked for. */
  get live(): LiveWebhook {
    this.#live ??= this.#wake(this.#record);
    return this.#live;
  }

  get log(): EventLog {
    return this.live.log;
  }

  get forwarding(): Forwarding {
    return this.live.forwarding;
  }

  get webhook(): WebhookRecord {
    return this.live.webhook;
  }

  /** Whether the platform may take the object from memory: it waits for no timer and for no call. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Idle for a while, or a deploy while it is idle: what is in memory alone is gone, but nothing is interrupted. */
  evict(): void {
    if (!this.isIdle) throw new Error('the platform evicts no object that is busy');
    this.evictions++;
    this.#leave();
  }

  /** A crash, or a deploy in the middle of it: what is not stored is gone; the alarm stands. Calls end unheard. */
  restart(): void {
    this.#leave();
    this.#options.onRestart?.();
    this.#live = this.#wake(this.#record);
  }

  #leave(): void {
    this.#record = this.webhook;
    this.live.stop();
    this.#live = null;
  }

  /** As the object commits a batch. */
  append(events: readonly IncomingEvent[]): AddResult[] {
    const results = this.log.append(events, this.time.now);
    this.live.committed();
    return results;
  }

  release(sequence: number): boolean {
    return this.live.release(sequence).kind === 'accepted';
  }

  /** Takes over a changed webhook, as a PATCH does. */
  configure(change: Partial<WebhookRecord>): void {
    this.live.configure({ ...this.webhook, ...change });
  }

  /** Counts what a replay would send, as the API does before it begins one. */
  countReplay(spec: ReplaySpec): Promise<number> {
    const clock = { now: () => this.time.now, later: this.time.later.bind(this.time) };
    return countReplay({ forwarding: this.forwarding, log: this.log, clock }, spec);
  }

  /** Begins a replay that nobody counted; gives its id. */
  startReplay(...specs: ReplaySpec[]): number {
    const parts = specs.map(spec => ({ spec, counted: null }));
    return this.forwarding.startReplay(parts, null) ?? 0;
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

  #alarm(): void {
    this.alarms++;
    this.#alarmAt = null;
    this.#due.fired();
    void runDue(this.live.chores, this.time.now, (chore, error) => {
      this.aborted ??= `${chore}: ${error}`;
    });
    this.#arrange();
  }

  #arrange(): void {
    this.#due.arrange(nextDueAt(this.live.chores), this.time.now);
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
      if (this.refuses?.test(query)) throw new Error('disk I/O error: SQLITE_IOERR');
      const cursor = sql.exec(query, ...(bindings as SqlStorageValue[]));
      const table = /(?:INTO|UPDATE|FROM|TABLE)\s+([a-z]+)/.exec(query)?.[1] ?? query;
      this.#count(table, cursor.rowsWritten);
      this.#cursors?.push(cursor);
      return cursor;
    };
    const size = { enumerable: true, get: () => sql.databaseSize };
    return Object.defineProperty({ exec }, 'databaseSize', size) as unknown as SqlStorage;
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
  ...destinationDefaults(),
  id,
  url: `https://${id}.example.com/`,
  extraHeaders: [],
  secrets: [],
  start: 'now',
  createdAt: 0,
  ...given,
});
