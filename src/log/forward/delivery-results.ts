/**
 * The results of deliveries. They are kept until the next flush, which writes all of them in one transaction: exception
 * rows, the journal of attempts, blocked keys, and the document with every cursor.
 *
 * A delivery that succeeds first time costs its share of that one row. Between a delivery and its flush a crash means a
 * redelivery with the same `webhook-id`, never a loss. The timer of a flush keeps the object in memory, so an object that
 * leaves it because it is idle has stored everything.
 */

import type { AttemptResult } from '../../delivery/outgoing';
import type { Log } from '../../log-line';
import type { AlertChange } from '../commit/open-alerts';
import type { AttemptJournal } from '../store/attempt-journal';
import type { DeliveryRows } from '../store/delivery-rows';
import { type AttemptEnd, deadFields, endOf } from './attempt-end';
import type { Delivery } from './delivery';
import { type DeliveryEnds, type Ended, isGone } from './delivery-ends';
import type { DestinationState } from './destination-state';
import { hurryOthers, retryNow } from './early-attempts';
import { endErased } from './erased-deliveries';
import { OPERATIONS_ID } from './operations-destination';
import type { QueuedEvent } from './queued-event';
import type { Replays } from './replays';
import { writeForwarding } from './stored-forwarding';
import { circuitLines, deadAlert, destinationAlerts } from './told-of-deliveries';
import type { WriteWatch } from './write-watch';

/** After a crash, a first attempt that the cursor has passed is tried again this many ms after its timeout. */
const ABANDONED_MS = 30_000;

export type DeliveryResultsDeps = {
  storage: DurableObjectStorage;
  rows: DeliveryRows;
  journal: AttemptJournal;
  replays: Replays;
  ends: DeliveryEnds;
  writes: WriteWatch;
  /** Tells what happened, inside the transaction of the change; all of a flush at once. */
  alert: (changes: readonly AlertChange[]) => void;

  /** Writes what operators should see. */
  log: Log;
  /** Told what was stored. */
  ended: (ends: readonly AttemptEnd[]) => void;
};

/** How far a cursor may move before it is stored without a flush, as when a destination wants few events. */
const UNSTORED_ENTRIES = 1024;

type Destinations = ReadonlyMap<string, DestinationState>;

/** The results of all destinations of a webhook. */
export class DeliveryResults {
  #deps: DeliveryResultsDeps;
  #ended: Ended[] = [];

  constructor(deps: DeliveryResultsDeps) {
    this.#deps = deps;
  }

  /** Keeps the result of an attempt until the next flush. `at`: when it ended, ms since 1970. */
  add(delivery: Delivery, result: AttemptResult, at: number): void {
    this.#ended.push({ delivery, result, at });
  }

  get isEmpty(): boolean {
    return this.#ended.length === 0;
  }

  get hasFailures(): boolean {
    return this.#ended.some(({ result }) => result.outcome !== 'delivered');
  }

  /** Writes the results since the last flush. Returns the destinations that answered 410. Throws when it fails. */
  flush(destinations: Destinations): Set<string> {
    const ended = this.#ended;
    this.#ended = [];
    const gone = new Set<string>();
    const { ends: attempts, replays } = this.#deps;
    const lines: Parameters<Log>[] = [];
    const ends: AttemptEnd[] = [];
    const answered = new Set<string>();
    this.#inTransaction(ended, () => {
      const alerts: AlertChange[] = [];
      for (const attempt of ended) {
        const state = destinations.get(attempt.delivery.destinationId);
        if (state === undefined) continue;
        const failed = attempts.attempted(state, attempt);
        const replayId = replays.replayOf(attempt.delivery.replay);
        if (attempt.result.outcome === 'delivered') answered.add(state.destination.id);
        if (failed?.status === 'dead') {
          lines.push(['delivery_dead', deadFields(failed, replayId)]);
          alerts.push(...deadAlert(state, attempt, failed, replayId));
        }
        // Of an event that was erased no attempt was made.
        if (state.destination.id !== OPERATIONS_ID && attempt.result.error !== 'redacted')
          ends.push(endOf(attempt, failed, replayId));
        // Only while it is active: later answers of deliveries that were under way may be 410 too.
        if (isGone(state, attempt.result) && state.destination.isActive) gone.add(state.destination.id);
      }
      for (const [id, state] of destinations) {
        hurryOthers(state, this.#deps.rows);
        alerts.push(...destinationAlerts(state, { answered: answered.has(id), gone: gone.has(id) }));
        lines.push(...circuitLines(state));
        state.circuitChanges = [];
      }
      this.#deps.alert(alerts);
      this.save(destinations);
    });
    // What was not committed did not happen.
    for (const [line, fields] of lines) this.#deps.log(line, fields);
    this.#deps.ended(ends);
    return gone;
  }

  #inTransaction(ended: readonly Ended[], change: () => void): void {
    try {
      this.#deps.storage.transactionSync(change);
    } catch (error) {
      this.#deps.writes.couldNotNote(ended);
      throw error;
    }
  }

  /** Whether progress is to be stored though no delivery ended: cursors that only skipped, empty replays. */
  isBehind(states: readonly DestinationState[]): boolean {
    const isAhead = states.some(
      ({ queue, storedSequence }) => queue.cursor.sequence > storedSequence + UNSTORED_ENTRIES,
    );
    return isAhead || this.#deps.replays.ended;
  }

  /** Stores where new destinations start. Where that fails, nothing is sent either. */
  storeStart(destinations: Destinations): void {
    const { storage, writes } = this.#deps;
    try {
      storage.transactionSync(() => this.save(destinations));
    } catch (error) {
      writes.failed('deliveries', error);
    }
  }

  /** Sends what waits for a destination now, see `early-attempts.ts`. `now` in ms since 1970. Throws when it fails. */
  retryNow(destinations: Destinations, state: DestinationState, now: number): void {
    const { storage, rows } = this.#deps;
    storage.transactionSync(() => {
      retryNow(state, rows, now);
      this.save(destinations);
    });
  }

  /** Sends nothing more of a replay. Throws when it fails. */
  cancelReplay(destinations: Destinations, replayId: number): void {
    const { storage, replays } = this.#deps;
    storage.transactionSync(() => {
      replays.cancel(replayId);
      this.save(destinations);
    });
  }

  /** Erases what receivers said about events, and the keys that these wait under; ends their deliveries. Throws when it fails. */
  erase(destinations: Destinations, sequences: readonly number[]): void {
    const { storage, journal, rows, replays } = this.#deps;
    const erased = new Set(sequences);
    storage.transactionSync(() => {
      const answered = sequences.filter(sequence => journal.eraseAnswers(sequence));
      const keyed = [...destinations.values()].filter(state => state.forgetKeys(erased));
      const hasEnded = endErased(destinations, sequences, { rows, replays });
      if (hasEnded || answered.length + keyed.length > 0) this.save(destinations);
    });
  }

  /** Takes over that retention dropped all events before `first`. `now` in ms since 1970. Throws when it fails. */
  dropped(destinations: Destinations, first: number, now: number): void {
    const { storage, rows, replays } = this.#deps;
    storage.transactionSync(() => {
      for (const state of destinations.values()) state.lose(first, rows, now);
      rows.prune(first);
      replays.dropped();
      this.save(destinations);
    });
  }

  /** Stores the oldest part of each full trail, so that its cursor can pass it. `now` in ms since 1970. */
  overflow(destinations: Destinations, full: readonly DestinationState[], now: number): void {
    this.#deps.storage.transactionSync(() => {
      for (const state of full) this.#overflow(state, now);
      this.save(destinations);
    });
  }

  #overflow(state: DestinationState, now: number): void {
    const { sending, parked } = state.queue.overflow(now);
    for (const queued of sending) this.#storeUnfinished(state, queued, now);
    for (const { queued, key } of parked) state.blocked.add(key, queued);
  }

  /** A first attempt that is still running gets a row, from which it is tried again if the object crashes. */
  #storeUnfinished({ destination }: DestinationState, queued: QueuedEvent, now: number): void {
    const { sequence, previous, ordinal } = queued;
    this.#deps.rows.put({
      sequence,
      destinationId: destination.id,
      replay: 0,
      newId: false,
      status: 'retrying',
      attempts: 0,
      step: 0,
      nextAt: now + destination.timeoutSeconds * 1000 + ABANDONED_MS,
      plannedAt: null,
      previous,
      ordinal,
      error: null,
      updatedAt: now,
    });
  }

  /** Writes the cursors and everything stored with them. Inside the caller's transaction. */
  save(destinations: Destinations): void {
    const { storage, journal, replays } = this.#deps;
    for (const state of destinations.values()) state.blocked.save();
    journal.spill();
    writeForwarding(storage.sql, {
      destinations: [...destinations].map(([id, state]) => [id, state.stored()]),
      ...replays.save(),
      attempts: journal.recent,
    });
  }
}
