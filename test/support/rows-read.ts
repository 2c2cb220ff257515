/** The rows that SQLite reads while something is asked of an object. To be used inside `runInDurableObject`. */
export async function rowsRead<T>(
  { sql }: DurableObjectStorage,
  ask: () => Promise<T>,
): Promise<{ got: T; rows: number; statements: number }> {
  const exec = sql.exec.bind(sql);
  const cursors: { readonly rowsRead: number }[] = [];
  const counting = <R extends Record<string, SqlStorageValue>>(text: string, ...bindings: unknown[]) => {
    const cursor = exec<R>(text, ...bindings);
    cursors.push(cursor);
    return cursor;
  };
  Object.defineProperty(sql, 'exec', { value: counting, configurable: true });
  const got = await ask();
  Reflect.deleteProperty(sql, 'exec');
  const rows = cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0);
  return { got, rows, statements: cursors.length };
}
