/**
 * Forwarding: takes events from the feed to their destinations and keeps account of how it went.
 *
 * Work in memory (lanes), results in batches: one flush is one transaction that moves the cursors, writes exception
 * rows, and keeps the attempts. Between a delivery and its flush a crash means a redelivery with the same
 * `webhook-id`, never a loss. Couriers make the requests; this class never waits for one destination to serve another.
 */
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../delivery/outgoing';
import { nextAttempt } from '../delivery/retry-schedule';
import { topicMatches } from '../subscriptions/topics';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import { AttemptJournal } from './attempt-journal';
import { CourierCalls } from './courier-calls';
import { type DeliveryRow, DeliveryRows } from './delivery-rows';
import { readFeed } from './feed';
import { type Cursor, Lane } from './lane';
import type { Log } from './log';
import type { StoredEvent } from './segments';
import { readState, writeState } from './tables';

/** How many entries of the feed one scan reads at most. */
const SCAN_ENTRIES = 128;
/** Under load, flushes are at least so far apart; a single delivery is flushed at once. */
const FLUSH_INTERVAL_MS = 25;
/** While something is under way, an alarm stands so far ahead: it picks up what a crash interrupted. */
const SAFETY_MS = 30_000;

type Totals = { delivered: number; failedAttempts: number; lastDeliveredAt: number | null };
type DestinationState = {
  cursor: Cursor;
  totals: Totals;
  /** Why the gateway itself turned it off, until it is active again. */
  disabledReason: string | null;
};

/** One delivery under way; `row` is set when it is a retry. */
export type Flight = {
  destinationId: string;
  event: StoredEvent;
  previous: number;
  row: DeliveryRow | null;
};

type Settled = { flight: Flight; result: AttemptResult; at: number };

export type ForwardingDeps = {
  storage: DurableObjectStorage;
  log: Log;
  /** Opens the destination's secrets; null when they cannot be opened. */
  target: (destination: DestinationRecord) => Promise<CourierTarget | null>;
  deliver: (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;
  now: () => number;
  random: () => number;
  /** Something changed that the alarm depends on. */
  rescheduled: () => void;
  /** A destination answered 410: it wants no more. */
  gone: (destinationId: string) => void;
};

export class Forwarding {
  readonly rows: DeliveryRows;
  #deps: ForwardingDeps;
  #webhook: WebhookRecord;
  #lanes = new Map<string, Lane>();
  #states = new Map<string, DestinationState>();
  #journal: AttemptJournal;
  #calls: CourierCalls;
  /** Retries under way, as `destination/sequence`. */
  #retrying = new Set<string>();
  #settled: Settled[] = [];
  #flushTimer: ReturnType<typeof setTimeout> | null = null;
  #lastFlushAt = 0;
  #stopped = false;

  constructor(webhook: WebhookRecord, deps: ForwardingDeps) {
    this.#deps = deps;
    this.#webhook = webhook;
    this.rows = new DeliveryRows(deps.storage.sql);
    const stored = JSON.parse(readState(deps.storage.sql, 'forwarding') ?? 'null') as {
      destinations: [string, DestinationState][];
      attempts: AttemptJournal['recent'];
    } | null;
    this.#journal = new AttemptJournal(deps.log.segments, stored?.attempts ?? []);
    for (const [id, state] of stored?.destinations ?? []) this.#states.set(id, state);
    this.#calls = new CourierCalls({
      ...deps,
      body: sequence => deps.log.segments.body(sequence),
      settled: (flight, result) => this.#settle(flight, result),
      returned: flights => this.#giveBack(flights),
      finished: () => this.pump(),
    });
    this.#arrange();
  }

  /** Takes over a changed webhook. New destinations get their start; deleted ones are forgotten. */
  configure(webhook: WebhookRecord): void {
    this.#webhook = webhook;
    this.#deps.storage.transactionSync(() => {
      this.#arrange();
      this.#save();
    });
    this.#calls.forgetTargets();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
  }

  #arrange(): void {
    const wanted = new Map(this.#webhook.destinations.map(destination => [destination.id, destination]));
    for (const id of this.#states.keys()) {
      if (wanted.has(id)) continue;
      this.#states.delete(id);
      this.#lanes.delete(id);
      this.rows.forget(id);
    }
    for (const [id, destination] of wanted) {
      const state = this.#states.get(id) ?? {
        cursor: this.#startOf(destination),
        totals: { delivered: 0, failedAttempts: 0, lastDeliveredAt: null },
        disabledReason: null,
      };
      if (destination.isActive) state.disabledReason = null;
      this.#states.set(id, state);
      if (!this.#lanes.has(id)) this.#lanes.set(id, new Lane(state.cursor));
    }
  }

  #startOf({ start }: DestinationRecord): Cursor {
    const { lastSequence, lastRelease } = this.#deps.log.head;
    if (start === 'now') return { sequence: lastSequence, release: lastRelease, previous: 0 };
    if (start === 'beginning') return { sequence: 0, release: 0, previous: 0 };
    // Releases of events before the start are not wanted either; those after it are still to come.
    return { sequence: start.sequence - 1, release: 0, previous: 0 };
  }

  /** Sends whatever can be sent now. Cheap when there is nothing; called after every commit, result and alarm. */
  pump(): void {
    if (this.#stopped) return;
    for (const destination of this.#webhook.destinations) {
      if (destination.isActive) this.#pumpLane(destination);
    }
    this.#deps.rescheduled();
  }

  #pumpLane(destination: DestinationRecord): void {
    const lane = this.#lanes.get(destination.id);
    if (lane === undefined) return;
    let room = this.#calls.room(destination);
    if (room === 0) return;

    const due = this.rows
      .due(destination.id, this.#deps.now(), room + this.#retrying.size)
      .filter(row => !this.#retrying.has(flightKey(row.destinationId, row.sequence)))
      .slice(0, room);
    const retries: Flight[] = [];
    for (const row of due) {
      const event = this.#deps.log.segments.get(row.sequence);
      // Past its retention: the next housekeeping drops the row too.
      if (event === null) continue;
      this.#retrying.add(flightKey(row.destinationId, row.sequence));
      retries.push({ destinationId: destination.id, event, previous: row.previous, row });
    }
    room -= retries.length;
    this.#scan(lane, destination, room);
    const fresh = lane
      .take(room)
      .map(({ event, previous }): Flight => ({ destinationId: destination.id, event, previous, row: null }));
    this.#calls.start(destination, [...retries, ...fresh]);
  }

  #scan(lane: Lane, destination: DestinationRecord, room: number): void {
    while (lane.waiting < room && lane.room > 0) {
      const limit = Math.min(SCAN_ENTRIES, lane.room);
      const entries = readFeed(this.#deps.storage.sql, this.#deps.log.segments, lane.scan, limit);
      lane.pass(entries, event => topicMatches(destination.topics, event.topic));
      if (entries.length < limit) return;
    }
  }

  #giveBack(flights: readonly Flight[]): void {
    for (const flight of flights) {
      if (flight.row !== null) this.#retrying.delete(flightKey(flight.destinationId, flight.event.sequence));
      else this.#lanes.get(flight.destinationId)?.giveBack([flight]);
    }
  }

  #settle(flight: Flight, result: AttemptResult): void {
    this.#settled.push({ flight, result, at: this.#deps.now() });
    if (this.#flushTimer !== null || this.#stopped) return;
    const wait = Math.max(0, this.#lastFlushAt + FLUSH_INTERVAL_MS - this.#deps.now());
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = null;
      this.flush();
      this.pump();
    }, wait);
  }

  /** Writes what is known about finished attempts, in one transaction. */
  flush(): void {
    if (this.#stopped || this.#settled.length === 0) return;
    this.#lastFlushAt = this.#deps.now();
    const settled = this.#settled;
    this.#settled = [];
    const gone = new Set<string>();
    try {
      this.#deps.storage.transactionSync(() => {
        for (const one of settled) this.#account(one, gone);
        this.#save();
      });
    } catch (error) {
      // Nothing was written, so all of it is still to be written: with the next flush.
      this.#settled = [...settled, ...this.#settled];
      throw error;
    }
    for (const id of gone) this.#deps.gone(id);
  }

  #account({ flight, result, at }: Settled, gone: Set<string>): void {
    const { destinationId, event, row } = flight;
    const destination = this.#webhook.destinations.find(other => other.id === destinationId);
    const state = this.#states.get(destinationId);
    this.#retrying.delete(flightKey(destinationId, event.sequence));
    if (destination === undefined || state === undefined) return;
    const attempt = (row?.attempts ?? 0) + 1;
    this.#journal.add(event.sequence, destinationId, attempt, result);
    const { totals } = state;
    if (result.outcome === 'delivered') {
      state.totals = { ...totals, delivered: totals.delivered + 1, lastDeliveredAt: at };
      if (row !== null) this.rows.delete(event.sequence, destinationId);
    } else {
      state.totals = { ...totals, failedAttempts: totals.failedAttempts + 1 };
      this.rows.put(this.#failed(flight, destination, attempt, result, at));
      if (result.status === 410) {
        gone.add(destinationId);
        state.disabledReason = 'it answered 410 Gone';
      }
    }
    if (row === null) this.#lanes.get(destinationId)?.settle(event.sequence);
  }

  #failed(
    { event, previous }: Flight,
    destination: DestinationRecord,
    attempt: number,
    result: AttemptResult,
    at: number,
  ): DeliveryRow {
    const next = this.#nextAttemptAt(destination, attempt, result, at);
    return {
      sequence: event.sequence,
      destinationId: destination.id,
      status: next === 'dead' ? 'dead' : 'retrying',
      attempts: attempt,
      nextAt: next === 'dead' ? null : next,
      previous,
      error: result.status === null ? result.error : `${result.error} ${result.status}`,
      updatedAt: at,
    };
  }

  #nextAttemptAt(
    { retrySchedule }: DestinationRecord,
    attempt: number,
    result: AttemptResult,
    at: number,
  ): number | 'dead' {
    if (result.error === 'redacted') return 'dead';
    // The destination is disabled now; the event leaves when it is active again.
    if (result.status === 410) return at;
    const { retryAfterMs } = result;
    return nextAttempt({
      attempt,
      schedule: retrySchedule,
      now: at,
      random: this.#deps.random(),
      retryAfterMs,
    });
  }

  #save(): void {
    for (const [id, lane] of this.#lanes) {
      const state = this.#states.get(id);
      if (state !== undefined) state.cursor = lane.cursor;
    }
    this.#journal.spill();
    const text = JSON.stringify({ destinations: [...this.#states], attempts: this.#journal.recent });
    writeState(this.#deps.storage.sql, 'forwarding', text);
  }

  /** When to pump again, ms since 1970, or null when nothing is due by itself. */
  nextAt(): number | null {
    const now = this.#deps.now();
    const times: number[] = [];
    for (const destination of this.#webhook.destinations) {
      if (!destination.isActive) continue;
      const retryAt = this.rows.nextAt(destination.id, now);
      if (retryAt !== null) times.push(retryAt);
      const lane = this.#lanes.get(destination.id);
      const behind = lane !== undefined && lane.scan.sequence < this.#deps.log.head.lastSequence;
      if (behind || lane?.busy === true || this.#calls.inFlight(destination.id) > 0)
        times.push(now + SAFETY_MS);
    }
    const resumeAt = this.#calls.resumeAt();
    if (resumeAt !== null) times.push(resumeAt);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** The attempts made for an event, oldest first. */
  attempts(sequence: number) {
    return this.#journal.of(sequence);
  }

  totals(destinationId: string): Totals | null {
    return this.#states.get(destinationId)?.totals ?? null;
  }

  disabledReason(destinationId: string): string | null {
    return this.#states.get(destinationId)?.disabledReason ?? null;
  }

  /** The cursor of a destination: every event up to it is settled or has a row. */
  cursor(destinationId: string): Cursor | null {
    return this.#lanes.get(destinationId)?.cursor ?? null;
  }
}

const flightKey = (destinationId: string, sequence: number): string => `${destinationId}/${sequence}`;
