/** JSON merge patch (RFC 7396) over parsed JSON: objects merge, null removes, everything else replaces. */
import { isObject } from '../json/kind';

/**
 * The document with the patch applied; neither argument is changed. Recurses as deep as the patch, which
 * `parseJson` bounds.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
