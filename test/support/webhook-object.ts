/** A webhook's object of its own, called as the edge calls it, and short words for what tests do with it. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { AppendResult, IncomingEvent } from '../../src/log/contract/append';
import type { StatusReport } from '../../src/log/contract/status';
import type { WebhookRecord } from '../../src/subscriptions/webhook';
import { appendRequest, type EventGiven, incomingEvent, webhookRecord } from './webhook-record';

/** A grace of a minute and an expiry of an hour, so that a test sees every stage of a hole. */
export const SHORT = { enabled: true, holdSeconds: 0, graceSeconds: 60, expiresSeconds: 3600 };

/** An object of its own with a webhook, and short words for what tests do with it. */
export async function newObject(given: Partial<WebhookRecord> = {}) {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  expect(await stub.create(webhookRecord(given))).toBe('created');
  let version = 1;

  const send = async (id: number | null, event: EventGiven = {}): Promise<AppendResult> =>
    (await stub.append(appendRequest(await incomingEvent(id, event), version))) as AppendResult;

  return {
    stub,
    send,
    /** The answers as `accepted 3`, `duplicate 1`, `ignored` … one after the other. */
    async sendAll(ids: readonly number[], event: EventGiven = {}): Promise<string[]> {
      const answers: string[] = [];
      for (const id of ids) answers.push(short(await send(id, event)));
      return answers;
    },
    /** Appends that reach the object together, so that they share a transaction. */
    together: async (events: readonly IncomingEvent[]): Promise<AppendResult[]> =>
      runInDurableObject(stub, async object =>
        Promise.all(events.map(event => object.append(appendRequest(event, version)))),
      ),
    async change(changed: Partial<WebhookRecord>) {
      const record = await stub.getRecord();
      if (record === null) throw new Error('no webhook');
      expect(await stub.replace({ ...record, ...changed }, version)).toMatchObject({ kind: 'ok' });
      version++;
    },
    /** The gap list as `from-to status`. */
    async gaps(): Promise<string[]> {
      const report = await stub.gaps(null);
      if (!report.numbered) throw new Error('not numbered');
      return report.gaps.map(({ from, to, status }) => `${from}-${to} ${status}`);
    },
    async status(): Promise<StatusReport> {
      const report = await stub.status();
      if (report === null) throw new Error('no webhook');
      return report;
    },
    statusOf: async (sequence: number) => (await stub.event(sequence))?.status,
    alarm: () => runDurableObjectAlarm(stub),
    evict: () => evictDurableObject(stub),
    tables: () =>
      runInDurableObject(stub, (_object, state) =>
        state.storage.sql
          .exec<{ name: string }>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
          )
          .toArray()
          .map(({ name }) => name),
      ),
  };
}

/** An answer as `accepted 3`, `duplicate 1`, `ignored` … */
export function short(result: AppendResult): string {
  return 'sequence' in result ? `${result.kind} ${result.sequence}` : result.kind;
}

/** Authentic, and not what its schema says. */
export const invalid: EventGiven = { issues: [{ path: '/topic', message: 'is required' }] };
