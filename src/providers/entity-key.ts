/**
 * Entity keys: with `ordering: key`, events of one key are delivered in order.
 *
 * Two entities may share a key: then their events wait for each other without need. One entity must not have two keys,
 * because its events would lose their order. So ids are compared as text.
 */

/** Longest key, in characters. Longer ids that begin alike share a key, which is harmless. */
export const MAX_KEY_CHARS = 256;

/** An id as text, the same for `7` and `"7"`; null for what is no id. */
export function idText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** `namespace:part:part`. Colons in all parts but the last are escaped, so that different parts give different keys. */
export function entityKey(namespace: string, ...parts: string[]): string {
  const written = parts.map((part, i) =>
    i < parts.length - 1 ? part.replaceAll('%', '%25').replaceAll(':', '%3A') : part,
  );
  return [namespace, ...written].join(':').slice(0, MAX_KEY_CHARS).toWellFormed();
}
