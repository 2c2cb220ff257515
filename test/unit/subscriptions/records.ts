/** Webhook records: some only to be carried around, some made as a create request makes them. */
import { type Making, newWebhook } from '../../../src/subscriptions/record';
import type { Sealed, WebhookRecord } from '../../../src/subscriptions/webhook';
import { parseWebhook } from '../../../src/subscriptions/webhook-input';
import { webhookRecord } from '../../support/webhook-record';
import { rules } from './rules';

export const recordOf = (id: number, version = 1): WebhookRecord =>
  webhookRecord({ id, version, secrets: [] });

/** A KV namespace that is down. */
export const brokenKv = new Proxy({} as KVNamespace, {
  get: () => () => Promise.reject(new Error('KV is down')),
});

export const NOW = 1_790_000_000_000;
export const url = 'https://app.example.com/hooks';

/** Sealing that can be seen through, and counted randomness. */
export function making(now = NOW): Making {
  let next = 1;
  return {
    now,
    random: bytes => new Uint8Array(bytes).fill(next++),
    seal: async (boundTo, text) => `sealed(${boundTo}|${text})` as Sealed,
  };
}

/** The record that a create request makes, with one destination. */
export async function made(given: object = {}): Promise<WebhookRecord> {
  const input = parseWebhook(
    { provider: 'shipstream', secret_key: 'inbound', destinations: [{ url }], ...given },
    rules,
  );
  if (!input.ok) throw new Error(JSON.stringify(input.error));
  return (await newWebhook(input.value, 'rest', making())).record;
}
