/** A webhook record for tests that only carry it around. */
import type { WebhookRecord } from '../../../src/subscriptions/webhook';

export const recordOf = (id: number, version = 1): WebhookRecord => ({
  format: 1,
  id,
  version,
  createdAt: 0,
  updatedAt: 0,
  name: null,
  provider: 'shipstream',
  topics: ['*'],
  topicsAsGiven: '*',
  isActive: true,
  onInvalid: 'quarantine',
  retentionDays: 7,
  sequence: { enabled: true, holdSeconds: 0, graceSeconds: 60, expiresSeconds: 374_400 },
  silenceSeconds: null,
  confirm: null,
  settings: {},
  secrets: [],
  createdBy: 'rest',
  destinations: [],
});

/** A KV namespace that is down. */
export const brokenKv = new Proxy({} as KVNamespace, {
  get: () => () => Promise.reject(new Error('KV is down')),
});
