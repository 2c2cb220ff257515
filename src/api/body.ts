/** Reads the body of a management request. Its length is bounded whether or not it is announced, before it is parsed. */
import { repeatsKey } from '../json/ambiguity';
import { type JsonProblem, parseJson } from '../json/parse';
import { LIMITS } from '../limits';
import { MEMORY } from '../memory/budget';
import { readBody } from '../read-body';
import { err, ok, type Result } from '../result';
import type { ApiError } from './problem';

/** All bytes of the body. `too_large`: there are more than `max`; `malformed`: the sender hung up in the middle. */
export async function readBytes(
  request: Request,
  max: number = LIMITS.MAX_API_BODY_BYTES,
): Promise<Result<Uint8Array, Extract<ApiError, { reason: 'too_large' | 'malformed' | 'unavailable' }>>> {
  // A sender sees the answer only after it has sent everything, so a body that is too large is read on and dropped, up to
  // MAX_DRAINED_BYTES.
  const share = MEMORY.requests.share();
  const body = await readBody(request, share, max, max + LIMITS.MAX_DRAINED_BYTES);
  // Who sent it has a token, and it is made into values at once.
  share.end();
  if (body.ok) return body;
  if (body.error === 'too_large') return err({ reason: 'too_large', maxBytes: max });
  if (body.error === 'memory_full') return err({ reason: 'unavailable', cause: 'memory_full' });
  return err({ reason: 'malformed', detail: 'The body ended before it was complete.' });
}

const DETAIL: Record<JsonProblem, string> = {
  empty: 'The body is empty; a JSON object is needed.',
  not_utf8: 'The body is not UTF-8.',
  not_json: 'The body is not JSON.',
  utf16: 'The body is UTF-16 or UTF-32; UTF-8 is needed.',
  gzip: 'The body is compressed (gzip); it is needed as it is.',
  not_finite: 'The body has NaN or Infinity, which JSON does not know.',
  too_deep: `The body nests deeper than ${LIMITS.MAX_JSON_DEPTH} levels.`,
};

export type Reading = {
  /** What an empty body stands for, where it may be empty. */
  whenEmpty?: unknown;
  /** Where a body may be larger than LIMITS.MAX_API_BODY_BYTES. */
  maxBytes?: number | undefined;
};

/** The JSON value of the body. */
export async function readJson(
  request: Request,
  { whenEmpty, maxBytes = LIMITS.MAX_API_BODY_BYTES }: Reading = {},
): Promise<Result<unknown, ApiError>> {
  const bytes = await readBytes(request, maxBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value.length === 0 && whenEmpty !== undefined) return ok(whenEmpty);
  const document = parseJson(bytes.value);
  if (!document.ok) return err({ reason: 'malformed', detail: DETAIL[document.error] });
  // Which of the two values was meant cannot be known.
  if (repeatsKey(document.value.text)) {
    return err({ reason: 'malformed', detail: 'An object in the body has a key twice.' });
  }
  return ok(document.value.value);
}
