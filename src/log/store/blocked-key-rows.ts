/** Queued events that wait behind a failing one of the same key and that the cursor has passed. 1 row per key. */
import { write } from './write';

/** A queued event that waits. The fields are those of `QueuedEvent`. */
export type Waiting = [ordinal: number, sequence: number, previous: number];

/** The rows of all destinations. Each call that writes costs 1 row; the caller has the transaction. */
export class BlockedKeyRows {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  of(destinationId: string): { key: string; waiting: Waiting[] }[] {
    return this.#sql
      .exec<{ key: string; tasks: string }>(
        'SELECT key, tasks FROM blocked_keys WHERE destination_id = ?',
        destinationId,
      )
      .toArray()
      .map(({ key, tasks }) => ({ key, waiting: JSON.parse(tasks) as Waiting[] }));
  }

  insert(destinationId: string, key: string, waiting: readonly Waiting[]): void {
    write(
      this.#sql,
      'INSERT INTO blocked_keys (destination_id, key, tasks) VALUES (?, ?, ?)',
      destinationId,
      key,
      JSON.stringify(waiting),
    );
  }

  update(destinationId: string, key: string, waiting: readonly Waiting[]): void {
    write(
      this.#sql,
      'UPDATE blocked_keys SET tasks = ? WHERE destination_id = ? AND key = ?',
      JSON.stringify(waiting),
      destinationId,
      key,
    );
  }

  delete(destinationId: string, key: string): void {
    this.#sql.exec('DELETE FROM blocked_keys WHERE destination_id = ? AND key = ?', destinationId, key);
  }

  /** Forgets a destination that was deleted. */
  forget(destinationId: string): void {
    this.#sql.exec('DELETE FROM blocked_keys WHERE destination_id = ?', destinationId);
  }
}
