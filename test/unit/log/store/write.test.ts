/** No row comes near the 2 MB at which production refuses it, and only values count. */
import { expect, it } from 'vitest';
import { bytesOf, MAX_STORED_BYTES, StoredValueTooLarge, write } from '../../../../src/log/store/write';

/** What reached the database. */
function written(...values: (string | number | null | Uint8Array)[]): unknown[] {
  let seen: unknown[] = [];
  const exec = (_statement: string, ...bindings: unknown[]) => {
    seen = bindings;
    return {};
  };
  write({ exec } as unknown as SqlStorage, 'INSERT INTO t (a, b) VALUES (?, ?)', ...values);
  return seen;
}

it('writes what fits, texts counted in UTF-8', () => {
  for (const values of [
    [new Uint8Array(MAX_STORED_BYTES - 3), 'abc'],
    ['a'.repeat(MAX_STORED_BYTES), null, 7],
    ['ü'.repeat(MAX_STORED_BYTES / 2)],
    ['😀'.repeat(MAX_STORED_BYTES / 4)],
  ]) {
    expect(written(...values)).toEqual(values);
  }
});

it('refuses a byte more, of all values together, and says where', () => {
  for (const values of [
    [new Uint8Array(MAX_STORED_BYTES - 2), 'abc'],
    ['a'.repeat(MAX_STORED_BYTES), 'b'],
    ['ü'.repeat(MAX_STORED_BYTES / 2), 'b'],
  ]) {
    expect(() => written(...values)).toThrow(StoredValueTooLarge);
    expect(() => written(...values)).toThrow(/SQLITE_TOOBIG: 190000\d bytes .* INSERT INTO t $/);
  }
});

it('counts exactly only near the limit, and never too little', () => {
  expect(bytesOf(['ab', new Uint8Array(2), 5, null])).toBeGreaterThanOrEqual(4);
  expect(bytesOf(['a'.repeat(1_000_000)])).toBe(1_000_000);
});
