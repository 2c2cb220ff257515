/**
 * What an event of a scheme is known by: its id where that is signed, else the signed bytes (see `KnownBy`).
 *
 * An unsigned id is used in two cases. One is a scheme that limits the age of a request: within that time only, a request
 * can be sent again under another id. The other is a scheme that signs nothing of the request (a token), as there is
 * nothing better.
 *
 * Where the body is unsigned, the log compares it: another body under the same id or the same signed bytes is quarantined.
 */
import type { CompiledScheme } from '../signature/compiled-scheme';
import { signsBody, signsContent, signsReference, signsTime } from '../signature/coverage';
import type { KnownBy } from './provider';
import type { TextSource } from './text-source';

/** What events are known by, derived from the scheme and the places of the id. */
export function knownByOf(compiled: CompiledScheme, idSources: readonly TextSource[]): KnownBy {
  const { scheme } = compiled;
  // Signed bytes that are the same for every request, or for every request of a second, do not tell events apart.
  if (!signsContent(compiled)) return 'event_id';
  const isBodySigned = scheme.bodySigned !== false && signsBody(compiled);
  if (idSources.length === 0) return isBodySigned && scheme.ts === undefined ? 'event_id' : 'signed_bytes';
  const isBounded = isBodySigned && scheme.ts !== undefined && scheme.ts.tol !== null && signsTime(compiled);
  const signed = idSources.filter(source => isSigned(source, compiled)).length;
  if (isBounded || signed === idSources.length) return 'event_id';
  return signed > 0 ? 'event_id_or_signed_bytes' : 'signed_bytes';
}

/** Whether what is read from this source cannot be changed without breaking the signature. */
export const isSigned = ({ parts, when }: TextSource, compiled: CompiledScheme): boolean =>
  [...parts, ...when.map(({ reference }) => reference)].every(
    part => typeof part === 'string' || signsReference(compiled, part),
  );
