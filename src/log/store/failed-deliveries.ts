/** The exception rows (`delivery-rows.ts`) as lists of events look for them: by sequence, in either direction. Only reads. */
import type { DeliveryRow } from './delivery-row';

type Order = 'asc' | 'desc';

export class FailedDeliveries {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The next sequences that have rows, in this order, without replays. Reads a row for each. */
  sequences(order: Order, sequence: number, limit: number): number[] {
    return this.#sequences(
      `SELECT DISTINCT sequence FROM deliveries WHERE sequence ${beyond(order)} ? AND replay = 0
       ORDER BY sequence ${order} LIMIT ?`,
      sequence,
      limit,
    );
  }

  /**
   * Those of a destination with this status among the next `limit` rows of all destinations, so that a call reads a bounded
   * number of rows. `through`: up to where all rows were looked at; null when no more follow.
   */
  ofDestination(
    { destinationId, status }: Pick<DeliveryRow, 'destinationId' | 'status'>,
    order: Order,
    sequence: number,
    limit: number,
  ): { sequences: number[]; through: number | null } {
    const [through] = this.#sequences(
      `SELECT sequence FROM deliveries WHERE sequence ${beyond(order)} ? ORDER BY sequence ${order} LIMIT 1 OFFSET ?`,
      sequence,
      limit - 1,
    );
    const last = through ?? (order === 'asc' ? Number.MAX_SAFE_INTEGER : 0);
    const sequences = this.#sequences(
      `SELECT sequence FROM deliveries WHERE sequence ${beyond(order)} ? AND sequence ${order === 'asc' ? '<=' : '>='} ?
       AND destination_id = ? AND status = ? AND replay = 0 ORDER BY sequence ${order}`,
      sequence,
      last,
      destinationId,
      status,
    );
    return { sequences, through: through ?? null };
  }

  #sequences(query: string, ...bindings: (string | number)[]): number[] {
    return this.#sql
      .exec<{ sequence: number }>(query, ...bindings)
      .toArray()
      .map(row => row.sequence);
  }
}

const beyond = (order: Order): '>' | '<' => (order === 'asc' ? '>' : '<');
