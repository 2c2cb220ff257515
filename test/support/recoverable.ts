/**
 * Point-in-time recovery as Cloudflare's network has it, in place of the API that no local runtime has: bookmarks are snapshots of
 * the object's tables, and the registered one is put back before the object ends. Whether Cloudflare does the same no test here can
 * show.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

type Snapshot = { bookmark: string; at: number; statements: string[]; rows: [string, unknown[][]][] };

export class RecoverableObject {
  readonly #id: number;
  readonly #snapshots: Snapshot[] = [];
  /** What the next restore is refused with. */
  refusal: string | null = null;

  constructor(id: number) {
    this.#id = id;
  }

  #stub(): DurableObjectStub<undefined> {
    return env.WEBHOOKS.getByName(String(this.#id)) as DurableObjectStub<undefined>;
  }

  /** Gives the object as it is in memory the API; to be called again when it has started anew. */
  arm(): Promise<void> {
    return runInDurableObject(this.#stub(), (_object, { storage }) => {
      storage.getCurrentBookmark = async () => this.#take(storage).bookmark;
      storage.getBookmarkForTime = async time =>
        this.#snapshots.findLast(({ at }) => at <= Number(time))?.bookmark ?? 'none';
      storage.onNextSessionRestoreBookmark = async bookmark => {
        if (this.refusal !== null) throw new Error(this.refusal);
        const wanted = this.#snapshots.find(snapshot => snapshot.bookmark === bookmark);
        if (wanted === undefined) throw new Error('Durable Object bookmark is not valid.');
        const undo = this.#take(storage).bookmark;
        putBack(storage.sql, wanted);
        await storage.deleteAlarm();
        await storage.sync();
        return undo;
      };
    });
  }

  #take({ sql }: DurableObjectStorage): Snapshot {
    const made = sql
      .exec<{ name: string; type: string; sql: string }>(
        "SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY type DESC",
      )
      .toArray();
    const tables = made.filter(({ type }) => type === 'table').map(({ name }) => name);
    const snapshot: Snapshot = {
      bookmark: `bookmark-${this.#snapshots.length + 1}`,
      at: Date.now(),
      statements: made.map(one => one.sql),
      rows: tables.map(name => [name, [...sql.exec(`SELECT * FROM ${name}`).raw()]]),
    };
    this.#snapshots.push(snapshot);
    return snapshot;
  }

  alarmAt(): Promise<number | null> {
    return runInDurableObject(this.#stub(), (_object, { storage }) => storage.getAlarm());
  }
}

function putBack(sql: SqlStorage, { statements, rows }: Snapshot): void {
  const present = sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray();
  for (const { name } of present) sql.exec(`DROP TABLE ${name}`);
  for (const statement of statements) sql.exec(statement);
  for (const [name, values] of rows) {
    for (const row of values) {
      sql.exec(`INSERT INTO ${name} VALUES (${row.map(() => '?').join(',')})`, ...row);
    }
  }
}
