/**
 * Forwarding: brings events from the feed to their destinations. No destination waits for another.
 *
 * What may leave now (`sending.ts`) is passed to couriers. Results are written in batches (`delivery-results.ts`). When
 * such a write fails, memory is ahead of storage: the object is ended and starts again from what is stored, but sends
 * nothing before a write has worked (`write-watch.ts`).
 */

import type { AttemptResult } from '../../delivery/outgoing';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { AskedReplay } from '../contract/replays';
import { AttemptJournal } from '../store/attempt-journal';
import { BlockedKeyRows } from '../store/blocked-key-rows';
import { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import { ReplayRows } from '../store/replay-rows';
import { CourierCalls } from './courier-calls';
import type { Delivery } from './delivery';
import { DeliveryEnds } from './delivery-ends';
import { DeliveryResults } from './delivery-results';
import type { DestinationState, Sources } from './destination-state';
import { DestinationStates } from './destination-states';
import { EndedReplays } from './ended-replays';
import { FlushTimer } from './flush-timer';
import type { ForwardingDeps } from './forwarding-deps';
import { NextDeliveries } from './next-deliveries';
import { type ReplayStart, Replays } from './replays';
import { Sending } from './sending';
import { isStored, readForwarding } from './stored-forwarding';
import { Wake } from './wake';
import { WakeTimer } from './wake-timer';
import { WakeTimes } from './wake-times';

/** So few deliveries under way need nothing. */
const FEW_UNDER_WAY = 3;

/** The forwarding of one webhook, restored from storage. Starts with the first `pump`. */
export class Forwarding {
  readonly rows: DeliveryRows;
  readonly replays: Replays;
  readonly journal: AttemptJournal;
  readonly times: WakeTimes;
  #deps: ForwardingDeps;
  #sources: Sources & { feed: Feed };
  #states: DestinationStates;
  #calls: CourierCalls;
  #sending: Sending;
  #ends: DeliveryEnds;
  #results: DeliveryResults;
  #flushTimer: FlushTimer;
  #wakeTimer: WakeTimer;
  #stopped = false;

  constructor(destinations: readonly DestinationRecord[], deps: ForwardingDeps) {
    const { storage, feed, days, clock, couriers, random, memory, owner, writes } = deps;
    const { sql } = storage;
    const stored = writes.completed(readForwarding(sql));
    this.#deps = deps;
    this.rows = new DeliveryRows(sql);
    this.journal = new AttemptJournal(sql, days, stored.attempts);
    this.replays = new Replays(
      {
        ...{ log: feed, rows: this.rows, now: clock.now },
        ...{ jobRows: new ReplayRows(sql), ended: new EndedReplays(sql) },
      },
      stored,
    );
    this.#sources = { feed, rows: this.rows, blockedRows: new BlockedKeyRows(sql) };
    this.#states = new DestinationStates(this.#sources, this.replays);
    this.#calls = new CourierCalls({
      ...{ couriers, clock, memory },
      ended: (delivery, result) => this.#ended(delivery, result),
      givenBack: delivery => this.#givenBack(delivery),
      finished: () => this.pump(),
    });
    const { rows, journal, replays } = this;
    const ends = new DeliveryEnds(rows, journal, replays, random, feed);
    this.#ends = ends;
    this.#results = new DeliveryResults({ storage, rows, journal, replays, ends, writes, ...owner });
    this.#sending = new Sending({
      ...{ clock, writes, ends, sources: this.#sources, calls: this.#calls, states: this.#states.byId },
      next: new NextDeliveries(feed, rows, replays),
      wake: new Wake(feed.end.sequence, clock.now()),
    });
    this.times = new WakeTimes(feed, rows, replays, this.#calls);
    const flush = (): void => {
      this.flush();
      this.pump();
    };
    this.#flushTimer = new FlushTimer({ ...clock, flush });
    this.#wakeTimer = new WakeTimer(clock, () => this.pump());
    const known = new Map(stored.destinations);
    this.#arrange(destinations, known);
    // Where a new destination starts has to outlive a crash before its first flush.
    if (!isStored(destinations, known)) this.#results.storeStart(this.#states.byId);
  }

  /** Takes over changed destinations. New ones begin at their `start`; deleted ones are forgotten. @param mended all may be */
  configure(destinations: readonly DestinationRecord[], mended = false): void {
    this.flush();
    this.#deps.storage.transactionSync(() => {
      this.#arrange(destinations, new Map(), mended);
      this.#results.save(this.#states.byId);
    });
    this.#deps.writes.wrote();
  }

  stop(): void {
    this.#stopped = true;
    this.#flushTimer.stop();
    this.#wakeTimer.stop();
  }

  #arrange(
    destinations: readonly DestinationRecord[],
    stored: Parameters<DestinationStates['arrange']>[1],
    mended = false,
  ): void {
    this.#states.arrange(destinations, stored, this.#deps.clock.now(), mended);
    this.#calls.arrange(destinations);
  }

  /** Sends what can be sent now. Called after every commit, call, flush and alarm; cheap with nothing to do. */
  pump(): void {
    if (this.#stopped) return;
    const { writes, owner, clock } = this.#deps;
    if (writes.allowsSending()) {
      for (const state of this.#states.byId.values())
        if (state.destination.isActive) this.#sending.send(state);
      this.#store();
      this.#requestFlush();
    }
    // Short waits are left to a timer, as the object is awake anyway. So is the next probe: the alarm may not be writable either.
    this.#wakeTimer.request(writes.probeAt ?? this.times.timerAt(this.#states.byId.values(), clock.now()));
    owner.rescheduled();
  }

  /** Saves progress when no delivery ended: full trails, cursors that only skipped, empty replays. */
  #store(): void {
    const states = [...this.#states.byId.values()];
    const now = this.#deps.clock.now();
    const full = states.filter(({ queue }) => queue.overflowsAt(now) === now);
    if (full.length === 0 && !this.#results.isBehind(states)) return;
    this.#write(() => this.#results.overflow(this.#states.byId, full, now));
    // Their trails have room again, so their scans can go on.
    for (const state of full) if (state.destination.isActive) this.#sending.send(state);
    if (full.length > 0) this.#store();
  }

  #givenBack(delivery: Delivery): void {
    const state = this.destination(delivery.destinationId);
    if (state !== null) this.#ends.givenBack(state, delivery);
  }

  #ended(delivery: Delivery, result: AttemptResult): void {
    const now = this.#deps.clock.now();
    this.#results.add(delivery, result, now);
    this.destination(delivery.destinationId)?.attemptEnded(delivery, result, now);
  }

  /** Asks for a flush when there are results. */
  #requestFlush(): void {
    if (this.#results.isEmpty) return;
    const states = [...this.#states.byId.values()];
    this.#flushTimer.request(this.#results.hasFailures || states.some(({ queue }) => queue.awaitsFlush));
  }

  /** Writes the results so far, in one transaction. */
  flush(): void {
    if (this.#stopped || this.#results.isEmpty || this.#deps.writes.probeAt !== null) return;
    this.#flushTimer.flushed();
    this.#write(() => {
      for (const id of this.#results.flush(this.#states.byId)) this.#deps.owner.gone(id);
    });
  }

  #write(write: () => void): void {
    try {
      write();
      this.#deps.writes.wrote();
    } catch (error) {
      this.#deps.writes.failed('deliveries', error);
      // Memory is ahead of what is stored, so it cannot be used any more.
      this.#deps.owner.abort('forwarding could not be written');
    }
  }

  /** Sends what waits for a destination now. Gives when its next attempt begins, ms since 1970; null when none waits. */
  retry(state: DestinationState): number | null {
    this.flush();
    const now = this.#deps.clock.now();
    this.#write(() => this.#results.retryNow(this.#states.byId, state, now));
    this.pump();
    return this.times.nextAttemptAt(state, now);
  }

  /** When the alarm has to pump, ms since 1970; null when nothing is due by itself. */
  nextAt(): number | null {
    const { probeAt } = this.#deps.writes;
    return probeAt ?? this.times.alarmAt(this.#states.byId.values(), this.#deps.clock.now());
  }

  /** Whether so many deliveries are under way, to destinations that answer, that these need their share of the thread. */
  get isBusy(): boolean {
    return this.#calls.underWay > FEW_UNDER_WAY;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Stores a replay and starts it; gives its id, null where the webhook is deleted. */
  startReplay(parts: readonly ReplayStart[], asked: AskedReplay | null): number | null {
    if (this.#stopped) return null;
    const { storage } = this.#deps;
    const id = storage.transactionSync(() => this.replays.start(parts, asked));
    this.pump();
    return id;
  }

  /** Sends nothing more of a replay. What is under way ends. */
  cancelReplay(id: number): void {
    this.flush();
    this.#write(() => this.#results.cancelReplay(this.#states.byId, id));
    this.pump();
  }

  /** Ends the deliveries of events that are erased, and erases what else is known of them: what receivers said, and keys they wait under. */
  erase(sequences: readonly number[]): void {
    this.flush();
    this.#write(() => this.#results.erase(this.#states.byId, sequences));
    this.pump();
  }

  /** The state of a destination, or null for an unknown one. */
  destination(destinationId: string): DestinationState | null {
    return this.#states.byId.get(destinationId) ?? null;
  }

  /** To be called when retention dropped the oldest events, and not inside a transaction. */
  dropped(): void {
    this.flush();
    const { feed, clock } = this.#deps;
    // With no event left, all up to the end were dropped.
    const first = feed.eventsAfter(0, 1)[0]?.sequence ?? feed.end.sequence + 1;
    this.#write(() => this.#results.dropped(this.#states.byId, first, clock.now()));
  }
}
