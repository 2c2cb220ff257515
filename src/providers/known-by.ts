/**
 * What an event of a scheme is known by: its id where that is signed, else the signed bytes (see `KnownBy`).
 *
 * An unsigned id is trusted in two cases. Where the scheme bounds the age of what it signs, a replay under another id is
 * only possible for that long, and the bytes may change with each retry. Where the body is unsigned, the log compares it.
 * Without an id, a signed time makes the signed bytes unique; without that, the same bytes may be two events, and the log
 * takes them for one only within a minute.
 */
import type { CompiledScheme } from '../signature/compile';
import { signsBody } from '../signature/compile';
import type { Reference } from '../signature/request-view';
import type { KnownBy } from './provider';
import type { TextSource } from './text-source';

export function knownByOf(compiled: CompiledScheme, idSources: readonly TextSource[]): KnownBy {
  const { scheme } = compiled;
  if (scheme.bodySigned === false || !signsBody(compiled)) return 'event_id';
  if (idSources.length === 0) return scheme.ts === undefined ? 'event_id' : 'signed_bytes';
  const isBounded = scheme.ts !== undefined && scheme.ts.tol !== null;
  return isBounded || idSources.every(source => isSigned(source, compiled)) ? 'event_id' : 'signed_bytes';
}

const isSigned = ({ parts }: TextSource, compiled: CompiledScheme): boolean =>
  parts.every(part => typeof part === 'string' || isReferenceSigned(part, compiled));

function isReferenceSigned(reference: Reference, { templates }: CompiledScheme): boolean {
  switch (reference.kind) {
    // The body is signed: it was asked before.
    case 'json':
    case 'form':
      return true;
    case 'h':
      return templates.every(({ parts }) =>
        parts.some(
          part =>
            part.kind === 'reference' &&
            part.reference.kind === 'h' &&
            part.reference.name === reference.name,
        ),
      );
    case 'q':
      return templates.every(({ parts }) => parts.some(({ kind }) => kind === 'url'));
    default:
      return false;
  }
}
