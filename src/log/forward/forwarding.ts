/**
 * Forwarding: takes events from the feed to their destinations.
 *
 * Decides what may leave now, and hands it to couriers; how it went is accounted for in batches (`accounting.ts`): one
 * flush is one transaction that moves the cursors, writes exception rows and keeps the attempts. Between a delivery
 * and its flush a crash means a redelivery with the same `webhook-id`, never a loss. No destination waits for another.
 */
import type { AttemptResult, CourierTarget, OpenedTarget, OutgoingEvent } from '../../delivery/outgoing';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { Log } from '../commit/event-log';
import type { Happening, OperationalTopic } from '../commit/notices';
import { AttemptJournal } from '../store/attempt-journal';
import { BlockedKeys } from '../store/blocked-keys';
import { DeliveryRows } from '../store/delivery-rows';
import type { Segments, StoredEvent } from '../store/event-tables';
import { type FeedPosition, releaseBefore } from '../store/feed';
import { readState } from '../store/tables';
import { CourierCalls } from './courier-calls';
import { type Flight, flightKey } from './delivery';
import type { Cursor } from './delivery-queue';
import { Accounting, type Settled } from './delivery-results';
import { Route, type StoredRoute } from './destination-state';
import { FlushTimer } from './flush-timer';
import { Departures } from './next-deliveries';
import { type ReplaySpec, Replays } from './replays';
import { WakeTimes } from './wake-times';
import { wants } from './wants';

/** Events examined at a time while a replay is counted. */
const COUNT_STEP = 2000;
/** How far a cursor may move without a flush before it is stored: a destination that wants little writes as little. */
const UNSTORED_ENTRIES = 1024;

export type ForwardingDeps = {
  storage: DurableObjectStorage;
  log: Log;
  /** Opens the destination's secrets; null when they cannot be opened. */
  target: (destination: DestinationRecord) => Promise<OpenedTarget | null>;
  deliver: (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;
  /** The bytes to send; null when they are gone. */
  body: (flight: Flight) => Uint8Array | null;
  now: () => number;
  random: () => number;
  /** Runs `action` after `ms`; returns what cancels it. */
  later: (ms: number, action: () => void) => () => void;
  /** Something changed that the alarm depends on. */
  rescheduled: () => void;
  /** Ends the object; its next request or alarm starts from what is stored. */
  abort: (why: string) => void;
  /** Tells operators that something happened; inside the transaction of the change. */
  report: (topic: OperationalTopic, happening: Happening) => void;
  /** A destination answered 410: it wants no more. */
  gone: (destinationId: string) => void;
};

/** The row that every flush writes. */
export type StoredForwarding = {
  routes: [string, StoredRoute][];
  replays: [number, number][];
  attempts: AttemptJournal['recent'];
};

export class Forwarding {
  readonly rows: DeliveryRows;
  readonly replays: Replays;
  readonly journal: AttemptJournal;
  #deps: ForwardingDeps;
  #destinations: readonly DestinationRecord[];
  #routes = new Map<string, Route>();
  #calls: CourierCalls;
  #departures: Departures;
  #times: WakeTimes;
  #accounting: Accounting;
  #settled: Settled[] = [];
  #flushTimer: FlushTimer;
  #wake: { at: number; cancel: () => void } | null = null;
  #stopped = false;

  constructor(destinations: readonly DestinationRecord[], deps: ForwardingDeps) {
    const { storage, log } = deps;
    this.#deps = deps;
    this.#destinations = destinations;
    this.rows = new DeliveryRows(storage.sql);
    const text = readState(storage.sql, 'forwarding');
    const stored: StoredForwarding =
      text === null ? { routes: [], replays: [], attempts: [] } : (JSON.parse(text) as StoredForwarding);
    this.journal = new AttemptJournal(log.segments, stored.attempts);
    this.replays = new Replays(storage.sql, log.segments, this.rows, stored.replays);
    this.#calls = new CourierCalls({
      ...deps,
      settled: (flight, result) => this.#settle(flight, result),
      returned: flight => this.#giveBack(flight),
      finished: () => this.pump(),
    });
    this.#accounting = new Accounting(this.rows, this.journal, this.replays, deps);
    this.#departures = new Departures(storage.sql, log, this.rows, this.replays);
    this.#times = new WakeTimes(log, this.rows, this.replays, this.#calls);
    const flush = (): void => {
      this.flush();
      this.pump();
    };
    this.#flushTimer = new FlushTimer({ ...deps, flush });
    const routes = new Map(stored.routes);
    this.#arrange(routes);
    // Where a new destination starts has to outlive a crash before its first flush.
    const isStored = routes.size === destinations.length && destinations.every(({ id }) => routes.has(id));
    if (!isStored) this.#save();
  }

  #save(): void {
    this.#deps.storage.transactionSync(() => this.#accounting.save(this.#routes));
  }

  /** Takes over changed destinations. New ones get their start; deleted ones are forgotten. */
  configure(destinations: readonly DestinationRecord[]): void {
    this.flush();
    this.#destinations = destinations;
    this.#deps.storage.transactionSync(() => {
      this.#arrange(new Map());
      this.#accounting.save(this.#routes);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#flushTimer.stop();
    this.#wake?.cancel();
  }

  #arrange(stored: ReadonlyMap<string, StoredRoute>): void {
    const { sql } = this.#deps.storage;
    const wanted = new Map(this.#destinations.map(destination => [destination.id, destination]));
    for (const id of new Set([...this.#routes.keys(), ...stored.keys()])) {
      if (wanted.has(id)) continue;
      this.#routes.delete(id);
      this.rows.forget(id);
      this.replays.forget(id);
      BlockedKeys.forget(sql, id);
    }
    for (const [id, destination] of wanted) {
      const route = this.#routes.get(id);
      if (route !== undefined) route.configure(destination);
      else {
        const from = stored.get(id) ?? this.#startOf(destination);
        this.#routes.set(id, new Route(destination, from, this.#tables, this.#end, this.#deps.now()));
      }
    }
    this.#calls.arrange(this.#destinations);
  }

  get #tables(): { sql: SqlStorage; rows: DeliveryRows; segments: Segments } {
    return { sql: this.#deps.storage.sql, rows: this.rows, segments: this.#deps.log.segments };
  }

  /** The last position of the feed there is. */
  get #end(): FeedPosition {
    const { lastSequence, lastRelease } = this.#deps.log.head;
    return { sequence: lastSequence, release: lastRelease };
  }

  #startOf({ start }: DestinationRecord): Cursor {
    if (start === 'now') return { ...this.#end, previous: 0, ordinal: 0 };
    const first = this.#deps.log.segments.firstSequence;
    const sequence = Math.max(start === 'beginning' ? 1 : start.sequence, first) - 1;
    const release = releaseBefore(this.#deps.storage.sql, sequence + 1);
    return { sequence, release, previous: 0, ordinal: 0 };
  }

  /** Sends whatever can be sent now. Cheap when there is nothing; called after every commit, result and alarm. */
  pump(): void {
    if (this.#stopped) return;
    for (const route of this.#routes.values()) {
      if (route.destination.isActive) this.#pumpRoute(route);
    }
    this.#store();
    this.#requestFlush();
    this.#wakeUp();
    this.#deps.rescheduled();
  }

  /**
   * Stores what no flush would: events that a full trail has to pass, cursors that only passed others', the end of a
   * replay that found nothing to send.
   */
  #store(): void {
    const routes = [...this.#routes.values()];
    const now = this.#deps.now();
    const overflow = routes.filter(({ lane }) => lane.overflowsAt(now) === now);
    const ahead = routes.some(
      ({ lane, storedSequence }) => lane.cursor.sequence > storedSequence + UNSTORED_ENTRIES,
    );
    if (overflow.length === 0 && !ahead && !this.replays.ended) return;
    this.#write(() => this.#accounting.overflow(this.#routes, overflow, now));
    // The scan can go on.
    for (const route of overflow) if (route.destination.isActive) this.#pumpRoute(route);
    if (overflow.length > 0) this.#store();
  }

  #pumpRoute(route: Route): void {
    const { destination, gate } = route;
    const now = this.#deps.now();
    route.unread = false;
    if (!route.inOrder) {
      if (route.flying.size > 0) return;
      route.reorder(this.#tables, this.#end);
    }
    const calls = this.#calls.freeCalls(destination, gate.failing);
    const allowed = gate.allows(destination.ratePerSecond, now);
    const room = Math.min(allowed, calls * this.#calls.eventsPerCall(destination));
    if (room < 1) return;
    const flights = this.#departures.next(route, room, now);
    if (flights.length === 0) return;
    gate.started(flights.length, now);
    for (const { event, replay } of flights) {
      route.flying.add(flightKey(destination.id, event.sequence, replay));
    }
    this.#calls.start(destination, flights, calls);
  }

  #giveBack(flight: Flight): void {
    const { destinationId, event, task, row, replay } = flight;
    const route = this.#routes.get(destinationId);
    if (route === undefined) return;
    route.flying.delete(flightKey(destinationId, event.sequence, replay));
    route.gate.returned(flight.probe);
    task.flyingSince = null;
    if (replay !== 0 && row === null) this.replays.giveBack(replay, event);
    else if (replay === 0) route.lane.giveBack(task);
  }

  #settle(flight: Flight, result: AttemptResult): void {
    const now = this.#deps.now();
    this.#settled.push({ flight, result, at: now });
    this.#routes.get(flight.destinationId)?.finished(flight, result, now);
  }

  /** What was settled is flushed in time. */
  #requestFlush(): void {
    if (this.#settled.length === 0) return;
    const failed = this.#settled.some(({ result }) => result.outcome !== 'delivered');
    this.#flushTimer.request(failed || [...this.#routes.values()].some(({ lane }) => lane.awaitsFlush));
  }

  /** Writes what is known about finished attempts, in one transaction. */
  flush(): void {
    if (this.#stopped || this.#settled.length === 0) return;
    this.#flushTimer.flushed();
    const settled = this.#settled;
    this.#settled = [];
    this.#write(() => {
      const gone = this.#accounting.flush(this.#routes, settled);
      for (const id of gone) this.#deps.gone(id);
    });
  }

  #write(write: () => void): void {
    try {
      write();
    } catch {
      // What is in memory has gone ahead of what is stored: the object starts anew from there.
      this.#deps.abort('forwarding could not be written');
    }
  }

  /** When to pump again, ms since 1970, or null when nothing is due by itself: what the alarm is for. */
  nextAt(): number | null {
    return this.#times.alarmAt(this.#routes.values(), this.#deps.now());
  }

  /** Short waits are timers of this object, which is awake anyway. */
  #wakeUp(): void {
    const now = this.#deps.now();
    const at = this.#times.timerAt(this.#routes.values(), now);
    if (at === null || (this.#wake !== null && this.#wake.at <= at)) return;
    this.#wake?.cancel();
    const cancel = this.#deps.later(Math.max(1, at - now), () => {
      this.#wake = null;
      this.pump();
    });
    this.#wake = { at, cancel };
  }

  /** Counts what a replay would send: in steps, between which other work of the object goes on. */
  async countReplay(spec: ReplaySpec): Promise<number> {
    const job = { ...spec, id: 0, createdAt: this.#deps.now() };
    let count = 0;
    for (let after: number | null = spec.fromSequence - 1; after !== null; ) {
      const route = this.#routes.get(spec.destinationId);
      if (route === undefined) return count;
      const wanted = (event: StoredEvent) => wants(route.destination, event, this.#deps.log.segments);
      const step: { count: number; next: number | null } = this.replays.count(job, after, COUNT_STEP, wanted);
      count += step.count;
      after = step.next;
      if (after !== null) await new Promise<void>(resolve => void this.#deps.later(0, resolve));
      if (this.#stopped) return count;
    }
    return count;
  }

  /** Stores a replay and begins it. */
  startReplay(spec: ReplaySpec): void {
    if (this.#stopped) return;
    this.#deps.storage.transactionSync(() => {
      this.replays.start(spec, this.#deps.now());
    });
    this.pump();
  }

  /** A destination as it stands, or null for an unknown one. */
  route(destinationId: string): Route | null {
    return this.#routes.get(destinationId) ?? null;
  }

  /** Retention dropped the oldest events. Inside no transaction of the caller's. */
  dropped(): void {
    this.flush();
    const { segments, head } = this.#deps.log;
    // When nothing is left, everything has gone.
    const first = segments.after(0, 1)[0]?.sequence ?? head.lastSequence + 1;
    const now = this.#deps.now();
    this.#write(() => {
      this.#deps.storage.transactionSync(() => {
        for (const route of this.#routes.values()) route.lose(first, this.rows, now);
        this.rows.prune(first);
        this.#accounting.save(this.#routes);
      });
    });
  }
}
