/** Reads the body of a management request: bounded, however it is framed, before anything is made of it. */
import { type JsonProblem, parseJson } from '../json/parse';
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import type { ApiError } from './problem';

/** All bytes of the body, or `too_large` as soon as there are more than `max`. */
export async function readBytes(
  request: Request,
  max: number = LIMITS.MAX_API_BODY_BYTES,
): Promise<Result<Uint8Array, 'too_large'>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    for await (const chunk of request.body) {
      length += chunk.byteLength;
      // Leaving the loop cancels the stream: the rest is not read.
      if (length > max) return err('too_large');
      chunks.push(chunk);
    }
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return ok(bytes);
}

const DETAIL: Record<JsonProblem, string> = {
  empty: 'The body is empty; a JSON object is needed.',
  not_utf8: 'The body is not UTF-8.',
  not_json: 'The body is not JSON.',
  too_deep: `The body nests deeper than ${LIMITS.MAX_JSON_DEPTH} levels.`,
};

type Reading = {
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
  if (!bytes.ok) return err({ reason: 'too_large', maxBytes });
  if (bytes.value.length === 0 && whenEmpty !== undefined) return ok(whenEmpty);
  const document = parseJson(bytes.value);
  return document.ok
    ? ok(document.value.value)
    : err({ reason: 'malformed', detail: DETAIL[document.error] });
}
