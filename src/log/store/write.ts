/**
 * How a row is written: every INSERT and UPDATE of a webhook's object that carries values goes through `write`.
 *
 * Cloudflare refuses a row, a text or a blob of more than 2 MB, and no local runtime does. So what would come near that is
 * refused here, everywhere, before production finds out. What is stored is bounded where it comes in; that this throws
 * means that such a bound is missing.
 */

/** What the values of one statement, and so of one row, may take together, in bytes. */
export const MAX_STORED_BYTES = 1_900_000;

/** UTF-8 takes at most three bytes for each UTF-16 code unit. */
const MOST_BYTES_PER_UNIT = 3;

/** Values too large for a row. Nothing was written. */
export class StoredValueTooLarge extends Error {
  override name = 'StoredValueTooLarge';

  constructor(bytes: number, statement: string) {
    const [start = ''] = statement.trim().split('(');
    super(`SQLITE_TOOBIG: ${bytes} bytes for one row, more than ${MAX_STORED_BYTES}: ${start.slice(0, 60)}`);
  }
}

/**
 * Runs a statement that writes one row.
 * @throws StoredValueTooLarge where its values take more than `MAX_STORED_BYTES`
 */
export function write<Row extends Record<string, SqlStorageValue>>(
  sql: SqlStorage,
  statement: string,
  ...values: (SqlStorageValue | Uint8Array)[]
): SqlStorageCursor<Row> {
  const bytes = bytesOf(values);
  if (bytes > MAX_STORED_BYTES) throw new StoredValueTooLarge(bytes, statement);
  return sql.exec<Row>(statement, ...values);
}

/** The size of what is stored, in bytes; numbers count as nothing. Exact only where it matters: counting costs time. */
export function bytesOf(values: readonly (SqlStorageValue | Uint8Array)[]): number {
  let most = 0;
  for (const value of values) {
    if (typeof value === 'string') most += value.length * MOST_BYTES_PER_UNIT;
    else if (value !== null && typeof value === 'object') most += value.byteLength;
  }
  return most <= MAX_STORED_BYTES
    ? most
    : values.reduce<number>((sum, value) => sum + exactBytesOf(value), 0);
}

function exactBytesOf(value: SqlStorageValue | Uint8Array): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).byteLength;
  return value !== null && typeof value === 'object' ? value.byteLength : 0;
}
