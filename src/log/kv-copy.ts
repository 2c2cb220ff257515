/**
 * The copy of a webhook's record in KV, for the edge and for lists. It is written after every change and removed with
 * the webhook. What fails is repeated by the alarm until it succeeds.
 *
 * KV operations run one after the other: two at a time could reach KV in the wrong order. Each looks at the current
 * record when its turn comes. So a record removed during its copy is removed from KV too, and one made again stays. One that takes long
 * is not given up, for the same reason, but nobody waits for it any more: not who changed the webhook, nor the alarm, which does nothing
 * else meanwhile.
 */
import { inTime } from '../in-time';
import { logLine } from '../log-line';
import { deleteRecord, writeRecord } from '../subscriptions/store';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { Chore } from './chores';
import { readDocument, writeDocument } from './store/documents';
import { hasTables } from './store/tables';

/** KV allows one write per second and key; a failed copy is tried again after this. */
const RETRY_MS = 5000;
/** How long an operation is waited for. */
const PATIENCE_MS = 10_000;

/** The copy, as its object keeps it. */
export class KvCopy {
  #storage: DurableObjectStorage;
  #kv: KVNamespace;
  #current: () => WebhookRecord | null;
  /** Version of the record that KV has. */
  #version = 0;
  /** When the copy is to be tried again, ms since 1970. */
  #retryAt: number | null = null;
  #last: Promise<void> = Promise.resolve();
  /** The operation that has not begun, for all who ask before it does. */
  #queued: Promise<void> | null = null;
  #isUnderWay = false;
  /** Somebody waited in vain for the operation that is under way. */
  #isStuck = false;

  /** @param current gives the record at the moment; null for none */
  constructor(storage: DurableObjectStorage, kv: KVNamespace, current: () => WebhookRecord | null) {
    this.#storage = storage;
    this.#kv = kv;
    this.#current = current;
  }

  /** The object has this record from now on. @param now ms since 1970 */
  begin(record: WebhookRecord, now: number): void {
    this.#version = Number(readDocument(this.#storage.sql, 'copied_version') ?? 0);
    this.#retryAt = this.#version === record.version ? null : now;
  }

  /** When to copy or remove again, ms since 1970, or null. */
  dueAt(): number | null {
    return this.#retryAt;
  }

  get chore(): Chore {
    return { name: 'kv_copy', dueAt: () => this.#retryAt, run: () => this.copy() };
  }

  /** Leaves copying to the next alarm. `now` in ms since 1970. */
  defer(now: number): void {
    this.#retryAt = now;
  }

  /** Copies the record unless KV has this version. Resolves when it was tried, or takes long. */
  async copy(): Promise<void> {
    const record = this.#current();
    if (record !== null) await this.#inTurn(record.id);
  }

  /** Removes the copy of a deleted webhook, and then all that is left of it in this object. Resolves as `copy` does. */
  remove(id: number): Promise<void> {
    return this.#inTurn(id);
  }

  async #inTurn(id: number): Promise<void> {
    if (this.#queued === null) {
      const follow = () => this.#follow(id);
      this.#queued = this.#last.then(follow, follow);
      this.#last = this.#queued;
    }
    if (this.#isStuck) this.#isLate(id);
    else await inTime(this.#queued, PATIENCE_MS, () => this.#isLate(id));
  }

  /** Has KV follow the object. */
  async #follow(id: number): Promise<void> {
    this.#queued = null;
    this.#isUnderWay = true;
    try {
      await (this.#current() === null ? this.#removeNow(id) : this.#copyNow());
    } finally {
      this.#isUnderWay = false;
      this.#isStuck = false;
    }
  }

  #isLate(id: number): void {
    // The time may be up just when it has ended.
    this.#isStuck = this.#isUnderWay;
    this.#retryAt = Date.now() + RETRY_MS;
    // If the object leaves memory, the alarm removes the copy.
    if (this.#current() === null) this.#storage.kv.put('forget', id);
    const message = `KV has not answered for ${PATIENCE_MS / 1000} s.`;
    logLine('kv_copy_failed', { webhook_id: id, name: 'TimeoutError', message });
  }

  async #copyNow(): Promise<void> {
    const record = this.#current();
    if (record === null) return;
    if (this.#version === record.version) {
      this.#retryAt = null;
      return;
    }
    const written = await writeRecord(this.#kv, record);
    // The webhook was removed meanwhile, and maybe made again: the next operation decides what KV has.
    if (this.#current()?.createdAt !== record.createdAt) return;
    if (written.ok) {
      this.#version = record.version;
      this.#retryAt = null;
      writeDocument(this.#storage.sql, 'copied_version', String(record.version));
    } else {
      this.#retryAt = Date.now() + RETRY_MS;
      logLine('kv_copy_failed', { webhook_id: record.id, ...written.error });
    }
  }

  async #removeNow(id: number): Promise<void> {
    if (this.#current() !== null) return;
    const deleted = await deleteRecord(this.#kv, id);
    if (this.#current() !== null) return;
    this.#retryAt = deleted.ok ? null : Date.now() + RETRY_MS;
    if (!deleted.ok) {
      this.#storage.kv.put('forget', id);
      logLine('kv_copy_failed', { webhook_id: id, ...deleted.error });
    } else if (this.isBuried()) this.#storage.kv.delete('forget');
    else await this.#storage.deleteAll();
  }

  /**
   * For the alarm of an object without a webhook: removes what is still left of it. Gives when the next alarm is
   * needed, ms since 1970, or null.
   */
  async finish(): Promise<number | null> {
    const forgotten = this.#storage.kv.get<number>('forget');
    if (forgotten !== undefined) await this.remove(forgotten);
    else if (!this.isBuried()) await this.#storage.deleteAll();
    return this.#retryAt ?? this.#buriedUntil();
  }

  /**
   * Keeps the object from getting a webhook again until `until` (ms since 1970). The id of a webhook made with an
   * Idempotency-Key is made of that key: until the key has expired, a repeated request must not bring the webhook back.
   */
  bury(until: number): void {
    this.#storage.kv.put('buried_until', until);
  }

  /** Whether a deleted webhook must not come back yet. */
  isBuried(): boolean {
    return this.#buriedUntil() !== null;
  }

  /** Whether the object can get a webhook. */
  get isFree(): boolean {
    return this.#current() === null && !hasTables(this.#storage.sql) && !this.isBuried();
  }

  #buriedUntil(): number | null {
    const until = this.#storage.kv.get<number>('buried_until') ?? 0;
    return until > Date.now() ? until : null;
  }
}
