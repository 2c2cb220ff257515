/**
 * Sends a test to one destination: what a courier is given of an event, without an event. Nothing is stored, no queue knows
 * of it, and no circuit, pace or count learns from it.
 */
import type { OutgoingEvent } from '../delivery/outgoing';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import type { DestinationTest, DestinationTestResult } from './contract/destination-test';
import { MAX_COURIERS } from './forward/courier-pool';
import type { Means } from './means';

/** A courier for tests alone: the connections of the others are counted, and a receiver that hangs would hold one of them. */
const TEST_COURIER = MAX_COURIERS + 1;

/** Takes the destination's timeout, and at most 5 s to find a connection. Rejects when the call to the courier fails. */
export async function testDestination(
  { target, deliver, clock }: Pick<Means, 'target' | 'deliver' | 'clock'>,
  webhook: WebhookRecord,
  destinationId: string,
  test: DestinationTest,
): Promise<DestinationTestResult> {
  const destination = webhook.destinations.find(({ id }) => id === destinationId);
  if (destination === undefined) return { kind: 'unknown_destination' };
  const opened = await target(webhook, destination);
  if (opened === null) return { kind: 'unreadable_secret' };
  const how = { connections: 1, inOrder: false, trial: true };
  const event = testEvent(destination, test, clock.now());
  const [result] = await deliver({ ...opened, ...how }, [event], TEST_COURIER);
  if (result === undefined) return { kind: 'busy' };
  const { outcome, status, error, durationMs } = result;
  const { connectionError = null, answer = null, sentHeaders = null } = result;
  const attempt = { outcome, status, error, connectionError, durationMs, answer, sentHeaders };
  return { kind: 'ok', attempt };
}

const testEvent = (
  { id, passesQuery }: DestinationRecord,
  { testId, topic, headers, query, body }: DestinationTest,
  now: number,
): OutgoingEvent => ({
  ...{ messageId: `msg_test_${testId}_${id}`, sequence: 0, topic, receivedAt: now, test: true },
  ...{ incrementId: null, previous: null, gap: null, late: false, attempt: 1, replay: false },
  ...{ headers, query: passesQuery ? query : '', body },
});
