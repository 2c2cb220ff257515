/**
 * A destination as forwarding works on it: its lane, its gate, what waits behind blocked keys, and its totals; with
 * the part of it that is stored. All routes of a webhook are stored in one row, which every flush writes.
 */
import { type Circuit, CLOSED } from '../delivery/circuit';
import { Gate } from '../delivery/gate';
import type { DestinationRecord } from '../subscriptions/webhook';
import { BlockedKeys } from './blocked-keys';
import type { DeliveryRow, DeliveryRows } from './delivery-rows';
import type { Flight } from './flight';
import { type Cursor, keysOf, Lane, newTask, type Task } from './lane';
import type { Segments } from './segments';

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

const MAX_LOSSES = 100;

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

  constructor(
    destination: DestinationRecord,
    stored: StoredRoute | Cursor,
    tables: { sql: SqlStorage; rows: DeliveryRows; segments: Segments },
    now: number,
  ) {
    const known = 'cursor' in stored ? stored : null;
    this.destination = destination;
    this.gate = new Gate(known?.circuit ?? CLOSED, now);
    this.blocked = new BlockedKeys(tables.sql, destination.id, known?.progress ?? []);
    this.totals = known?.totals ?? { delivered: 0, failedAttempts: 0, lastDeliveredAt: null };
    this.disabledReason = known?.disabledReason ?? null;
    this.losses = known?.losses ?? [];
    this.lane = this.#lane('cursor' in stored ? stored.cursor : stored, tables);
  }

  /** Takes over changed settings. Another ordering starts over at the cursor, with what waits behind it. */
  configure(
    destination: DestinationRecord,
    tables: { sql: SqlStorage; rows: DeliveryRows; segments: Segments },
  ): void {
    this.destination = destination;
    if (destination.isActive) this.disabledReason = null;
    if (destination.ordering !== this.lane.ordering) this.lane = this.#lane(this.lane.cursor, tables);
  }

  #lane(cursor: Cursor, { rows, segments }: { rows: DeliveryRows; segments: Segments }): Lane {
    const { ordering, id } = this.destination;
    const restored: Task[] = [];
    // In a parallel lane nobody waits for a retry: its row is enough.
    const retries = ordering === 'parallel' ? [] : rows.retrying(id);
    for (const row of retries) restored.push(taskOfRow(row, keysIn(segments, ordering, row.sequence)));
    for (const { key, ordinal, sequence, previous } of this.blocked.all()) {
      const keys = keysIn(segments, ordering, sequence);
      restored.push({ ...newTask(sequence, ordinal, previous, keys), storedUnder: key });
    }
    return new Lane(ordering, cursor, restored);
  }

  /** An attempt ended. A change of the circuit is told, unless it was an operational event that failed: no loops. */
  finished({ event, probe }: Flight, delivered: boolean, now: number): void {
    const wasOpen = this.gate.open;
    this.gate.finished(delivered, probe, now);
    if (this.gate.open !== wasOpen && (delivered || !event.operational))
      this.transitions.push(this.gate.open);
  }

  /** Retention dropped everything before `firstSequence`: what was not passed yet is lost. */
  lose(firstSequence: number, now: number): void {
    const { cursor } = this.lane;
    if (cursor.sequence >= firstSequence - 1) return;
    this.losses = [...this.losses, { from: cursor.sequence + 1, to: firstSequence - 1, at: now }].slice(
      -MAX_LOSSES,
    );
  }

  stored(): StoredRoute {
    const { totals, disabledReason, losses } = this;
    const { cursor } = this.lane;
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
