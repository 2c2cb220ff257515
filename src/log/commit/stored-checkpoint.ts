/** Where the checkpoint of a log is stored: in one row as long as it fits, which is nearly always; else in pages. */
import { readDocument, readPage, writeDocument, writePages } from '../store/documents';
import { bytesOf, MAX_STORED_BYTES } from '../store/write';
import { type Checkpoint, encodeCheckpoint, encodeInPages, readCheckpoint } from './checkpoint';

const NAME = 'checkpoint';

/** The checkpoint that was stored last; an empty one where none was. Throws where it is damaged. */
export const storedCheckpoint = (sql: SqlStorage): Checkpoint =>
  readCheckpoint(readDocument(sql, NAME), page => readPage(sql, NAME, page));

/** 1 row; where it has pages, 1 more for each that changed. In the caller's transaction. */
export function storeCheckpoint(sql: SqlStorage, checkpoint: Checkpoint): void {
  const whole = encodeCheckpoint(checkpoint);
  const fits = bytesOf([whole]) <= MAX_STORED_BYTES;
  const { head, pages } = fits
    ? { head: whole, pages: new Map<string, string>() }
    : encodeInPages(checkpoint);
  writeDocument(sql, NAME, head);
  writePages(sql, NAME, pages);
}
