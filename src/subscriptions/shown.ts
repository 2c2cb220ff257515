/**
 * The fields of webhooks and destinations that can change, as answers and exported configurations show them: secrets among
 * them are masked. Sealed secrets cannot get in, because fields are named one by one.
 */
import { providerOf } from '../providers/registry';
import { destinationDocument } from './destination-input';
import { maskedHeaders, maskedSettings } from './masking';
import type { DestinationRecord, WebhookRecord } from './webhook';
import { webhookDocument } from './webhook-document';

export function shownWebhook(record: WebhookRecord) {
  return { ...webhookDocument(record), settings: maskedSettings(record.settings, providerOf(record)) };
}

export function shownDestination(destination: DestinationRecord) {
  const document = destinationDocument(destination);
  return { ...document, extra_headers: maskedHeaders(document.extra_headers) };
}
