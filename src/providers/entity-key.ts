/**
 * Entity keys: what `ordering: key` keeps in order. Two entities sharing a key are only delivered one after the other
 * where they need not be; one entity having two keys would lose its order. So ids are compared as text.
 */

/** Longest key, in characters. Longer ids that begin alike share a key, which is the harmless side. */
const MAX_KEY_CHARS = 256;

/** An id as text, `7` and `"7"` alike; null for what is no id. */
export function idText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** `namespace:part:part`; colons inside all parts but the last are escaped, so that no two lists of parts meet. */
export function entityKey(namespace: string, ...parts: string[]): string {
  const written = parts.map((part, i) =>
    i < parts.length - 1 ? part.replaceAll('%', '%25').replaceAll(':', '%3A') : part,
  );
  return [namespace, ...written].join(':').slice(0, MAX_KEY_CHARS).toWellFormed();
}
