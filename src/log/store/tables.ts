/**
 * The tables of one webhook's object, and what a row of each costs.
 *
 * Users pay for rows written. So there is no AUTOINCREMENT and no index on the hot path, keyed tables are WITHOUT
 * ROWID, UPDATE replaces UPSERT (which counts twice), and whole tables are dropped instead of deleting rows.
 * Changes are only additive. The document `format` in `state` says which format a store has.
 */

import { AUDIT_TABLE } from '../../audit/audit-rows';
import { addColumns } from './day-tables';
import { readDocument, writeDocument } from './documents';
import { write } from './write';

/** Written to new stores. */
export const STORE_FORMAT = 1;

const FIXED_TABLES = [
  // A few named documents: record, checkpoint, cursors. Inserted once, then updated: 1 row each time.
  'CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  // The directory of the tables that are opened and dropped with time: events by day, seen keys by generation.
  `CREATE TABLE segments (kind TEXT, id INTEGER, opened_at INTEGER NOT NULL, first_sequence INTEGER NOT NULL,
     PRIMARY KEY (kind, id)) WITHOUT ROWID`,
  // Which increment ids were received with which bytes, 64 to a row: 1/64 row per event, written at checkpoints.
  `CREATE TABLE known_ids (epoch INTEGER, page INTEGER, last_at INTEGER NOT NULL, slots BLOB NOT NULL,
     PRIMARY KEY (epoch, page)) WITHOUT ROWID`,
  // Holes older than their grace, and what became of them.
  `CREATE TABLE gaps (epoch INTEGER, from_id INTEGER, to_id INTEGER NOT NULL, missing INTEGER NOT NULL,
     status TEXT NOT NULL, detected_at INTEGER NOT NULL, resolved_at INTEGER,
     PRIMARY KEY (epoch, from_id, to_id)) WITHOUT ROWID`,
  // Held events that were released: their place in the feed is right after `after_sequence`.
  `CREATE TABLE releases (position INTEGER PRIMARY KEY, after_sequence INTEGER NOT NULL,
     sequence INTEGER NOT NULL)`,
  // Deliveries that did not succeed at once: retrying or dead. Nothing is written for the others. `replay` is 0 for
  // the delivery of the feed, else the replay job's id.
  `CREATE TABLE deliveries (sequence INTEGER, destination_id TEXT, replay INTEGER, new_id INTEGER NOT NULL, status TEXT NOT NULL,
     attempts INTEGER NOT NULL, step INTEGER NOT NULL, next_at INTEGER, previous INTEGER, ordinal INTEGER NOT NULL,
     error TEXT, updated_at INTEGER NOT NULL, PRIMARY KEY (sequence, destination_id, replay)) WITHOUT ROWID`,
  // For "what is due for this destination". Costs a second row while a retry is pending.
  `CREATE INDEX deliveries_due ON deliveries (destination_id, next_at) WHERE next_at IS NOT NULL`,
  // Events that wait behind a failing one of the same key, one row per key.
  `CREATE TABLE blocked_keys (destination_id TEXT, key TEXT, tasks TEXT NOT NULL,
     PRIMARY KEY (destination_id, key)) WITHOUT ROWID`,
  // Replays that were asked for and have not ended.
  'CREATE TABLE replays (id INTEGER PRIMARY KEY, job TEXT NOT NULL)',
  // Events that wait for the provider's API to confirm them.
  `CREATE TABLE confirmations (sequence INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,
     detail TEXT)`,
];

/**
 * What later releases added to format 1, in order; entries are only ever appended. An earlier release still runs on
 * such a store, because it does not touch tables and columns that it does not know.
 */
const ADDITIONS = [
  // Answers to requests with an Idempotency-Key: 1 row for each such request.
  `CREATE TABLE answers (key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL,
     until INTEGER NOT NULL) WITHOUT ROWID`,
  // Why a gap was closed by hand.
  'ALTER TABLE gaps ADD COLUMN note TEXT',
  // Whole refused requests, while someone captures them: 1 row each, kept for minutes.
  'CREATE TABLE captures (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, request TEXT NOT NULL, body BLOB NOT NULL)',
  // When the schedule has an attempt that was made due before its time.
  'ALTER TABLE deliveries ADD COLUMN planned_at INTEGER',
  AUDIT_TABLE,
  // What was erased: 1 row for each time that someone asked for it, and 1 for each step of it.
  'CREATE TABLE redactions (id INTEGER PRIMARY KEY, receipt TEXT NOT NULL)',
  // What replays are to listeners: 1 row for each that is asked for.
  'CREATE TABLE streamed_replays (id INTEGER PRIMARY KEY, replay TEXT NOT NULL)',
];

/** Makes the tables of an object that just got its webhook. In the caller's transaction. */
export function createTables(sql: SqlStorage): void {
  for (const statement of FIXED_TABLES) sql.exec(statement);
  write(sql, "INSERT INTO state (name, value) VALUES ('format', ?)", String(STORE_FORMAT));
  addTables(sql);
}

/** Brings the store of an earlier release up to this one, in the caller's transaction. Writes nothing when it is. */
function addTables(sql: SqlStorage): void {
  const added = Number(readDocument(sql, 'additions') ?? 0);
  if (added >= ADDITIONS.length) return;
  for (const statement of ADDITIONS.slice(added)) sql.exec(statement);
  writeDocument(sql, 'additions', String(ADDITIONS.length));
}

/** The tables of a webhook that exists, as this release knows them. */
export function openTables(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    addTables(storage.sql);
    addColumns(storage.sql);
  });
}

/** Whether this object has a webhook. Only reads, so that an unused object that is asked stays empty. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'state'").toArray().length > 0;
}
