/**
 * What the storage of an object refuses on Cloudflare and no local runtime does: a row over 2 MB always; and, for as long as a
 * test says so, every write of a full disk or of a plan's quota. An object can also be ended in the middle of a write.
 *
 * The real storage is behind it, with its transactions and their rollbacks. Nothing limits an object of which no test
 * has spoken, but the size of a row.
 */

/** A row, a text or a blob. */
const MAX_ROW_BYTES = 2_000_000;

export type Fault =
  /** `SQLITE_FULL`: reads and deletes work. */
  | { kind: 'full' }
  /** The Free plan's rows of today: deletes are rows written, too. */
  | { kind: 'quota' }
  /** Some statements alone. */
  | { kind: 'statements'; matching: RegExp }
  /** The object ends in the middle of the next statement that matches, once. */
  | { kind: 'reset'; matching: RegExp };

/** `after`: how many writes still work. */
type Broken = { fault: Fault; after: number };

const broken = new Map<string, Broken>();

/** From now on, or after so many writes more, the storage of the object has this fault. @param id the object's, as text */
export function breakStorage(id: string, fault: Fault, after = 0): void {
  broken.set(id, { fault, after });
}

/** From now on it works again. */
export function mendStorage(id: string): void {
  broken.delete(id);
}

const MESSAGES = {
  full: 'database or disk is full: SQLITE_FULL',
  quota: 'Exceeded allowed rows written in Durable Objects free tier.',
  statements: 'disk I/O error: SQLITE_IOERR',
} as const;

const WRITES = /^\s*(?:INSERT|UPDATE|REPLACE|CREATE|ALTER|DROP|DELETE)/i;
const FREES = /^\s*(?:DELETE|DROP)/i;

/** Gives an object such a storage. To be called before its constructor. */
export function capStorage(ctx: DurableObjectState): void {
  const id = ctx.id.toString();
  const sql = replacing(ctx.storage.sql, 'exec', exec => (statement: string, ...values: unknown[]) => {
    if (WRITES.test(statement)) {
      refuseRow(values);
      refuse(ctx, id, statement);
    }
    return exec(statement, ...values);
  });
  const storage = replacing(ctx.storage, 'setAlarm', setAlarm => async (...given: unknown[]) => {
    refuse(ctx, id, 'UPDATE alarm');
    return setAlarm(...given);
  });
  const value = new Proxy(storage, {
    get: (of, name) => (name === 'sql' ? sql : Reflect.get(of, name)),
  });
  Object.defineProperty(ctx, 'storage', { value, configurable: true });
}

type Call = (...args: never[]) => unknown;

/** An object of the platform with one method replaced; what a test puts in the place of another stays there. */
function replacing<T extends object>(
  of: T,
  method: string,
  made: (real: (...args: unknown[]) => unknown) => Call,
): T {
  const replacement = made((...args) => Reflect.apply(Reflect.get(of, method) as Call, of, args));
  return new Proxy(of, {
    get: (target, name) => {
      if (name === method) return replacement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function refuseRow(values: readonly unknown[]): void {
  const sizes = values.map(value => {
    if (typeof value === 'string') return new TextEncoder().encode(value).byteLength;
    return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : 8;
  });
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > MAX_ROW_BYTES) throw new Error('string or blob too big: SQLITE_TOOBIG');
}

function refuse(ctx: DurableObjectState, id: string, statement: string): void {
  const found = broken.get(id);
  if (found === undefined || !concerns(found.fault, statement)) return;
  if (found.after > 0) {
    found.after--;
    return;
  }
  if (found.fault.kind !== 'reset') throw new Error(MESSAGES[found.fault.kind]);
  broken.delete(id);
  ctx.abort('reset in the middle, by a test');
  throw new Error('reset in the middle, by a test');
}

function concerns(fault: Fault, statement: string): boolean {
  switch (fault.kind) {
    case 'full':
      return !FREES.test(statement);
    case 'quota':
      return true;
    case 'statements':
    case 'reset':
      return fault.matching.test(statement);
  }
}
