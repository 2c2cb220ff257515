/** Replays that were asked for and have not ended: 1 row for each of their destinations. */
import { write } from './write';

/** The jobs of a webhook. `Job` is stored as JSON. */
export class ReplayRows<Job extends object> {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Oldest first. */
  all(): { id: number; job: Job }[] {
    return this.#sql
      .exec<{ id: number; job: string }>('SELECT id, job FROM replays ORDER BY id')
      .toArray()
      .map(({ id, job }) => ({ id, job: JSON.parse(job) as Job }));
  }

  add(id: number, job: Job): void {
    write(this.#sql, 'INSERT INTO replays (id, job) VALUES (?, ?)', id, JSON.stringify(job));
  }

  /** The highest id there is; 0 for none. */
  get lastId(): number {
    const [last] = this.#sql.exec<{ id: number | null }>('SELECT max(id) AS id FROM replays').toArray();
    return last?.id ?? 0;
  }

  /** How many deliveries of a job are still tried. Reads a row for each that is still tried for the destination. */
  retrying(destinationId: string, id: number): number {
    const where = 'destination_id = ? AND next_at IS NOT NULL AND replay = ?';
    return Number(
      this.#sql.exec(`SELECT count(*) AS n FROM deliveries WHERE ${where}`, destinationId, id).one().n,
    );
  }

  delete(id: number): void {
    this.#sql.exec('DELETE FROM replays WHERE id = ?', id);
  }
}
