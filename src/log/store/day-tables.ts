/**
 * The directory of the day tables: `events_N` holds the events of about a day, `attempts_N` the attempts made while
 * that day was the newest. Retention drops whole tables, which costs no row per event. So an event is stored for at
 * least its retention, and at most about a day longer.
 */
import { write } from './write';

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

/** A day and its tables. `openedAt` in ms since 1970; `firstSequence` is the lowest that it may have. */
export type Day = { id: number; openedAt: number; firstSequence: number };

/** The days of a webhook, oldest first, also kept in memory. */
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

  /** Opens a new day for the event `sequence` when one is due. In the caller's transaction. `now` in ms since 1970. */
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
    // For lists of the quarantine: costs 1 more row for each event that goes there, and none for others.
    this.#sql.exec(`CREATE INDEX events_${day.id}_quarantined ON events_${day.id} (sequence)
      WHERE status = 'quarantined'`);
    this.#sql.exec(`CREATE TABLE attempts_${day.id} (id INTEGER PRIMARY KEY,
      first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, entries TEXT NOT NULL)`);
    write(
      this.#sql,
      "INSERT INTO segments (kind, id, opened_at, first_sequence) VALUES ('events', ?, ?, ?)",
      day.id,
      day.openedAt,
      day.firstSequence,
    );
    this.#days.push(day);
  }

  /** To be called after a rollback. */
  reload(): void {
    this.#days = this.#read();
  }

  /** The day that has, or had, the event with this sequence. */
  of(sequence: number): Day | undefined {
    return this.#days.findLast(day => day.firstSequence <= sequence);
  }

  /** The lowest sequence that may still be stored. */
  get firstSequence(): number {
    return this.#days[0]?.firstSequence ?? 1;
  }

  /** When all events of the oldest day are older than `retentionMs`, ms since 1970; null without days. */
  nextDropAt(retentionMs: number): number | null {
    const [oldest, next] = this.#days;
    if (oldest === undefined) return null;
    return (next?.openedAt ?? oldest.openedAt + DAY_MS) + retentionMs;
  }

  /** Drops the days whose events are all older than `retentionMs` at `now`. In the caller's transaction. */
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
