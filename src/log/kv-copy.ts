/**
 * The copy of a webhook's record in KV, for the edge and for lists. It is written after every change and removed with
 * the webhook. What fails is repeated by the alarm until it succeeds.
 *
 * KV operations run one after the other: two at a time could reach KV in the wrong order. Each looks at the current
 * record when its turn comes. So a record removed during its copy is removed from KV too, and one made again stays. One that takes long
 * is not given up, for the same reason, but nobody waits for it any more: not who changed the webhook, nor the alarm, which does nothing
 * else meanwhile.
 */
import { kvSilence } from '../answer-of-kv';
import { errorFields } from '../error-name';
import { inTime } from '../in-time';
import { logLine } from '../log-line';
import { deleteRecord, type WriteFailure, writeRecord } from '../subscriptions/store';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { Chore } from './chores';
import { readDocument, writeDocument } from './store/documents';
import { hasTables } from './store/tables';

/** KV allows one write per second and key; a failed copy is tried again after this. */
const RETRY_MS = 5000;
/** How long an operation is waited for. */
const PATIENCE_MS = 5000;

export type CopyMeans = {
  /** The record at the moment; null for none. */
  current: () => WebhookRecord | null;
  /** Deletes all that the object has stored, the alarm as well. */
  empty: () => Promise<void>;
  /** `dueAt` has changed, and nobody waits who would look at it. */
  rescheduled: () => void;
};

/** The copy, as its object keeps it. */
export class KvCopy {
  #storage: DurableObjectStorage;
  #kv: KVNamespace;
  #means: CopyMeans;
  /** Version of the record that KV has. */
  #version = 0;
  /** When the copy is to be tried again, ms since 1970. */
  #retryAt: number | null = null;
  #last: Promise<void> = Promise.resolve();
  /** The operation that has not begun, for all who ask before it does. */
  #queued: Promise<void> | null = null;
  /** `stuck`: somebody waited in vain for the one that is under way. */
  #operation: 'none' | 'under way' | 'stuck' = 'none';

  constructor(storage: DurableObjectStorage, kv: KVNamespace, means: CopyMeans) {
    this.#storage = storage;
    this.#kv = kv;
    this.#means = means;
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
    const record = this.#means.current();
    if (record !== null) await this.#inTurn(record.id);
  }

  /**
   * Removes the copy of a deleted webhook, and then all that is left of it in this object. Resolves as `copy` does. The alarm
   * looks whether the object ended meanwhile.
   */
  remove(id: number): Promise<void> {
    this.#storage.kv.put('forget', id);
    this.#again(PATIENCE_MS + RETRY_MS);
    return this.#inTurn(id);
  }

  /** The object has a webhook again, whatever it was to remove. */
  remember(): void {
    this.#storage.kv.delete('forget');
  }

  async #inTurn(id: number): Promise<void> {
    if (this.#queued === null) {
      this.#queued = this.#last.then(() => this.#follow(id));
      this.#last = this.#queued;
    }
    if (this.#operation === 'stuck') this.#isLate(id);
    else await inTime(this.#queued, PATIENCE_MS, () => this.#isLate(id));
  }

  /** Has KV follow the object. Never rejects: whoever asked may not wait any more. */
  async #follow(id: number): Promise<void> {
    this.#queued = null;
    this.#operation = 'under way';
    try {
      const record = this.#means.current();
      await (record === null ? this.#removeNow(id) : this.#copyNow(record));
    } catch (error) {
      this.#failed(id, errorFields(error));
    } finally {
      this.#operation = 'none';
    }
  }

  #isLate(id: number): void {
    // The time may be up just when it has ended.
    if (this.#operation === 'under way') this.#operation = 'stuck';
    this.#failed(id, { name: 'TimeoutError', message: kvSilence(PATIENCE_MS) });
  }

  #failed(id: number, why: WriteFailure): void {
    logLine('kv_copy_failed', { webhook_id: id, ...why });
    this.#again(RETRY_MS);
  }

  /** Leaves it to an alarm in so many ms. */
  #again(ms: number): void {
    this.#retryAt = Date.now() + ms;
    this.#means.rescheduled();
  }

  async #copyNow(record: WebhookRecord): Promise<void> {
    if (this.#version === record.version) {
      this.#retryAt = null;
      return;
    }
    const written = await writeRecord(this.#kv, record);
    // The webhook was removed meanwhile, and maybe made again: the next operation decides what KV has.
    if (this.#means.current()?.createdAt !== record.createdAt) return;
    if (written.ok) {
      this.#version = record.version;
      this.#retryAt = null;
      writeDocument(this.#storage.sql, 'copied_version', String(record.version));
    } else this.#failed(record.id, written.error);
  }

  async #removeNow(id: number): Promise<void> {
    const deleted = await deleteRecord(this.#kv, id);
    if (this.#means.current() !== null) return;
    if (!deleted.ok) {
      // An operation before this one may have deleted it with all the rest.
      this.#storage.kv.put('forget', id);
      this.#failed(id, deleted.error);
      return;
    }
    this.#retryAt = null;
    if (this.isBuried()) this.#storage.kv.delete('forget');
    else await this.#means.empty();
  }

  /**
   * For the alarm of an object without a webhook: removes what is still left of it. Gives when the next alarm is
   * needed, ms since 1970, or null.
   */
  async finish(): Promise<number | null> {
    const forgotten = this.#storage.kv.get<number>('forget');
    if (forgotten !== undefined) await this.#inTurn(forgotten);
    else if (!this.isBuried()) await this.#means.empty();
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
    return this.#means.current() === null && !hasTables(this.#storage.sql) && !this.isBuried();
  }

  #buriedUntil(): number | null {
    const until = this.#storage.kv.get<number>('buried_until') ?? 0;
    return until > Date.now() ? until : null;
  }
}
