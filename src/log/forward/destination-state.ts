/**
 * A destination as forwarding works on it: its queue, its gate, its blocked keys and its totals. It is restored from
 * what was stored, and gives what to store. It writes nothing itself: `DeliveryResults` does, for all destinations.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { FeedPosition } from '../contract/events';
import type { BlockedKeyRows } from '../store/blocked-key-rows';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import { BlockedKeys } from './blocked-keys';
import { CLOSED } from './circuit';
import { type Delivery, deliveryKey } from './delivery';
import { DeliveryQueue } from './delivery-queue';
import { type Failing, failedAgain, lastsAt } from './failing';
import { Gate } from './gate';
import { restoredPace } from './pace';
import { keysOf, park, type QueuedEvent, queuedFromRow } from './queued-event';
import { rangesOf, type SequenceRange, sequencesOf } from './settled-ahead';
import type { Loss, StoredDestination } from './stored-forwarding';
import { NO_TOTALS, type Totals } from './totals';
import type { Cursor } from './trail';

/** How many lost ranges are kept. Beyond that, the two oldest become one. */
const MAX_LOSSES = 100;

/** Where the queue of a destination is restored from. */
export type Sources = {
  feed: Pick<Feed, 'event' | 'end'>;
  rows: DeliveryRows;
  blockedRows: BlockedKeyRows;
};

/** `opened by a notice`: by attempts of notices alone, of which no notice may tell. */
export type CircuitChange = 'opened' | 'opened by a notice' | 'recovered';

/** The state of one destination. */
export class DestinationState {
  destination: DestinationRecord;
  queue: DeliveryQueue;
  readonly gate: Gate;
  readonly blocked: BlockedKeys;
  totals: Totals;
  /** Why the gateway itself turned it off, until it is active again. */
  disabledReason: string | null;
  losses: Loss[];
  /** Keys of the deliveries under way. */
  readonly underWay = new Set<string>();
  /** Events under way that arrived by a replay meanwhile: when their delivery ends, nothing is left to try. */
  readonly replayed = new Set<number>();
  /** When an attempt failed last, and up to which success those that failed before it were hurried; ms since 1970. */
  lastFailedAt: number;
  hurriedUpTo: number;
  /** Its attempts since the last success, where all failed; null where none did. */
  failing: Failing | null;
  /** What happened to its circuit since the last flush, to be told in notices and in the log. */
  circuitChanges: CircuitChange[] = [];
  /** Whether replays go before the feed next time, as the two take turns. */
  replaysTurn = false;
  /** True when the last turn stopped reading early, so that others get their turn. A timer goes on at once. */
  unread = false;
  /** The cursor's sequence as it was stored last. */
  storedSequence: number;
  /** Whether it took anything at the address that it has now; after an eviction, at any. */
  #hasAnswered: boolean;
  /** Up to here the scan may have been before: events may have rows. */
  #revisitsUpTo: FeedPosition;

  /** @param stored what was stored, or the cursor of a new destination @param now ms since 1970 */
  constructor(
    destination: DestinationRecord,
    stored: StoredDestination | Cursor,
    sources: Sources,
    now: number,
  ) {
    const known = 'cursor' in stored ? stored : null;
    this.destination = destination;
    const { ratePerSecond } = destination;
    const pace =
      known?.pace != null && ratePerSecond !== null ? restoredPace(known.pace, ratePerSecond, now) : null;
    this.gate = new Gate(known?.circuit ?? CLOSED, now, pace);
    this.gate.limit(ratePerSecond, now);
    this.blocked = new BlockedKeys(sources.blockedRows, destination.id, known?.progress ?? []);
    this.totals = known?.totals ?? NO_TOTALS;
    this.#hasAnswered = this.totals.delivered > 0;
    this.hurriedUpTo = this.totals.lastDeliveredAt ?? 0;
    // What failed before this object woke up is looked for once.
    this.lastFailedAt = this.hurriedUpTo;
    this.disabledReason = known?.disabledReason ?? null;
    this.losses = known?.losses ?? [];
    this.failing = known?.failing ?? null;
    this.#revisitsUpTo = sources.feed.end;
    this.queue = this.#restore('cursor' in stored ? stored.cursor : stored, known?.settled ?? [], sources);
    this.storedSequence = this.queue.cursor.sequence;
  }

  /** Takes over changed settings; another ordering has to wait for `reorder`. `now` in ms since 1970. */
  configure(destination: DestinationRecord, now: number): void {
    const isOther = destination.url !== this.destination.url;
    if (isOther) this.#hasAnswered = false;
    // What failed at another address, or before a pause, says nothing about how long it has failed here.
    if (isOther || (destination.isActive && !this.destination.isActive)) this.failing = null;
    this.destination = destination;
    this.gate.limit(destination.ratePerSecond, now);
    if (destination.isActive) this.disabledReason = null;
  }

  /** True while it may be one that hangs: it never took anything, or its latest attempt failed. */
  get onTrial(): boolean {
    return !this.#hasAnswered || this.gate.failing;
  }

  /** True until `reorder` was called for another ordering. Nothing may start then. */
  get orderingHasChanged(): boolean {
    return this.destination.ordering !== this.queue.ordering;
  }

  /** The ordering has changed, and nothing is under way: scans again from the cursor, with what waits behind it. */
  reorder(sources: Sources): void {
    this.#revisitsUpTo = sources.feed.end;
    this.queue = this.#restore(this.queue.cursor, this.queue.settledAhead, sources);
  }

  /** Erased events, and what waits with them, are stored under no key that may tell of them. True where something is to be saved. */
  forgetKeys(erased: ReadonlySet<number>): boolean {
    const renamed = this.blocked.rename(erased);
    for (const [sequence, key] of renamed) {
      const queued = this.queue.find(sequence);
      if (queued !== null) park(queued, key);
    }
    return renamed.size > 0;
  }

  /** Whether the scan is where it may have been before, so that events may have rows. */
  get isRevisiting(): boolean {
    const { scan } = this.queue;
    const { sequence, release } = this.#revisitsUpTo;
    return scan.sequence < sequence || scan.release < release;
  }

  #restore(cursor: Cursor, settled: readonly SequenceRange[], { rows, feed }: Sources): DeliveryQueue {
    const { ordering, id } = this.destination;
    const keysIn = (sequence: number): readonly string[] =>
      keysOf(ordering, feed.event(sequence)?.entityKeys ?? []);
    const restored: QueuedEvent[] = [];
    // At a parallel destination no event waits for a retry, so its row is enough.
    const retries = ordering === 'parallel' ? [] : rows.retrying(id);
    for (const row of retries) {
      // A retry beyond the cursor becomes a queued event when the scan comes to it again.
      if (row.ordinal <= cursor.ordinal) restored.push(queuedFromRow(row, keysIn(row.sequence)));
    }
    const ahead = new Set(sequencesOf(settled));
    for (const { key, ordinal, sequence, previous } of [...this.blocked.all()]) {
      const state = { kind: 'parked', key } as const;
      // It was delivered, and only that could not be noted: the scan, which passes what is settled, has passed it before.
      if (ahead.delete(sequence)) this.blocked.done(key, ordinal);
      else restored.push({ sequence, ordinal, previous, keys: keysIn(sequence), state });
    }
    return new DeliveryQueue(ordering, cursor, restored, rangesOf(ahead));
  }

  /**
   * Tells the gate that an attempt ended. A change of the circuit makes a notice, but not when only attempts of notices
   * failed: that would be a loop.
   */
  attemptEnded({ event, probe }: Delivery, { outcome, error, status }: AttemptResult, now: number): void {
    // A redacted event was not sent, so this says nothing about the destination.
    if (error === 'redacted') {
      this.gate.returned(probe);
      return;
    }
    const delivered = outcome === 'delivered';
    if (delivered) this.#hasAnswered = true;
    this.failing = delivered ? null : failedAgain(this.failing, { event, error, status }, now);
    const wasOnlyProbes = this.gate.onlyProbes;
    this.gate.finished(delivered, probe, now);
    if (!this.openWhereItLasts(now)) this.#circuitChanged(wasOnlyProbes);
  }

  /** When the circuit opens although no attempt ends, because all failed for long; ms since 1970, null for never. */
  get opensAt(): number | null {
    return this.gate.onlyProbes ? null : lastsAt(this.failing);
  }

  /** Opens the circuit where that is due. `now` in ms since 1970. */
  openWhereItLasts(now: number): boolean {
    const at = this.opensAt;
    if (at === null || at > now) return false;
    this.gate.open(now);
    this.#circuitChanged(false);
    return true;
  }

  #circuitChanged(wasOnlyProbes: boolean): void {
    const { onlyProbes } = this.gate;
    if (onlyProbes === wasOnlyProbes) return;
    const opened = this.failing?.ofEvents === 0 ? 'opened by a notice' : 'opened';
    this.circuitChanges.push(onlyProbes ? opened : 'recovered');
  }

  /** Retention dropped all events before `firstSequence`. Those not delivered are lost. `now` in ms since 1970. */
  lose(firstSequence: number, rows: DeliveryRows, now: number): void {
    const { id } = this.destination;
    const { waiting, unread } = this.queue.drop(firstSequence);
    this.blocked.drop(firstSequence);
    const lost = new Set(waiting);
    for (const sequence of rows.retryingBefore(id, firstSequence)) {
      // There may be rows where the scan has yet to come again.
      const isUnread = unread.some(([from, to]) => sequence >= from && sequence <= to);
      if (!isUnread && !this.underWay.has(deliveryKey(id, sequence, 0))) lost.add(sequence);
    }
    for (const sequence of [...lost].sort((a, b) => a - b)) this.lost(sequence, sequence, now);
    for (const [from, to] of unread) this.lost(from, to, now);
  }

  /** Records that the events `from..to` were dropped before they were delivered. `at` in ms since 1970. */
  lost(from: number, to: number, at: number): void {
    const losses = [...this.losses];
    this.totals = { ...this.totals, lost: this.totals.lost + to - from + 1 };
    const last = losses.at(-1);
    if (last !== undefined && last.at === at && last.to === from - 1)
      losses[losses.length - 1] = { ...last, to };
    else losses.push({ from, to, at });
    const [first, second] = losses;
    if (losses.length > MAX_LOSSES && first !== undefined && second !== undefined) {
      losses.splice(0, 2, { ...second, from: first.from });
    }
    this.losses = losses.sort((a, b) => a.from - b.from);
  }

  /** What to store. Counts as stored from then on. */
  stored(): StoredDestination {
    const { totals, disabledReason, losses, failing } = this;
    const { cursor, settledAhead: settled } = this.queue;
    this.storedSequence = cursor.sequence;
    return {
      cursor,
      settled,
      circuit: this.gate.circuit,
      pace: this.gate.pace,
      progress: this.blocked.progress,
      totals,
      disabledReason,
      losses,
      failing,
    };
  }
}
