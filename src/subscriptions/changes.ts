/**
 * What a change of a webhook's record changed, field by field, for the audit log. Secrets, and what may be one or tell of a
 * person, are compared and never shown: `MASK` stands on both sides. Pure.
 */
import type { FieldChange } from '../audit/entry';
import { isObject } from '../json/kind';
import { formatPointer } from '../json/pointer';
import { destinationDocument } from './destination-input';
import { MASK } from './masking';
import type { DestinationRecord, StoredSecret, WebhookRecord } from './webhook';
import { webhookDocument } from './webhook-document';

/** A field of a record: what it is compared by, and what is shown of it. */
type Field = { compared: string; shown: unknown };
type Fields = Map<string, Field>;

/** Fields whose values are not shown, wherever they stand: what is sent along, what events are chosen by, what providers need. */
const HIDDEN = ['extra_headers', 'filter', 'settings'];

/** @param before null for a webhook that is new */
export function changesOf(before: WebhookRecord | null, after: WebhookRecord): FieldChange[] {
  const old: Fields = before === null ? new Map() : fieldsOf(before);
  const now = fieldsOf(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter(path => old.get(path)?.compared !== now.get(path)?.compared)
    .map(path => ({ path, before: old.get(path)?.shown ?? null, after: now.get(path)?.shown ?? null }));
}

function fieldsOf(record: WebhookRecord): Fields {
  const fields: Fields = new Map();
  const { provider, jurisdiction, captureUntil, confirm } = record;
  put(fields, ['provider'], provider);
  put(fields, ['jurisdiction'], jurisdiction);
  put(fields, ['capture_until'], captureUntil === null ? null : new Date(captureUntil).toISOString());
  put(fields, [], webhookDocument(record));
  hide(fields, ['secret_key'], secretsOf(record.secrets));
  if (confirm !== null) {
    hide(fields, ['confirm', 'token'], secretsOf([confirm.token]));
    hide(fields, ['confirm', 'tokens'], secretsOf(Object.values(confirm.tokens)));
  }
  for (const destination of record.destinations) putDestination(fields, destination);
  return fields;
}

function putDestination(fields: Fields, destination: DestinationRecord): void {
  const at = ['destinations', destination.id];
  // Masked headers would all look alike; what is compared is never shown.
  put(fields, at, { ...destinationDocument(destination), extra_headers: destination.extraHeaders });
  hide(fields, [...at, 'secret_key'], secretsOf(destination.secrets));
}

/** Which secrets there are, and until when: sealing them anew changes none. */
const secretsOf = (secrets: readonly StoredSecret[]): unknown =>
  secrets.map(({ id, usableUntil }) => [id, usableUntil]);

function put(fields: Fields, path: readonly string[], value: unknown): void {
  const name = path.at(-1) ?? '';
  if (value === null || value === undefined) return;
  if (HIDDEN.includes(name)) hide(fields, path, value);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) put(fields, [...path, key], member);
  } else {
    const shown = name === 'url' && typeof value === 'string' ? withoutQuery(value) : value;
    fields.set(formatPointer(path), { compared: JSON.stringify(value), shown });
  }
}

function hide(fields: Fields, path: readonly string[], value: unknown): void {
  const compared = JSON.stringify(value);
  if (compared !== '{}' && compared !== '[]') fields.set(formatPointer(path), { compared, shown: MASK });
}

/** A query string often has a token in it. */
const withoutQuery = (url: string): string => url.replace(/\?.*$/s, `?${MASK}`);
