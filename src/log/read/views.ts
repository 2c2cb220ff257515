/** The parts of a live webhook that reading uses. A `LiveWebhook` has them all. */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { EventLog } from '../commit/event-log';
import type { Forwarding } from '../forward/forwarding';

export type Views = {
  webhook: WebhookRecord;
  log: Pick<EventLog, 'state' | 'feed' | 'tables'>;
  forwarding: Pick<Forwarding, 'rows' | 'journal' | 'destination' | 'times'>;
};
