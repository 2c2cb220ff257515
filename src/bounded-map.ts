/** Maps that remember for an isolate: the last that were kept stay, the oldest go. */

/** Keeps a value as the newest of at most `max`. */
export function keep<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= max) break;
    map.delete(oldest);
  }
}
