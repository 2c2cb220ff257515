/** The named documents of an object, in its table `state`: its record, the checkpoint of its log, its cursors. */

/** The text of a document, or null when it was never written. */
export function readDocument(sql: SqlStorage, name: string): string | null {
  const [row] = sql.exec<{ value: string }>('SELECT value FROM state WHERE name = ?', name).toArray();
  return row?.value ?? null;
}

/** Writes a named document: 1 row, whether it is new or not. */
export function writeDocument(sql: SqlStorage, name: string, value: string): void {
  const updated = sql.exec('UPDATE state SET value = ? WHERE name = ?', value, name);
  if (updated.rowsWritten === 0) sql.exec('INSERT INTO state (name, value) VALUES (?, ?)', name, value);
}
