/**
 * Deduplication by text keys (`IdentityKey`): event ids, signed content, and fingerprints of bodies. One row per key.
 *
 * Keys are kept in two generations, each a table. When the newer one is as old as the deduplication window, a new one
 * is opened and the oldest dropped whole. So a key is known for at least the window, and at most twice as long.
 */
import { write } from './write';

/** The event that a key was last seen with. */
export type SeenKey = {
  sequence: number;
  /** Hex. */
  fingerprint: string;
  /** ms since 1970 */
  at: number;
  /** The event id that it came with, where its key is the bytes. */
  eventId?: string;
};

/** The event id stands after the fingerprint, so that it takes no column that an earlier release does not fill. */
const written = ({ fingerprint, eventId }: SeenKey): string =>
  eventId === undefined ? fingerprint : `${fingerprint} ${eventId}`;

function read({ fingerprint: text, ...seen }: SeenKey): SeenKey {
  const end = text.indexOf(' ');
  if (end === -1) return { ...seen, fingerprint: text };
  return { ...seen, fingerprint: text.slice(0, end), eventId: text.slice(end + 1) };
}

type Generation = { id: number; openedAt: number };

/** The keys of a webhook. Methods that write run in the caller's transaction. */
export class SeenKeys {
  #sql: SqlStorage;
  /** Newest first, at most two. */
  #generations: Generation[];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#generations = this.#read();
  }

  /** Opens a new generation when the newest is as old as `windowMs`. `now` in ms since 1970. */
  rotate(now: number, windowMs: number): void {
    const newest = this.#generations[0];
    if (newest !== undefined && now < newest.openedAt + windowMs) return;
    const generation = { id: (newest?.id ?? 0) + 1, openedAt: now };
    this.#sql.exec(`CREATE TABLE seen_${generation.id} (key TEXT PRIMARY KEY,
      sequence INTEGER NOT NULL, fingerprint TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID`);
    write(
      this.#sql,
      "INSERT INTO segments (kind, id, opened_at, first_sequence) VALUES ('seen', ?, ?, 0)",
      generation.id,
      now,
    );
    this.#generations.unshift(generation);
    for (const old of this.#generations.splice(2)) {
      this.#sql.exec(`DROP TABLE seen_${old.id}`);
      this.#sql.exec("DELETE FROM segments WHERE kind = 'seen' AND id = ?", old.id);
    }
  }

  /** To be called after a rollback. */
  reload(): void {
    this.#generations = this.#read();
  }

  get(key: string): SeenKey | null {
    for (const { id } of this.#generations) {
      const [row] = this.#sql
        .exec<SeenKey>(`SELECT sequence, fingerprint, at FROM seen_${id} WHERE key = ?`, key)
        .toArray();
      if (row !== undefined) return read(row);
    }
    return null;
  }

  /** Remembers a key in place of what was known of it. 1 row when it is new. Throws before the first `rotate`. */
  put(key: string, seen: SeenKey): void {
    const newest = this.#generations[0];
    if (newest === undefined) throw new Error('put before rotate');
    write(
      this.#sql,
      `INSERT OR REPLACE INTO seen_${newest.id} (key, sequence, fingerprint, at) VALUES (?, ?, ?, ?)`,
      key,
      seen.sequence,
      written(seen),
      seen.at,
    );
  }

  #read(): Generation[] {
    return this.#sql
      .exec<{ id: number; opened_at: number }>(
        "SELECT id, opened_at FROM segments WHERE kind = 'seen' ORDER BY id DESC",
      )
      .toArray()
      .map(row => ({ id: row.id, openedAt: row.opened_at }));
  }
}
