/** Values inside parsed JSON. Only own members are found, so that no name of the prototype is. */
import { isObject } from './kind';

/** The value at a path (`pointer.ts`), or undefined. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}
