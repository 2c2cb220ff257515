/**
 * The life of a webhook in its object: it is made, restored, changed and removed, and its alarm is kept right.
 *
 * Only this writes the webhook's record and its KV copy. A deleted webhook leaves no record and no tables, and is as one
 * that never was.
 */
import type { Act } from '../audit/acting';
import { AuditRows } from '../audit/audit-rows';
import { changesOf } from '../subscriptions/changes';
import { completed, readOwnRecord } from '../subscriptions/stored-record';
import type { WebhookRecord } from '../subscriptions/webhook';
import { Alarm } from './alarm';
import type { KeptAnswer } from './contract/kept-answer';
import type { RecoveryRequest, RecoveryResult } from './contract/recovery';
import type { CreateResult, ReplaceResult } from './contract/webhook-object';
import { KvCopy } from './kv-copy';
import { LiveWebhook } from './live-webhook';
import { platformListeners } from './platform-listeners';
import { platformMeans } from './platform-means';
import { Recovery } from './recovery';
import { readDocument, writeDocument } from './store/documents';
import { KeptAnswers } from './store/kept-answers';
import { createTables, hasTables, openTables } from './store/tables';

/** What an object keeps of its webhook, and what happens to it. */
export class Lifetime {
  readonly listeners;
  readonly audit: AuditRows;
  #ctx: DurableObjectState;
  #env: Env;
  /** Null while there is no webhook. To be read as `live`. */
  #webhook: LiveWebhook | null = null;
  #alarm: Alarm;
  #answers: KeptAnswers;
  #recovery: Recovery;
  #copy: KvCopy;

  constructor(ctx: DurableObjectState, env: Env) {
    const { storage } = ctx;
    this.#ctx = ctx;
    this.#env = env;
    this.#alarm = new Alarm(storage);
    this.#answers = new KeptAnswers(storage.sql);
    this.audit = new AuditRows(storage.sql);
    this.#recovery = new Recovery(storage, () => ctx.abort('It starts anew from an earlier moment.'));
    this.#copy = new KvCopy(storage, env.SUBSCRIPTIONS, {
      current: () => this.#webhook?.webhook ?? null,
      empty: this.#empty,
      rescheduled: this.#arrangeCopy,
    });
    this.listeners = platformListeners(ctx, env, () => this.#webhook);
    const stored = hasTables(storage.sql) ? readDocument(storage.sql, 'record') : null;
    if (stored === null) return;
    openTables(storage);
    this.#webhook = this.#begin(readOwnRecord(stored));
    ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.find();
      // The object may have ended while it waited for KV.
      this.#arrangeCopy();
    });
  }

  /** The webhook, for every call: whatever is asked of an object, it sees to its alarm. */
  get live(): LiveWebhook | null {
    this.#recovery.check();
    this.#alarm.check();
    return this.#webhook;
  }

  async create(webhook: WebhookRecord, kept?: KeptAnswer, act?: Act): Promise<CreateResult> {
    if (!this.#copy.isFree) return 'exists';
    // An edge of an earlier release may know fewer fields.
    const first = completed({ ...webhook, version: 1 });
    this.#ctx.storage.transactionSync(() => {
      createTables(this.#ctx.storage.sql);
      writeDocument(this.#ctx.storage.sql, 'record', JSON.stringify(first));
      if (kept !== undefined) this.#answers.keep(kept, Date.now());
      if (act !== undefined) this.audit.add(act, Date.now(), {}, changesOf(null, first));
      this.#copy.remember();
    });
    this.#webhook = this.#begin(first);
    await this.#copy.copy();
    this.#alarm.arrange();
    return this.#copy.dueAt() === null ? 'created' : 'created_uncopied';
  }

  async getRecord(): Promise<WebhookRecord | null> {
    return this.live?.webhook ?? null;
  }

  async wake(): Promise<number | null> {
    if (this.live === null) await this.#finish();
    this.#alarm.arrange();
    return this.#alarm.dueAt();
  }

  async replace(
    webhook: WebhookRecord,
    baseVersion: number,
    kept?: KeptAnswer,
    act?: Act,
  ): Promise<ReplaceResult> {
    const live = this.live;
    if (live === null) return { kind: 'gone' };
    // An answer that is not noted yet may turn a destination off: that is a change before this one.
    live.forwarding.flush();
    const before = live.webhook;
    if (before.version !== baseVersion) return { kind: 'conflict' };
    // No await between these writes, so the runtime commits them as one transaction.
    live.configure(completed(webhook));
    if (kept !== undefined) this.#answers.keep(kept, Date.now());
    if (act !== undefined) this.audit.add(act, Date.now(), {}, changesOf(before, live.webhook));
    await this.#copy.copy();
    this.#alarm.arrange();
    return { kind: 'ok', record: live.webhook };
  }

  async remove(baseVersion?: number): Promise<boolean | 'changed'> {
    const live = this.live;
    if (live === null) return false;
    if (baseVersion !== undefined && live.webhook.version !== baseVersion) return 'changed';
    const buriedUntil = this.#answers.keptUntil(Date.now());
    this.listeners.end('webhook_deleted');
    this.#webhook = null;
    live.stop();
    await this.#empty();
    if (buriedUntil !== null) this.#copy.bury(buriedUntil);
    await this.#copy.remove(live.webhook.id);
    return true;
  }

  async recall(key: string): Promise<KeptAnswer | 'deleted' | null> {
    if (this.live !== null) return this.#answers.find(key, Date.now());
    return this.#copy.isBuried() ? 'deleted' : null;
  }

  async recover(request: RecoveryRequest): Promise<RecoveryResult> {
    return this.#recovery.answer(request, this.live, Date.now());
  }

  /** After a call that left work for later. */
  arrange(): void {
    this.#alarm.arrange();
  }

  async alarm(): Promise<void> {
    this.#alarm.fired();
    await (this.#webhook === null ? this.#finish() : this.#alarm.run());
  }

  #arrangeCopy = (): void => this.#alarm.arrangeAt(this.#copy.dueAt());

  #empty = async (): Promise<void> => {
    await this.#ctx.storage.deleteAll();
    this.#alarm.deleted();
  };

  /** Removes what is left of a deleted webhook. */
  #finish = (): Promise<void> => this.#alarm.attempt('remove', () => this.#copy.finish());

  #begin(webhook: WebhookRecord): LiveWebhook {
    this.#copy.begin(webhook, Date.now());
    const means = platformMeans(this.#ctx, this.#env, {
      rescheduled: () => this.#alarm.arrange(),
      recordChanged: () => {
        this.#copy.defer(Date.now());
        this.#alarm.arrange();
      },
    });
    const live = new LiveWebhook(webhook, means);
    live.newEvents.follow(this.listeners);
    this.#alarm.serve(webhook.id, [...live.chores, this.#copy.chore, this.listeners.chore]);
    return live;
  }
}
