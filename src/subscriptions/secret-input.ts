/**
 * Secrets as requests bring them. Blanks and line feeds at the ends of one were copied along with it: they would be part of
 * the key, and no signature would match. So they are refused wherever a secret is given, in words that never show it.
 */
import * as v from 'valibot';
import { text } from '../input/fields';
import { described } from '../input/json-schema';

const BARE_ENDS = 'must not begin or end with a blank or a line feed';

/** Why no secret is written like this, or null. */
export const endsProblem = (secret: string): string | null => (secret === secret.trim() ? null : BARE_ENDS);

/** What every secret is. A schema that comes after it in a pipe is asked only where this holds. */
export const secretText = v.pipe(
  v.string('must be text'),
  v.check(secret => endsProblem(secret) === null, BARE_ENDS),
  described({ pattern: '^\\S([\\s\\S]*\\S)?$' }),
);

/** Any text; whether it is a secret in the provider's scheme is asked of `InputRules`. */
export const inboundSecret = v.pipe(
  secretText,
  v.minLength(1, 'must not be empty'),
  v.maxLength(4096, 'must have at most 4096 characters'),
);

/** It is sent in a header, which carries no control characters. */
export const confirmToken = v.pipe(secretText, text(4096));
