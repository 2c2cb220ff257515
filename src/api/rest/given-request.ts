/** A provider's request that someone gives in JSON: its body as text or as bytes, and its headers. */
import * as v from 'valibot';
import type { FieldError } from '../../input/field-errors';
import { jsonObject } from '../../input/fields';
import { LIMITS } from '../../limits';
import { err, ok, type Result } from '../../result';

/** A body is given as text in JSON: every byte may take six characters. */
export const MAX_GIVEN_REQUEST_BYTES = 6 * LIMITS.MAX_BODY_BYTES + 64 * 1024;

const headerMessage = 'must be an object of texts, header names in it';

export const givenText = v.nullish(v.string('must be text'), null);

export const givenHeaders = v.optional(
  v.pipe(
    jsonObject,
    v.record(
      v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, headerMessage)),
      v.pipe(v.string(headerMessage), v.regex(/^[\t\x20-\x7e]{0,4096}$/, headerMessage)),
      headerMessage,
    ),
  ),
  {},
);

/** The body that is given as one of the two; the other is null. */
export function bytesGiven(text: string | null, base64: string | null): Result<Uint8Array, FieldError[]> {
  const bytes = text === null ? fromBase64(base64 ?? '') : new TextEncoder().encode(text);
  if (bytes === null) return err([{ path: '/body_base64', message: 'must be base64' }]);
  if (bytes.byteLength > LIMITS.MAX_BODY_BYTES) {
    return err([{ path: '/body', message: `must be at most ${LIMITS.MAX_BODY_BYTES} bytes` }]);
  }
  return ok(bytes);
}

function fromBase64(encoded: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(encoded);
  } catch {
    return null;
  }
}
