/**
 * What an event of a scheme is known by: its id where that is signed, else the signed bytes (see `KnownBy`).
 *
 * An unsigned id is trusted in two cases: where the scheme bounds the age of what it signs, for a replay under another id
 * is then possible for that long only; and where nothing of the request is signed (a token), for there is no better.
 * Where the body is unsigned, the log compares it: another body under the same id, or the same signed bytes, is held.
 */
import type { CompiledScheme } from '../signature/compiled-scheme';
import { signsBody, signsContent, signsReference, signsTime } from '../signature/coverage';
import type { KnownBy } from './provider';
import type { TextSource } from './text-source';

export function knownByOf(compiled: CompiledScheme, idSources: readonly TextSource[]): KnownBy {
  const { scheme } = compiled;
  // Signed bytes that are the same for every request, or for all of a second, tell no two events apart.
  if (!signsContent(compiled)) return 'event_id';
  const isBodySigned = scheme.bodySigned !== false && signsBody(compiled);
  if (idSources.length === 0) return isBodySigned && scheme.ts === undefined ? 'event_id' : 'signed_bytes';
  const isBounded = isBodySigned && scheme.ts !== undefined && scheme.ts.tol !== null && signsTime(compiled);
  const signed = idSources.filter(source => isSigned(source, compiled)).length;
  if (isBounded || signed === idSources.length) return 'event_id';
  return signed > 0 ? 'event_id_or_signed_bytes' : 'signed_bytes';
}

/** Whether a text that is read there cannot be changed without breaking the signature. */
export const isSigned = ({ parts, when }: TextSource, compiled: CompiledScheme): boolean =>
  [...parts, ...when.map(({ reference }) => reference)].every(
    part => typeof part === 'string' || signsReference(compiled, part),
  );
