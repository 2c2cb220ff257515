/** An event as the log stores it: a plain one, which a test changes where it matters. */
import type { StoredEvent } from '../../src/log/store/stored-event';

export const storedEvent = (sequence: number, given: Partial<StoredEvent> = {}): StoredEvent => ({
  sequence,
  receivedAt: 0,
  topic: 'order:created',
  topics: ['order:created'],
  eventId: null,
  incrementId: sequence,
  epoch: 1,
  eventTime: null,
  status: 'forwardable',
  deferred: false,
  reason: null,
  gap: null,
  repeats: null,
  late: false,
  bodySigned: true,
  operational: false,
  entityKeys: [],
  issues: [],
  headers: [],
  query: '',
  bodyBytes: 2,
  fingerprint: new Uint8Array(),
  ...given,
});
