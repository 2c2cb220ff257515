/** Requests to send what waits for a destination now: what they find, and when it goes. */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { RetryResult } from '../contract/replays';
import type { Feed } from '../store/feed';
import type { Forwarding } from './forwarding';
import { unreadBy, withoutRow } from './waiting-events';

/** How many entries of the feed are looked at to count what waits. Appends have to wait for that long. */
const MAX_EXAMINED = 2048;

type Parts = { webhook: WebhookRecord; log: { feed: Feed }; forwarding: Forwarding };

/** Sends what waits for a destination now. What waits is counted before; where nothing does and it is well, nothing is written. */
export function retryDestination({ webhook, log, forwarding }: Parts, destinationId: string): RetryResult {
  const state = forwarding.destination(destinationId);
  const isKnown = webhook.destinations.some(({ id }) => id === destinationId);
  if (state === null || !isKnown) return { kind: 'unknown_destination' };
  if (!state.destination.isActive) return { kind: 'paused' };
  const waiting = forwarding.rows.waiting(destinationId) + withoutRow(state);
  const { entries, wanted } = unreadBy(state, log.feed, MAX_EXAMINED);
  const more = entries.length === MAX_EXAMINED;
  const isIdle = waiting + wanted === 0 && !more && state.gate.circuit.state === 'closed';
  const nextAttemptAt = isIdle ? null : forwarding.retry(state);
  return { kind: 'ok', waiting: waiting + wanted, more, nextAttemptAt };
}
