/**
 * A destination as forwarding works on it: its lane, its gate, what waits behind blocked keys, and its totals; with
 * the part of it that is stored. All routes of a webhook are stored in one row, which every flush writes.
 */

import type { AttemptResult } from '../../delivery/outgoing';
import type { DestinationRecord } from '../../subscriptions/webhook';
import { BlockedKeys } from '../store/blocked-keys';
import type { DeliveryRow, DeliveryRows } from '../store/delivery-rows';
import type { Segments } from '../store/event-tables';
import type { FeedPosition } from '../store/feed';
import { type Circuit, CLOSED } from './circuit';
import { type Flight, flightKey } from './delivery';
import { type Cursor, keysOf, Lane, newTask, type Task } from './delivery-queue';
import { Gate } from './gate';

export type Totals = { delivered: number; failedAttempts: number; lastDeliveredAt: number | null };

/** Events that retention dropped before they were delivered. */
export type Loss = { from: number; to: number; at: number };

export type StoredRoute = {
  cursor: Cursor;
  circuit: Circuit;
  /** Per blocked key, how far it is done beyond its row. */
  progress: [string, number][];
  totals: Totals;
  /** Why the gateway itself turned it off, until it is active again. */
  disabledReason: string | null;
  losses: Loss[];
};

/** Beyond, the oldest ranges become one. */
const MAX_LOSSES = 100;

type Tables = { sql: SqlStorage; rows: DeliveryRows; segments: Segments };

export class Route {
  destination: DestinationRecord;
  lane: Lane;
  readonly gate: Gate;
  readonly blocked: BlockedKeys;
  totals: Totals;
  disabledReason: string | null;
  losses: Loss[];
  /** Keys of the deliveries under way. */
  readonly flying = new Set<string>();
  /** What happened to its circuit since the last flush: true for opened, false for recovered. */
  transitions: boolean[] = [];
  /** Whether replays go before the feed next time: they take turns. */
  replaysTurn = false;
  /** The scan has more to read than one turn should. */
  unread = false;
  /** Up to here the scan may have been before a crash: events may have rows. */
  revisitsUpTo: FeedPosition;
  /** The cursor's sequence as it was stored last. */
  storedSequence: number;

  /** @param end the last position of the feed there is */
  constructor(
    destination: DestinationRecord,
    stored: StoredRoute | Cursor,
    tables: Tables,
    end: FeedPosition,
    now: number,
  ) {
    const known = 'cursor' in stored ? stored : null;
    this.destination = destination;
    this.gate = new Gate(known?.circuit ?? CLOSED, now);
    this.blocked = new BlockedKeys(tables.sql, destination.id, known?.progress ?? []);
    this.totals = known?.totals ?? { delivered: 0, failedAttempts: 0, lastDeliveredAt: null };
    this.disabledReason = known?.disabledReason ?? null;
    this.losses = known?.losses ?? [];
    this.revisitsUpTo = end;
    this.lane = this.#lane('cursor' in stored ? stored.cursor : stored, tables);
    this.storedSequence = this.lane.cursor.sequence;
  }

  /** Takes over changed settings; another ordering has to wait for `reorder`. */
  configure(destination: DestinationRecord): void {
    this.destination = destination;
    if (destination.isActive) this.disabledReason = null;
  }

  /** False while deliveries of another ordering are under way: nothing may start until they have ended. */
  get inOrder(): boolean {
    return this.destination.ordering === this.lane.ordering;
  }

  /** The ordering has changed, and nothing is under way: starts over at the cursor, with what waits behind it. */
  reorder(tables: Tables, end: FeedPosition): void {
    this.revisitsUpTo = end;
    this.lane = this.#lane(this.lane.cursor, tables);
  }

  #lane(cursor: Cursor, { rows, segments }: Tables): Lane {
    const { ordering, id } = this.destination;
    const restored: Task[] = [];
    // In a parallel lane nobody waits for a retry: its row is enough.
    const retries = ordering === 'parallel' ? [] : rows.retrying(id);
    for (const row of retries) {
      // Beyond the cursor it gets its place when the scan comes to it again.
      if (row.ordinal > cursor.ordinal) continue;
      restored.push(taskOfRow(row, keysIn(segments, ordering, row.sequence)));
    }
    for (const { key, ordinal, sequence, previous } of this.blocked.all()) {
      const keys = keysIn(segments, ordering, sequence);
      restored.push({ ...newTask(sequence, ordinal, previous, keys), storedUnder: key });
    }
    return new Lane(ordering, cursor, restored);
  }

  /** An attempt ended. A change of the circuit is told, unless it was an operational event that failed: no loops. */
  finished({ event, probe }: Flight, { outcome, error }: AttemptResult, now: number): void {
    // Nothing was sent, so nothing is known about the destination.
    if (error === 'redacted') {
      this.gate.returned(probe);
      return;
    }
    const delivered = outcome === 'delivered';
    const wasOpen = this.gate.open;
    this.gate.finished(delivered, probe, now);
    if (this.gate.open !== wasOpen && (delivered || !event.operational))
      this.transitions.push(this.gate.open);
  }

  /** Retention dropped everything before `firstSequence`: what was not delivered yet is lost. */
  lose(firstSequence: number, rows: DeliveryRows, now: number): void {
    const { id } = this.destination;
    const { waiting, unread } = this.lane.drop(firstSequence);
    this.blocked.drop(firstSequence);
    const lost = new Set(waiting);
    for (const sequence of rows.retryingBefore(id, firstSequence)) {
      // After a crash there may be rows where the scan has yet to come again.
      const isUnread = unread !== null && sequence >= unread.from;
      if (!isUnread && !this.flying.has(flightKey(id, sequence, 0))) lost.add(sequence);
    }
    for (const sequence of [...lost].sort((a, b) => a - b)) this.lost(sequence, sequence, now);
    if (unread !== null) this.lost(unread.from, unread.to, now);
  }

  /** The events `from..to` were dropped before they were delivered. */
  lost(from: number, to: number, at: number): void {
    const losses = [...this.losses];
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

  stored(): StoredRoute {
    const { totals, disabledReason, losses } = this;
    const { cursor } = this.lane;
    this.storedSequence = cursor.sequence;
    return {
      cursor,
      circuit: this.gate.circuit,
      progress: this.blocked.progress,
      totals,
      disabledReason,
      losses,
    };
  }
}

/** A task that exists only as its row. */
export function taskOfRow(row: DeliveryRow, keys: readonly string[]): Task {
  const { sequence, ordinal, previous } = row;
  return { ...newTask(sequence, ordinal, previous ?? 0, keys), hasRow: true };
}

function keysIn(
  segments: Segments,
  ordering: DestinationRecord['ordering'],
  sequence: number,
): readonly string[] {
  return keysOf(ordering, segments.get(sequence)?.entityKeys ?? []);
}
