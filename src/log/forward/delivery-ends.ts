/**
 * The end of a delivery, one function for each way in which it can end: delivered, to be tried again later, dead,
 * dropped by retention while it was under way, or given back because it never started.
 *
 * Each changes memory and rows together. When the transaction fails, memory has changed all the same: the caller must
 * then end the object, so that it starts again from the rows.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import { nextAttempt } from '../../delivery/retry-schedule';
import type { AttemptJournal } from '../store/attempt-journal';
import type { DeliveryRow } from '../store/delivery-row';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import { type Delivery, deliveryKey } from './delivery';
import type { DestinationState } from './destination-state';
import { OPERATIONS_ID } from './operations-destination';
import { atRest, hasRow } from './queued-event';
import type { Replays } from './replays';
import { afterAttempt } from './totals';

/** An attempt that has ended; `at` in ms since 1970. */
export type Ended = { delivery: Delivery; result: AttemptResult; at: number };

/** Changes the state of a destination, its rows and the journal when a delivery ends. */
export class DeliveryEnds {
  #rows: DeliveryRows;
  #journal: AttemptJournal;
  #replays: Replays;
  #random: () => number;
  #feed: Pick<Feed, 'event' | 'isErased'>;

  constructor(
    rows: DeliveryRows,
    journal: AttemptJournal,
    replays: Replays,
    random: () => number,
    feed: Pick<Feed, 'event' | 'isErased'>,
  ) {
    this.#rows = rows;
    this.#journal = journal;
    this.#replays = replays;
    this.#random = random;
    this.#feed = feed;
  }

  /** The delivery did not start after all: its event is to be sent again, and nothing is stored. */
  givenBack(state: DestinationState, { destinationId, event, queued, row, replay, probe }: Delivery): void {
    state.underWay.delete(deliveryKey(destinationId, event.sequence, replay));
    state.gate.returned(probe);
    if (replay !== 0 && row === null) this.#replays.requeue(replay, event);
    else if (replay === 0) state.queue.requeue(queued);
    if (replay === 0 && state.replayed.delete(event.sequence)) state.queue.settle(queued);
  }

  /**
   * The attempt ended. Inside the caller's transaction. Gives its row where it failed; null where the event is gone or erased, or its
   * replay was cancelled, too.
   */
  attempted(state: DestinationState, ended: Ended): DeliveryRow | null {
    const { destinationId, event, queued, row, replay } = ended.delivery;
    const { sequence } = event;
    const attempts = (row?.attempts ?? 0) + 1;
    state.underWay.delete(deliveryKey(destinationId, sequence, replay));
    const erased = this.#isErased(ended);
    const replayId = this.#replays.replayOf(replay);
    if (ended.result.error !== 'redacted')
      this.#journal.add({ sequence, destinationId, attempt: attempts, replayId, erased }, ended.result);
    const rest = atRest(queued);
    if (rest.kind === 'parked') state.blocked.done(rest.key, queued.ordinal);
    const { result, at } = ended;
    const receivedAt = replay === 0 ? event.receivedAt : null;
    state.totals = afterAttempt(state.totals, { result, at, receivedAt });
    const delivered = result.outcome === 'delivered';
    // Of what is erased nothing is left to send, so nothing failed.
    if (delivered || erased) this.#over(state, ended);
    if (delivered && replay !== 0) this.#arrivedByReplay(state, sequence);
    const failed = delivered || erased ? null : this.#failed(state, ended, attempts);
    if (replay !== 0) {
      const outcome = delivered ? 'delivered' : erased ? 'redacted' : (failed?.status ?? 'dead');
      this.#replays.attempted(replay, sequence, row === null, outcome);
    }
    return failed;
  }

  /** Whether what the event says is erased by now: as it was when the attempt began, it may have had its body yet. */
  #isErased({ delivery: { event }, result }: Ended): boolean {
    if (result.error === 'redacted') return true;
    if (result.outcome === 'delivered' && result.answer === undefined) return false;
    const now = this.#feed.event(event.sequence);
    return now !== null && this.#feed.isErased(now);
  }

  #over(state: DestinationState, { delivery: { event, queued, row, replay, destinationId } }: Ended): void {
    if (row !== null || hasRow(queued)) this.#rows.delete(event.sequence, destinationId, replay);
    if (replay !== 0) return;
    state.replayed.delete(event.sequence);
    state.queue.settle(queued);
  }

  /** So its delivery of the feed is not dead any more, and not tried again either: that would be a second copy. */
  #arrivedByReplay({ destination, queue, underWay, replayed }: DestinationState, sequence: number): void {
    this.#rows.delete(sequence, destination.id, 0);
    const queued = queue.find(sequence);
    if (underWay.has(deliveryKey(destination.id, sequence, 0))) replayed.add(sequence);
    // One that was never tried has its turn yet, as others of its key may count on that.
    else if (queued !== null && hasRow(queued)) queue.settle(queued);
  }

  /** Gives the row; null where nothing is left to try: it arrived by a replay, it is past its retention, its replay was cancelled. */
  #failed(state: DestinationState, ended: Ended, attempts: number): DeliveryRow | null {
    if (isGone(state, ended.result) && state.destination.isActive) {
      state.disabledReason = 'it answered 410 Gone';
    }
    const { replay, queued, event } = ended.delivery;
    if (replay === 0 && state.replayed.delete(event.sequence)) {
      state.queue.settle(queued);
      return null;
    }
    state.lastFailedAt = ended.at;
    // Its replay was cancelled meanwhile: it has no row any more, and gets none.
    if (replay !== 0 && this.#replays.isCancelled(replay)) return null;
    if (event.sequence < this.#rows.firstSequence) {
      this.#dropped(state, ended);
      return null;
    }
    const row = failedRow(ended, { attempts, ...this.#next(state, ended) });
    if (row.status === 'dead') this.#dead(state, ended.delivery, row);
    else this.#retryLater(state, ended.delivery, row);
    return row;
  }

  #retryLater(state: DestinationState, { replay, queued }: Delivery, row: DeliveryRow): void {
    this.#rows.put(row);
    if (replay === 0) state.queue.retryLater(queued);
  }

  #dead(state: DestinationState, { replay, queued }: Delivery, row: DeliveryRow): void {
    this.#rows.put(row);
    if (replay === 0) state.queue.settle(queued);
  }

  /** Retention dropped the event during the delivery. */
  #dropped(state: DestinationState, { delivery: { replay, queued, event }, at }: Ended): void {
    if (replay !== 0) return;
    state.queue.settle(queued);
    state.lost(event.sequence, event.sequence, at);
  }

  /** `step`: how many entries of the retry schedule are used. `nextAt`: null when all are. Both times in ms since 1970. */
  #next(
    state: DestinationState,
    { delivery: { row, startedAt }, result, at }: Ended,
  ): Pick<DeliveryRow, 'step' | 'nextAt' | 'plannedAt'> {
    const step = row?.step ?? 0;
    const dueAt = row === null || row.nextAt === null ? 0 : Math.max(row.nextAt, row.plannedAt ?? 0);
    // A probe, or an attempt that was hurried, uses up no entry of the schedule.
    if (row !== null && startedAt < dueAt) {
      const nextAt = Math.max(dueAt, at + (result.retryAfterMs ?? 0));
      return { step, nextAt, plannedAt: row.plannedAt };
    }
    return { step: step + 1, nextAt: this.#nextAttemptAt(state, step + 1, result, at), plannedAt: null };
  }

  #nextAttemptAt(state: DestinationState, attempt: number, result: AttemptResult, at: number): number | null {
    // The destination gets disabled. When it is active again, the event is due at once.
    if (isGone(state, result)) return at;
    const { retryAfterMs } = result;
    const schedule = state.destination.retrySchedule;
    const next = nextAttempt({ attempt, schedule, now: at, random: this.#random(), retryAfterMs });
    return next === 'dead' ? null : next;
  }
}

function failedRow(
  { delivery: { destinationId, event, queued, replay, newId }, result, at }: Ended,
  { attempts, step, nextAt, plannedAt }: Pick<DeliveryRow, 'attempts' | 'step' | 'nextAt' | 'plannedAt'>,
): DeliveryRow {
  return {
    sequence: event.sequence,
    destinationId,
    replay,
    newId,
    status: nextAt === null ? 'dead' : 'retrying',
    attempts,
    step,
    nextAt,
    plannedAt,
    previous: replay === 0 ? queued.previous : null,
    ordinal: queued.ordinal,
    error: result.status === null ? result.error : `${result.error} ${result.status}`,
    updatedAt: at,
  };
}

/** Whether a destination answered 410, so that it gets disabled. From OPERATIONS_URL, a 410 is an ordinary failure. */
export const isGone = ({ destination }: DestinationState, { status }: AttemptResult): boolean =>
  status === 410 && destination.id !== OPERATIONS_ID;
