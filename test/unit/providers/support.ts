import { expect } from 'vitest';
import { LIMITS } from '../../../src/limits';
import type { Description, Provider } from '../../../src/providers/provider';
import { ParsedBody } from '../../../src/signature/parsed-body';

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
  return provider.describe({ headers: new Headers(headers), query, body: new ParsedBody(bytes) });
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
