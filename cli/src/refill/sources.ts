/** Where a provider keeps what it sent, for whoever has to fetch a missing event from there. */

type Source = {
  how: string;
  /** How long it is kept, in words; null where the provider does not say. */
  kept: string | null;
  /** What comes of it: the event itself, the provider sending it again, or only how things are now. */
  gives: 'event' | 'redelivery' | 'state';
};

const SOURCES: Readonly<Record<string, Source>> = {
  github: {
    how: 'GET .../hooks/{hook_id}/deliveries lists them, POST .../deliveries/{delivery_id}/attempts sends one again (also in the settings of the webhook, under Recent Deliveries)',
    ...{ kept: '3 days', gives: 'redelivery' },
  },
  gitlab: {
    how: 'GET /projects/{id}/hooks/{hook_id}/events lists them, POST .../events/{event_id}/resend sends one again',
    ...{ kept: '7 days', gives: 'redelivery' },
  },
  paypal: {
    how: 'GET /v1/notifications/webhooks-events?start_time&end_time lists them, POST .../{id}/resend sends one again',
    ...{ kept: '30 days', gives: 'redelivery' },
  },
  paddle: {
    how: 'GET /notifications lists them, POST /notifications/{id}/replay sends one again',
    ...{ kept: '90 days', gives: 'redelivery' },
  },
  stripe: {
    how: 'GET /v1/events?delivery_success=false has the events; the Dashboard sends one again',
    ...{ kept: '30 days', gives: 'event' },
  },
  square: {
    how: 'POST /v2/events has the events, once that is enabled',
    ...{ kept: '28 days', gives: 'event' },
  },
  workos: { how: 'GET /events?events[]&after has the events', ...{ kept: '30 days', gives: 'event' } },
  mailgun: { how: 'GET /v3/{domain}/events has the events', ...{ kept: '3 days or more', gives: 'event' } },
  apideck: {
    how: 'GET /webhook/logs?filter[start_date]&filter[end_date] has what was sent',
    ...{ kept: null, gives: 'event' },
  },
  shipstream: {
    how: 'there is no log of events: order.search, shipment.search, delivery.search and product.search by updated_at, and stock_movement.list by created_at, show what changed between the events on both sides of a gap',
    ...{ kept: null, gives: 'state' },
  },
  ecwid: {
    how: '/orders?updatedFrom&updatedTo, the same of products and customers, and /{entity}/deleted show what changed',
    ...{ kept: null, gives: 'state' },
  },
  shopify: { how: 'orders by updated_at (GraphQL) show what changed', ...{ kept: null, gives: 'state' } },
  woocommerce: {
    how: '/wp-json/wc/v3/orders?modified_after shows what changed',
    ...{ kept: null, gives: 'state' },
  },
  bigcommerce: { how: '/v2/orders?min_date_modified shows what changed', ...{ kept: null, gives: 'state' } },
};

const GIVES: Readonly<Record<Source['gives'], string>> = {
  event: 'Put the events into a file, one a line, and give it: --from FILE.',
  redelivery: 'What is sent again arrives by itself and closes the gap: no file is needed.',
  state:
    'Write the events that are missing into a file, one a line, each with its increment id, and give it: --from FILE.',
};

/** Sentences for people. @param provider its name */
export function sourceText(provider: string): string {
  const source = SOURCES[provider];
  if (source === undefined) return `Look whether the provider lists or resends what it sent. ${GIVES.event}`;
  const kept = source.kept === null ? '' : `; kept ${source.kept}`;
  return `At the provider: ${source.how}${kept}.\n${GIVES[source.gives]}`;
}
