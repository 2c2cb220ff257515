/** The page that a list of entries from the newest to the oldest is asked for. */
import type { FieldError } from '../../input/field-errors';
import { ok, type Result } from '../../result';
import { wholeParameters } from '../query';

/** `after`: the id of the entry to go on from; null for the newest. @param max entries of a page */
export function newestFirst(
  query: Record<string, string>,
  max: number,
): Result<{ after: number | null; limit: number }, FieldError[]> {
  const page = wholeParameters(query, {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max, fallback: Math.min(max, 100) },
  });
  if (!page.ok) return page;
  const { after, limit } = page.value;
  return ok({ after: query.after === undefined ? null : after, limit });
}
