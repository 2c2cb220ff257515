/** What the audit log keeps of a change, within bounds. Never a secret and never anything out of an event. Pure. */
import type { Act } from './acting';

/** A field that was changed: JSON pointer, and its values; null where it was not there. */
export type FieldChange = { path: string; before: unknown; after: unknown };

/** What else there is to know of a change: ids, numbers, words of the API. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** `at` in ms since 1970. Ids grow with time. */
export type AuditEntry = Act & { id: number; at: number; changes: FieldChange[]; facts: Facts };

/** Newest first. `next`: the id after which the next page begins; null at the end. */
export type AuditPage = { entries: AuditEntry[]; next: number | null };

/** Entries that a log keeps: the oldest goes first. */
export const MAX_ENTRIES = 10_000;
/** Fields of one entry. A new webhook with its destinations has the most. */
const MAX_CHANGES = 100;
/** A longer value is cut, and kept as text. */
const MAX_VALUE_CHARACTERS = 300;

/** The changes as they are kept. */
export const bounded = (changes: readonly FieldChange[]): FieldChange[] =>
  changes.slice(0, MAX_CHANGES).map(({ path, before, after }) => ({
    path: path.slice(0, MAX_VALUE_CHARACTERS),
    before: short(before),
    after: short(after),
  }));

function short(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null';
  return text.length <= MAX_VALUE_CHARACTERS ? value : `${text.slice(0, MAX_VALUE_CHARACTERS)}…`;
}
