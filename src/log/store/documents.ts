/**
 * The named documents of an object, in its table `state`: its record, the checkpoint of its log, its cursors. A document that
 * would be too large for one row has pages besides, a row each, under its name and theirs.
 */
import { write } from './write';

/** The text of a document, or null when it was never written. */
export function readDocument(sql: SqlStorage, name: string): string | null {
  const [row] = sql.exec<{ value: string }>('SELECT value FROM state WHERE name = ?', name).toArray();
  return row?.value ?? null;
}

/** Writes a named document: 1 row, whether it is new or not. */
export function writeDocument(sql: SqlStorage, name: string, value: string): void {
  const updated = write(sql, 'UPDATE state SET value = ? WHERE name = ?', value, name);
  if (updated.rowsWritten === 0) write(sql, 'INSERT INTO state (name, value) VALUES (?, ?)', name, value);
}

const pagesOf = (name: string): [from: string, to: string] => [`${name}/`, `${name}0`];

/** A page of a document, or null when there is none. */
export const readPage = (sql: SqlStorage, name: string, page: string): string | null =>
  readDocument(sql, `${name}/${page}`);

/** Gives a document exactly these pages. 1 row for each that is new, another than before, or left out from now on. */
export function writePages(sql: SqlStorage, name: string, pages: ReadonlyMap<string, string>): void {
  const [from, to] = pagesOf(name);
  const stored = sql
    .exec<{ name: string }>('SELECT name FROM state WHERE name > ? AND name < ?', from, to)
    .toArray()
    .map(row => row.name);
  for (const row of stored) {
    if (!pages.has(row.slice(from.length))) sql.exec('DELETE FROM state WHERE name = ?', row);
  }
  for (const [page, value] of pages) {
    const row = `${from}${page}`;
    if (!stored.includes(row)) write(sql, 'INSERT INTO state (name, value) VALUES (?, ?)', row, value);
    else write(sql, 'UPDATE state SET value = ?1 WHERE name = ?2 AND value <> ?1', value, row);
  }
}

/** More than a row takes of a page that is there: it needs new ones, as the next events will. */
const PROBE_CHARACTERS = 64 * 1024;

/**
 * Finds out whether the next flush could be written: touches the document it writes, and takes and gives back some space.
 * 3 rows. In the caller's transaction. Throws what the storage throws.
 */
export function probeWrite(sql: SqlStorage): void {
  write(sql, "UPDATE state SET value = value WHERE name = 'forwarding'");
  write(sql, "INSERT INTO state (name, value) VALUES ('probe', ?)", ' '.repeat(PROBE_CHARACTERS));
  sql.exec("DELETE FROM state WHERE name = 'probe'");
}
