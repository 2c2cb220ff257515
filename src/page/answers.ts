/** What the API answers the page, by the functions that make it: a change of an answer that the page reads is found by the compiler. */
import type { providerEntry } from '../api/openapi/provider-list';
import type { OverviewEntry } from '../api/overview';
import type { eventDetailView } from '../api/rest/events';
import type { gapsView } from '../api/rest/gaps';
import type { rejectionView } from '../api/rest/rejections';
import type { statusView } from '../api/rest/status';
import type { webhookView } from '../api/rest/webhooks';
import type { eventView } from '../views/event';
import type { gapView } from '../views/gap';
import type { SequenceMapView } from '../views/sequence-map';

export type Webhook = ReturnType<typeof webhookView>;
export type Destination = Webhook['destinations'][number];
export type Overview = { webhooks: OverviewEntry[]; next: string | null };
export type Status = ReturnType<typeof statusView>;
export type DestinationStatus = Status['destinations'][number];
export type SequenceMap = SequenceMapView;
export type Gap = ReturnType<typeof gapView>;
export type Gaps = ReturnType<typeof gapsView>;
export type Rejection = ReturnType<typeof rejectionView>;
export type Rejections = {
  counts: Record<string, number>;
  capture_until: string | null;
  rejections: Rejection[];
};
export type EventEntry = ReturnType<typeof eventView>;
export type Events = {
  events: EventEntry[];
  next: string | null;
  scanned_to: { sequence: number; received_at: string | null } | null;
};
export type EventDetail = ReturnType<typeof eventDetailView>;
export type Delivery = EventDetail['deliveries'][number];
export type ListedProvider = ReturnType<typeof providerEntry>;
export type Attempt = EventDetail['attempts'][number];
