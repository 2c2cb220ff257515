/**
 * How deliveries went, written in one transaction per flush: exception rows, the journal of attempts, blocked keys,
 * and the row with every cursor.
 *
 * A delivery that succeeds first time costs its share of that one row. Memory and rows change together; when the
 * transaction fails, memory is ahead and must not be used any more.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import { nextAttempt } from '../../delivery/retry-schedule';
import type { Happening, OperationalTopic } from '../commit/notices';
import type { AttemptJournal } from '../store/attempt-journal';
import type { DeliveryRow, DeliveryRows } from '../store/delivery-rows';
import { writeState } from '../store/tables';
import { type Flight, flightKey } from './delivery';
import type { Route } from './destination-state';
import type { StoredForwarding } from './forwarding';
import { OPERATIONS_ID } from './operations-destination';
import type { Replays } from './replays';

/** A first attempt that the cursor has passed is tried again this long after its time, if the object crashed. */
const ABANDONED_MS = 30_000;

export type Settled = { flight: Flight; result: AttemptResult; at: number };

export type AccountingDeps = {
  storage: DurableObjectStorage;
  random: () => number;
  report: (topic: OperationalTopic, happening: Happening) => void;
};

export class Accounting {
  #deps: AccountingDeps;
  #rows: DeliveryRows;
  #journal: AttemptJournal;
  #replays: Replays;

  constructor(rows: DeliveryRows, journal: AttemptJournal, replays: Replays, deps: AccountingDeps) {
    this.#deps = deps;
    this.#rows = rows;
    this.#journal = journal;
    this.#replays = replays;
  }

  /** Accounts for finished attempts. Returns the destinations that want no more. */
  flush(routes: ReadonlyMap<string, Route>, settled: readonly Settled[]): Set<string> {
    const gone = new Set<string>();
    this.#deps.storage.transactionSync(() => {
      for (const one of settled) {
        const route = routes.get(one.flight.destinationId);
        if (route === undefined) continue;
        this.#account(route, one);
        // Once: what was under way besides may answer the same.
        if (isGone(route, one.result) && route.destination.isActive) gone.add(route.destination.id);
      }
      for (const route of routes.values()) this.#report(route, gone);
      this.save(routes);
    });
    return gone;
  }

  /** Stores the oldest part of full trails, so that their cursors can pass it. */
  overflow(routes: ReadonlyMap<string, Route>, full: readonly Route[], now: number): void {
    this.#deps.storage.transactionSync(() => {
      for (const route of full) this.#overflow(route, now);
      this.save(routes);
    });
  }

  #account(route: Route, { flight, result, at }: Settled): void {
    const { destinationId, event, task, replay } = flight;
    const { sequence } = event;
    const attempts = (flight.row?.attempts ?? 0) + 1;
    route.flying.delete(flightKey(destinationId, sequence, replay));
    this.#journal.add(sequence, destinationId, attempts, result);
    if (task.storedUnder !== null) route.blocked.done(task.storedUnder, task.ordinal);
    task.storedUnder = null;
    const hadRow = flight.row !== null || task.hasRow;
    if (result.outcome === 'delivered') {
      const { delivered } = route.totals;
      route.totals = { ...route.totals, delivered: delivered + 1, lastDeliveredAt: at };
      if (hadRow) this.#rows.delete(sequence, destinationId, replay);
      // A replay that arrives brings a dead delivery back to life.
      if (replay !== 0) this.#rows.deleteDead(sequence, destinationId);
      if (replay === 0) route.lane.settle(task);
    } else {
      const { failedAttempts } = route.totals;
      route.totals = { ...route.totals, failedAttempts: failedAttempts + 1 };
      if (isGone(route, result) && route.destination.isActive) route.disabledReason = 'it answered 410 Gone';
      if (sequence >= this.#rows.firstSequence) this.#keep(route, flight, attempts, result, at);
      else if (replay === 0) {
        // Retention dropped it while it was under way.
        route.lane.settle(task);
        route.lost(sequence, sequence, at);
      }
    }
    if (replay !== 0) this.#replays.done(replay, sequence);
  }

  #keep(route: Route, flight: Flight, attempts: number, result: AttemptResult, at: number): void {
    const row = this.#failed(route, flight, attempts, result, at);
    this.#rows.put(row);
    if (flight.replay !== 0) return;
    if (row.status === 'dead') route.lane.settle(flight.task);
    else route.lane.retryLater(flight.task);
  }

  #failed(route: Route, flight: Flight, attempts: number, result: AttemptResult, at: number): DeliveryRow {
    const { destinationId, event, task, row, replay, newId } = flight;
    const early = row !== null && row.nextAt !== null && flight.startedAt < row.nextAt;
    const step = (row?.step ?? 0) + (early ? 0 : 1);
    const next = early
      ? Math.max(row.nextAt ?? 0, at + (result.retryAfterMs ?? 0))
      : this.#nextAttemptAt(route, step, result, at);
    return {
      sequence: event.sequence,
      destinationId,
      replay,
      newId,
      status: next === null ? 'dead' : 'retrying',
      attempts,
      step,
      nextAt: next,
      previous: replay === 0 ? task.previous : null,
      ordinal: task.ordinal,
      error: result.status === null ? result.error : `${result.error} ${result.status}`,
      updatedAt: at,
    };
  }

  /** Null when the schedule is used up. */
  #nextAttemptAt(route: Route, attempt: number, result: AttemptResult, at: number): number | null {
    if (result.error === 'redacted') return null;
    // The destination is disabled now; the event leaves when it is active again.
    if (isGone(route, result)) return at;
    const { retryAfterMs } = result;
    const schedule = route.destination.retrySchedule;
    const next = nextAttempt({ attempt, schedule, now: at, random: this.#deps.random(), retryAfterMs });
    return next === 'dead' ? null : next;
  }

  #report(route: Route, gone: ReadonlySet<string>): void {
    const { id: destination_id, url, isActive } = route.destination;
    for (const opened of route.transitions) {
      // Turned off, which is told anyway.
      if (opened && (!isActive || gone.has(destination_id))) continue;
      if (opened) {
        const reason = 'too many failed attempts in a row; it is probed until it answers';
        this.#deps.report('gateway:destination_disabled', { destination_id, url, reason });
      } else this.#deps.report('gateway:destination_recovered', { destination_id, url });
    }
    route.transitions = [];
  }

  #overflow(route: Route, now: number): void {
    const { flying, waiting } = route.lane.overflow(now);
    const { id, timeoutSeconds } = route.destination;
    for (const task of flying) {
      const { sequence, previous, ordinal } = task;
      this.#rows.put({
        sequence,
        destinationId: id,
        replay: 0,
        newId: false,
        status: 'retrying',
        attempts: 0,
        step: 0,
        nextAt: now + timeoutSeconds * 1000 + ABANDONED_MS,
        previous,
        ordinal,
        error: null,
        updatedAt: now,
      });
    }
    for (const task of waiting) if (task.storedUnder !== null) route.blocked.add(task.storedUnder, task);
  }

  /** Writes where everything stands. Inside the caller's transaction. */
  save(routes: ReadonlyMap<string, Route>): void {
    for (const route of routes.values()) route.blocked.save();
    this.#journal.spill();
    const stored: StoredForwarding = {
      routes: [...routes].map(([id, route]) => [id, route.stored()]),
      replays: this.#replays.save(),
      attempts: this.#journal.recent,
    };
    writeState(this.#deps.storage.sql, 'forwarding', JSON.stringify(stored));
  }
}

/** 410: the destination wants no more. OPERATIONS_URL cannot be turned off by it, so there it is a failure like others. */
const isGone = ({ destination }: Route, { status }: AttemptResult): boolean =>
  status === 410 && destination.id !== OPERATIONS_ID;
