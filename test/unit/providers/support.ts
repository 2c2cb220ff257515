import * as fc from 'fast-check';
import { expect } from 'vitest';
import { LIMITS } from '../../../src/limits';
import type { Description, Provider } from '../../../src/providers/provider';

type Rest = { query?: string; headers?: Record<string, string> };

/** Describes a body given as text (as it is) or as a value (as JSON). */
export function describeWith(
  provider: Provider,
  body: unknown,
  { query = '', headers = {} }: Rest = {},
): Description {
  const bytes =
    body instanceof Uint8Array
      ? body
      : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  return provider.describe({ headers: new Headers(headers), query, body: bytes });
}

/** `path: message` of every issue. */
export const issuesOf = (description: Description): string[] =>
  description.issues.map(({ path, message }) => `${path}: ${message}`);

/** What no input may break. */
export function expectSound(description: Description): void {
  expect(description.issues.length).toBeLessThanOrEqual(LIMITS.MAX_ISSUES);
  for (const { message } of description.issues)
    expect(message.length).toBeLessThanOrEqual(LIMITS.MAX_ISSUE_CHARS);
  if (description.topic === '') expect(description.issues).not.toEqual([]);
  expect(new TextEncoder().encode(description.topic).length).toBeLessThanOrEqual(LIMITS.MAX_TOPIC_BYTES);
  const { incrementId, eventTime } = description;
  expect(incrementId === null || (Number.isSafeInteger(incrementId) && incrementId > 0)).toBe(true);
  expect(eventTime === null || Number.isInteger(eventTime)).toBe(true);
  for (const text of [description.eventId ?? '', ...description.entityKeys])
    expect(text.isWellFormed()).toBe(true);
}

/** Values that have surprised adapters before. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    null,
    {},
    [],
    [[]],
    { toString: 1, valueOf: 2, toJSON: 3, length: -1 },
    '\u0000',
    '\ud800',
    '__proto__',
    'x'.repeat(2000),
    1e308,
    -1,
    0.5,
    2 ** 53,
  ),
);

/** A document with one place of it, at any depth, replaced or removed. */
export function mutationsOf(documents: unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...documents), fc.nat(), odd, fc.boolean())
    .map(([document, at, value, remove]) => {
      const copy = structuredClone(document);
      const places: [Record<string, unknown>, string][] = [];
      const walk = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
          const parent = node as Record<string, unknown>;
          places.push([parent, key]);
          walk(parent[key]);
        }
      };
      walk(copy);
      const place = places[at % places.length];
      if (place === undefined) return value;
      if (remove) delete place[0][place[1]];
      else place[0][place[1]] = value;
      return copy;
    });
}
