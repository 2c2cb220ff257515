/** What replays are to listeners: 1 row for each, when it is asked for. The last of them are kept, for those who come again. */
import { write } from './write';

/** `Replay` is stored as JSON, under the id of the replay. */
export class StreamedReplayRows<Replay extends object> {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Oldest first. */
  all(): { id: number; replay: Replay }[] {
    return this.#sql
      .exec<{ id: number; replay: string }>('SELECT id, replay FROM streamed_replays ORDER BY id')
      .toArray()
      .map(({ id, replay }) => ({ id, replay: JSON.parse(replay) as Replay }));
  }

  add(id: number, replay: Replay): void {
    write(this.#sql, 'INSERT INTO streamed_replays (id, replay) VALUES (?, ?)', id, JSON.stringify(replay));
  }

  delete(id: number): void {
    this.#sql.exec('DELETE FROM streamed_replays WHERE id = ?', id);
  }
}
