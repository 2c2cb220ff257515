/**
 * The directory of the tables that each hold about a day: `events_N` with the events of that day, and `attempts_N` with
 * what was tried while it was the newest. Retention drops whole tables, so an event lives at least its retention and at
 * most about a day longer, and dropping it costs no row.
 */

const DAY_MS = 24 * 60 * 60 * 1000;

/** What later releases added to the tables of events; entries are only ever appended, and each may be null. */
const ADDED_COLUMNS = ['repeats INTEGER', 'topics TEXT'];

/**
 * Gives the tables of events what the release that made them lacked. That may be an earlier one after a later one, so the tables
 * themselves are asked. Inside a transaction; writes nothing where nothing is new.
 */
export function addColumns(sql: SqlStorage): void {
  const tables = sql
    .exec<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name GLOB 'events_[0-9]*'",
    )
    .toArray();
  for (const { name, sql: made } of tables) {
    for (const column of ADDED_COLUMNS) {
      if (!made.includes(column)) sql.exec(`ALTER TABLE ${name} ADD COLUMN ${column}`);
    }
  }
}

export type Day = { id: number; openedAt: number; firstSequence: number };

export class DayTables {
  #sql: SqlStorage;
  /** Oldest first. */
  #days: Day[];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#days = this.#read();
  }

  /** Oldest first. */
  get all(): readonly Day[] {
    return this.#days;
  }

  /** Opens the tables of a new day where one is due. Inside the caller's transaction. `now` in ms since 1970. */
  openFor(sequence: number, now: number): void {
    const last = this.#days.at(-1);
    if (last !== undefined && now < last.openedAt + DAY_MS) return;
    const day = { id: (last?.id ?? 0) + 1, openedAt: now, firstSequence: sequence };
    // `body` is the last column: reading the others does not touch its pages.
    this.#sql.exec(`CREATE TABLE events_${day.id} (
      sequence INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, topic TEXT NOT NULL, event_id TEXT,
      increment_id INTEGER, epoch INTEGER, event_time INTEGER, status TEXT NOT NULL, deferred INTEGER NOT NULL,
      reason TEXT, gap TEXT, late INTEGER NOT NULL, body_signed INTEGER NOT NULL, operational INTEGER NOT NULL, entity_keys TEXT NOT NULL,
      issues TEXT NOT NULL, headers TEXT NOT NULL, query TEXT NOT NULL, body_bytes INTEGER NOT NULL,
      fingerprint BLOB NOT NULL, ${ADDED_COLUMNS.join(', ')}, body BLOB)`);
    // For lists of what is in quarantine: 1 more row for an event that is put there, none for others.
    this.#sql.exec(`CREATE INDEX events_${day.id}_quarantined ON events_${day.id} (sequence)
      WHERE status = 'quarantined'`);
    this.#sql.exec(`CREATE TABLE attempts_${day.id} (id INTEGER PRIMARY KEY,
      first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, entries TEXT NOT NULL)`);
    this.#sql.exec(
      "INSERT INTO segments (kind, id, opened_at, first_sequence) VALUES ('events', ?, ?, ?)",
      day.id,
      day.openedAt,
      day.firstSequence,
    );
    this.#days.push(day);
  }

  /** After a transaction was rolled back. */
  reload(): void {
    this.#days = this.#read();
  }

  /** The day that has, or had, the event with this sequence. */
  of(sequence: number): Day | undefined {
    return this.#days.findLast(day => day.firstSequence <= sequence);
  }

  /** The lowest sequence that may still be here. */
  get firstSequence(): number {
    return this.#days[0]?.firstSequence ?? 1;
  }

  /** When the oldest day will be past `retentionMs`, ms since 1970, or null. */
  nextDropAt(retentionMs: number): number | null {
    const [oldest, next] = this.#days;
    if (oldest === undefined) return null;
    return (next?.openedAt ?? oldest.openedAt + DAY_MS) + retentionMs;
  }

  /** Drops the days whose youngest event is older than `retentionMs`. Inside the caller's transaction. */
  drop(now: number, retentionMs: number): void {
    for (let dropAt = this.nextDropAt(retentionMs); dropAt !== null && dropAt <= now; ) {
      const oldest = this.#days.shift();
      if (oldest === undefined) return;
      this.#sql.exec(`DROP TABLE events_${oldest.id}`);
      this.#sql.exec(`DROP TABLE attempts_${oldest.id}`);
      this.#sql.exec("DELETE FROM segments WHERE kind = 'events' AND id = ?", oldest.id);
      dropAt = this.nextDropAt(retentionMs);
    }
  }

  #read(): Day[] {
    return this.#sql
      .exec<{ id: number; opened_at: number; first_sequence: number }>(
        "SELECT id, opened_at, first_sequence FROM segments WHERE kind = 'events' ORDER BY id",
      )
      .toArray()
      .map(row => ({ id: row.id, openedAt: row.opened_at, firstSequence: row.first_sequence }));
  }
}
