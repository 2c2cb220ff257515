/** The kinds of JSON values, for checks and for messages that must not show a value itself. */

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** True for a JSON object; false for arrays and null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The kind of a value that came out of `JSON.parse`. */
export function kindOf(value: unknown): JsonKind {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value as JsonKind;
    default:
      return value === null || value === undefined ? 'null' : 'object';
  }
}
