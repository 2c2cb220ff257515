/** A delivery to start from: tests name only what they are about. */
import type { CourierTarget, OutgoingEvent } from '../../src/delivery/outgoing';

/** The key `MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw` of the Standard Webhooks documentation. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export const targetOf = (url: string, given: Partial<CourierTarget> = {}): CourierTarget => ({
  destinationId: 'dst_1',
  url,
  extraHeaders: [],
  secrets: [SECRET],
  sign: 'standard',
  timeoutMs: 2000,
  webhookId: 42,
  connections: 6,
  inOrder: false,
  ...given,
});

export const eventOf = (given: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  messageId: 'msg_1',
  sequence: 12,
  topic: 'order:created',
  receivedAt: Date.UTC(2026, 10, 20, 12, 0, 0, 7),
  incrementId: 7,
  previous: 11,
  gap: null,
  late: false,
  attempt: 1,
  replay: false,
  headers: [['content-type', 'application/json']],
  query: '',
  body: new TextEncoder().encode('{"topic":"order:created"}'),
  ...given,
});
