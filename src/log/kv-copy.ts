/**
 * The copy of a webhook's record in KV, for the edge and for lists: written after every change, removed with the webhook,
 * and repeated by the alarm until KV has taken it.
 *
 * One operation after the other: two at a time could reach KV in the wrong order, and the older one would stay. So a record
 * that is removed while it is being written goes, and one that is made again while it is being removed stays.
 */
import { deleteRecord, writeRecord } from '../subscriptions/store';
import type { WebhookRecord } from '../subscriptions/webhook';
import { readDocument, writeDocument } from './store/documents';
import { hasTables } from './store/tables';

/** KV allows one write per second and key; a failed copy is tried again after this. */
const RETRY_MS = 5000;

export class KvCopy {
  #storage: DurableObjectStorage;
  #kv: KVNamespace;
  #current: () => WebhookRecord | null;
  /** Version of the record that KV has. */
  #version = 0;
  /** When the copy is to be tried again, ms since 1970. */
  #retryAt: number | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param current the record there is at the moment; null for none */
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

  /** To be copied with the next alarm. */
  defer(now: number): void {
    this.#retryAt = now;
  }

  copy(): Promise<void> {
    return this.#then(() => this.#copyNow());
  }

  /** The webhook is gone: its copy too, and then all that is left of it here. */
  remove(id: number): Promise<void> {
    return this.#then(() => this.#removeNow(id));
  }

  #then(operation: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(operation, operation);
    return this.#last;
  }

  async #copyNow(): Promise<void> {
    const record = this.#current();
    if (record === null || this.#version === record.version) return;
    const written = await writeRecord(this.#kv, record);
    // Removed, or removed and made again: what is to be in KV then comes after this.
    if (this.#current()?.createdAt !== record.createdAt) return;
    if (written.ok) {
      this.#version = record.version;
      this.#retryAt = null;
      writeDocument(this.#storage.sql, 'copied_version', String(record.version));
    } else this.#retryAt = Date.now() + RETRY_MS;
  }

  async #removeNow(id: number): Promise<void> {
    if (this.#current() !== null) return;
    const deleted = await deleteRecord(this.#kv, id);
    if (this.#current() !== null) return;
    this.#retryAt = deleted.ok ? null : Date.now() + RETRY_MS;
    if (!deleted.ok) this.#storage.kv.put('forget', id);
    else if (this.isBuried()) this.#storage.kv.delete('forget');
    else await this.#storage.deleteAll();
  }

  /**
   * For the alarm of an object without a webhook: removes what is still to be removed. Answers when to come back, ms since
   * 1970, or null.
   */
  async finish(): Promise<number | null> {
    const forgotten = this.#storage.kv.get<number>('forget');
    if (forgotten !== undefined) await this.remove(forgotten);
    else if (!this.isBuried()) await this.#storage.deleteAll();
    return this.#retryAt ?? this.#buriedUntil();
  }

  /**
   * A webhook made under an Idempotency-Key has an id made of that key: until the key has lapsed, its repetition must
   * not bring the deleted webhook back.
   * @param until ms since 1970
   */
  bury(until: number): void {
    this.#storage.kv.put('buried_until', until);
  }

  isBuried(): boolean {
    return this.#buriedUntil() !== null;
  }

  /** Whether the object can be given a webhook: it has none, and none that may not come back. */
  get isFree(): boolean {
    return this.#current() === null && !hasTables(this.#storage.sql) && !this.isBuried();
  }

  #buriedUntil(): number | null {
    const until = this.#storage.kv.get<number>('buried_until') ?? 0;
    return until > Date.now() ? until : null;
  }
}
