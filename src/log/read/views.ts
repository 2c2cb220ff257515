/** What reading sees of a webhook. */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { EventLog } from '../commit/event-log';
import type { Forwarding } from '../forward/forwarding';

export type Views = {
  webhook: WebhookRecord;
  log: Pick<EventLog, 'state' | 'feed' | 'tables'>;
  forwarding: Pick<Forwarding, 'rows' | 'journal' | 'destination'>;
};
