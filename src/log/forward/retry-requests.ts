/** Requests to send what waits for a destination now: what they find, and when it goes. */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { RetryResult } from '../contract/replays';
import type { Feed } from '../store/feed';
import type { DestinationState } from './destination-state';
import type { Forwarding } from './forwarding';
import { hasRow } from './queued-event';
import { sequencesOf } from './settled-ahead';
import { wants } from './wants';

/** How many entries of the feed are looked at to count what waits. Appends have to wait for that long. */
const MAX_EXAMINED = 2048;

type Parts = { webhook: WebhookRecord; log: { feed: Feed }; forwarding: Forwarding };

/** Sends what waits for a destination now. What waits is counted before. */
export function retryDestination({ webhook, log, forwarding }: Parts, destinationId: string): RetryResult {
  const state = forwarding.destination(destinationId);
  const isKnown = webhook.destinations.some(({ id }) => id === destinationId);
  if (state === null || !isKnown) return { kind: 'unknown_destination' };
  if (!state.destination.isActive) return { kind: 'paused' };
  const waiting = forwarding.rows.waiting(destinationId) + withoutRow(state);
  const unread = log.feed.after(state.queue.scan, MAX_EXAMINED);
  const settled = new Set(sequencesOf(state.queue.settledAhead));
  const fresh = unread.filter(
    ({ event }) =>
      event !== null && !settled.has(event.sequence) && wants(state.destination, event, log.feed),
  );
  return {
    kind: 'ok',
    waiting: waiting + fresh.length,
    more: unread.length === MAX_EXAMINED,
    nextAttemptAt: forwarding.retry(state),
  };
}

/** How many events its queue has besides those that are counted by their rows. */
export const withoutRow = ({ queue }: DestinationState): number =>
  [...queue.unfinished.values()].filter(queued => !hasRow(queued)).length;
