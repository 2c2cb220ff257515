/**
 * The configuration as a document: every webhook with its destinations, known by their names, without secrets and
 * without what only this deployment knows (ids, times, addresses). Pure.
 */
import { isObject } from '../json/kind';
import { err, ok, type Result } from '../result';
import { destinationDocument } from '../subscriptions/destination-input';
import type { FieldError } from '../subscriptions/field-errors';
import { webhookDocument } from '../subscriptions/input';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';

/** One difference. `fields`: path → `{from, to}`; of secrets only that they change. */
export type Change = {
  action: 'create' | 'update' | 'delete';
  kind: 'webhook' | 'destination';
  name: string;
  /** Of a destination: its webhook. */
  webhook?: string;
  fields?: Record<string, unknown>;
  /** Of a destination that was made: its secret, shown this once. */
  secret_key?: string;
};

/** What a webhook is known by; one without a name by its id, which holds in this deployment only. */
export const webhookName = (record: WebhookRecord): string => record.name ?? String(record.id);

/** What a destination is known by; one without a name by its URL. */
export const destinationName = ({ name, url }: Pick<DestinationRecord, 'name' | 'url'>): string =>
  name ?? url;

export function exportedWebhook(record: WebhookRecord): object {
  return {
    ...(record.name === null ? { webhook_id: record.id } : {}),
    provider: record.provider,
    ...webhookDocument(record),
    destinations: record.destinations.map(destinationDocument),
  };
}

/** An entry of a document that is applied, with its place in it. */
export type Entry = {
  prefix: string;
  name: string;
  webhookId: number | null;
  given: Record<string, unknown>;
};

/** The entries of a document, each with a name that no other has. */
export function entriesOf(document: unknown): Result<Entry[], FieldError[]> {
  if (!isObject(document) || !Array.isArray(document.webhooks)) {
    return err([{ path: '/webhooks', message: 'must be a list of webhooks' }]);
  }
  const unknown = Object.keys(document).filter(field => field !== 'webhooks');
  const errors: FieldError[] = unknown.slice(0, 20).map(field => ({
    path: `/${field.slice(0, 60)}`,
    message: 'unknown field; known are webhooks',
  }));
  const entries: Entry[] = [];
  for (const [index, given] of document.webhooks.entries()) {
    const prefix = `/webhooks/${index}`;
    if (!isObject(given)) {
      errors.push({ path: prefix, message: 'must be an object' });
      continue;
    }
    const { name, webhook_id: id } = given;
    const webhookId = typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
    const known =
      typeof name === 'string' && name !== '' ? name : webhookId === null ? null : String(webhookId);
    if (known === null)
      errors.push({ path: `${prefix}/name`, message: 'is required: webhooks are known by it' });
    else if (entries.some(entry => entry.name === known)) {
      errors.push({ path: `${prefix}/name`, message: 'is the name of another webhook in this document' });
    } else entries.push({ prefix, name: known, webhookId, given });
  }
  return errors.length > 0 ? err(errors.slice(0, 20)) : ok(entries);
}

/** The fields that differ. */
export function differences(before: object, after: object): Record<string, unknown> {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after)
      .filter(([field, to]) => JSON.stringify(old.get(field)) !== JSON.stringify(to))
      .map(([field, to]) => [field, { from: old.get(field), to }]),
  );
}
