/**
 * What an event of a scheme is known by (see `KnownBy`): its id where that is signed. An unsigned id never decides alone.
 * Where the time is signed, no two events have the same signed bytes, so these decide first; where it is not, two events
 * may, and each request under an id of its own is one. Only a scheme that signs nothing of the request (a token) has
 * nothing better than the id.
 *
 * Where the body is unsigned, the log compares it: another body under the same id or the same signed bytes is quarantined.
 */

import type { BodyKind } from '../signature/bounds';
import type { CompiledScheme } from '../signature/compiled-scheme';
import { signsBody, signsContent, signsReference, signsTime } from '../signature/coverage';
import type { KnownBy } from './provider';
import type { TextSource } from './text-source';

/** What events are known by, derived from the scheme and the places of the id. */
export function knownByOf(
  compiled: CompiledScheme,
  idSources: readonly TextSource[],
  body: BodyKind,
): KnownBy {
  const { scheme } = compiled;
  // Signed bytes that are the same for every request, or for every request of a second, do not tell events apart.
  if (!signsContent(compiled)) return 'event_id';
  const isBodySigned = scheme.bodySigned !== false && signsBody(compiled, body);
  if (idSources.length === 0) return isBodySigned && scheme.ts === undefined ? 'event_id' : 'signed_bytes';
  const signed = idSources.filter(source => isSigned(source, compiled, body)).length;
  if (signed === idSources.length) return 'event_id';
  const isTimed = signsTime(compiled, body);
  if (signed > 0) return isTimed ? 'event_id_or_signed_bytes' : 'event_id_or_delivery_id';
  return isTimed ? 'event_id_and_signed_bytes' : 'delivery_id';
}

/** Whether what is read from this source cannot be changed without breaking the signature. */
export const isSigned = ({ parts, when }: TextSource, compiled: CompiledScheme, body: BodyKind): boolean =>
  [...parts, ...when.map(({ reference }) => reference)].every(
    part => typeof part === 'string' || signsReference(compiled, part, body),
  );
