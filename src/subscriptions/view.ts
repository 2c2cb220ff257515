/**
 * What the API shows of a webhook: public JSON, snake_case, times as RFC 3339. It holds no secret, and no place
 * where one could get in: fields are named one by one.
 */
import { providerOf } from '../providers/registry';
import { destinationDocument } from './destination-input';
import { webhookDocument } from './input';
import { maskedHeaders, maskedSettings } from './masking';
import type { RevealedSecret } from './record';
import type { DestinationRecord, WebhookRecord } from './webhook';

/** RFC 3339 in UTC with milliseconds, as everywhere in the API. @param ms since 1970 */
export const timeText = (ms: number) => new Date(ms).toISOString();

/**
 * Where the provider sends the webhook's events.
 * @param base PUBLIC_URL, or the origin of the request where that is empty
 */
export function ingestUrl(base: string, webhookId: number): string {
  return `${base.replace(/\/+$/, '')}/in/${webhookId}`;
}

/** The fields that can change, as they are shown: what is secret among them is masked. */
export function shownWebhook(record: WebhookRecord) {
  return { ...webhookDocument(record), settings: maskedSettings(record.settings, providerOf(record)) };
}

export function shownDestination(destination: DestinationRecord) {
  const document = destinationDocument(destination);
  return { ...document, extra_headers: maskedHeaders(document.extra_headers) };
}

export function webhookView(record: WebhookRecord, base: string) {
  return {
    webhook_id: record.id,
    provider: record.provider,
    ...shownWebhook(record),
    ingest_url: ingestUrl(base, record.id),
    created_at: timeText(record.createdAt),
    updated_at: timeText(record.updatedAt),
    destinations: record.destinations.map(destinationView),
  };
}

export function destinationView(destination: DestinationRecord) {
  return {
    destination_id: destination.id,
    ...shownDestination(destination),
    start: destination.start,
    created_at: timeText(destination.createdAt),
  };
}

/** The answer to a create: the only one with the destinations' secrets. */
export function createdView(record: WebhookRecord, revealed: readonly RevealedSecret[], base: string) {
  return {
    ...webhookView(record, base),
    destinations: record.destinations.map(destination => createdDestinationView(destination, revealed)),
  };
}

export function createdDestinationView(destination: DestinationRecord, revealed: readonly RevealedSecret[]) {
  const secret = revealed.find(({ destinationId }) => destinationId === destination.id);
  return { ...destinationView(destination), secret_key: secret?.secretKey };
}
