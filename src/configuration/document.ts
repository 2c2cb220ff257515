/**
 * The configuration as a document: every webhook with its destinations, known by their names, without secrets and
 * without what only this deployment knows (times, addresses; ids only where names are not enough). Pure.
 */

import { type FieldError, unknownField } from '../input/field-errors';
import { mergePatch } from '../input/merge-patch';
import { isObject } from '../json/kind';
import { err, ok, type Result } from '../result';
import { isSameName, normalName } from '../subscriptions/names';
import { shownDestination, shownWebhook } from '../subscriptions/shown';
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
  /** Of a webhook that was made: KV did not take the copy of its record yet. */
  kv_copy?: 'pending';
};

/** What a webhook is known by; one without a name by its id, which holds in this deployment only. */
export const webhookName = (record: WebhookRecord): string => record.name ?? String(record.id);

/** What a destination is known by; one without a name by its URL. */
export const destinationName = ({ name, url }: Pick<DestinationRecord, 'name' | 'url'>): string =>
  name ?? url;

/** Every webhook, by name; with its id where the name is not enough to tell it from the others. */
export function exportedConfig(records: readonly WebhookRecord[]): object {
  const sorted = records.toSorted((a, b) => webhookName(a).localeCompare(webhookName(b)) || a.id - b.id);
  return { webhooks: sorted.map(record => exportedWebhook(record, records)) };
}

function exportedWebhook(record: WebhookRecord, all: readonly WebhookRecord[]): object {
  const { destinations } = record;
  const isNamed = record.name !== null && all.filter(({ name }) => name === record.name).length === 1;
  return {
    ...(isNamed ? {} : { webhook_id: record.id }),
    provider: record.provider,
    ...shownWebhook(record),
    ...(record.jurisdiction === null ? {} : { jurisdiction: record.jurisdiction }),
    ...(record.locationHint === null ? {} : { location_hint: record.locationHint }),
    destinations: destinations.map(destination => ({
      ...(namesakes(destinations, destinationName(destination)).length === 1
        ? {}
        : { destination_id: destination.id }),
      ...shownDestination(destination),
    })),
  };
}

/** The destinations that are known by a name. */
export const namesakes = (destinations: readonly DestinationRecord[], name: string): DestinationRecord[] =>
  destinations.filter(destination => isSameName(destinationName(destination), name));

/** An entry of a document that is applied, with its place in it; known by its id where it has one, else by its name. */
export type Entry = {
  prefix: string;
  name: string;
  webhookId: number | null;
  given: Record<string, unknown>;
};

/** The entries of a document. A field that is null is one that is left out, in whatever depth of objects. */
export function entriesOf(document: unknown): Result<Entry[], FieldError[]> {
  if (!isObject(document) || !Array.isArray(document.webhooks)) {
    return err([{ path: '/webhooks', message: 'must be a list of webhooks' }]);
  }
  const unknown = Object.keys(document).filter(field => field !== 'webhooks');
  const errors: FieldError[] = unknown.slice(0, 20).map(field => ({
    path: `/${field.slice(0, 60)}`,
    message: unknownField(field, ['webhooks']),
  }));
  const entries: Entry[] = [];
  for (const [index, webhook] of document.webhooks.entries()) {
    const prefix = `/webhooks/${index}`;
    const given = withoutNulls(webhook);
    if (!isObject(given)) {
      errors.push({ path: prefix, message: 'must be an object' });
      continue;
    }
    const entry = entryOf(prefix, given);
    if (!entry.ok) errors.push(entry.error);
    else if (!entries.some(other => isSameEntry(other, entry.value))) entries.push(entry.value);
    else {
      const path = entry.value.webhookId === null ? `${prefix}/name` : `${prefix}/webhook_id`;
      errors.push({ path, message: 'is that of another webhook in this document' });
    }
  }
  return errors.length > 0 ? err(errors.slice(0, 20)) : ok(entries);
}

function entryOf(prefix: string, given: Record<string, unknown>): Result<Entry, FieldError> {
  const { name, webhook_id: id } = given;
  const isNamed = typeof name === 'string' && name !== '';
  if (id === undefined) {
    if (isNamed) return ok({ prefix, name: normalName(name), webhookId: null, given });
    return err({ path: `${prefix}/name`, message: 'is required, or webhook_id: webhooks are known by it' });
  }
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) {
    return ok({ prefix, name: isNamed ? normalName(name) : String(id), webhookId: id, given });
  }
  return err({ path: `${prefix}/webhook_id`, message: 'must be the id of a webhook of this gateway' });
}

const isSameEntry = (a: Entry, b: Entry): boolean =>
  a.webhookId !== null && b.webhookId !== null
    ? a.webhookId === b.webhookId
    : typeof a.given.name === 'string' && typeof b.given.name === 'string' && a.name === b.name;

/** Nulls mean the default, as in a merge patch; those in lists are values. */
const withoutNulls = (given: unknown): unknown => (isObject(given) ? mergePatch({}, given) : given);

/** An entry of a list of destinations, likewise. */
export const destinationEntry = (given: unknown): Record<string, unknown> | null => {
  const entry = withoutNulls(given);
  return isObject(entry) ? entry : null;
};

/** A document with everything in it, and as it is shown. */
export type Shown = { full: object; shown: object };

/** The fields that differ, as they are shown; of what is masked only that it changes. */
export function differences(before: Shown, after: Shown): Record<string, unknown> {
  const text = (document: object, field: string): string =>
    JSON.stringify(new Map<string, unknown>(Object.entries(document)).get(field)) ?? '';
  const shownBefore = new Map<string, unknown>(Object.entries(before.shown));
  return Object.fromEntries(
    Object.entries(after.shown)
      .filter(([field]) => text(before.full, field) !== text(after.full, field))
      .map(([field, to]) => {
        const isMasked = text(before.shown, field) === text(after.shown, field);
        return [field, isMasked ? 'changed' : { from: shownBefore.get(field), to }];
      }),
  );
}
