/** A webhook record for tests that only carry it around. */
import type { WebhookRecord } from '../../../src/subscriptions/webhook';
import { webhookRecord } from '../../support/webhook-record';

export const recordOf = (id: number, version = 1): WebhookRecord =>
  webhookRecord({ id, version, secrets: [] });

/** A KV namespace that is down. */
export const brokenKv = new Proxy({} as KVNamespace, {
  get: () => () => Promise.reject(new Error('KV is down')),
});
