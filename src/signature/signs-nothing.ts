/**
 * Templates that sign nothing of the request: the same bytes for every one of them, or for every one of a second. Whoever has seen
 * one signature made so can send what he likes under it. A secret sent along (`token`) is no weaker and says what it is.
 */
import type { CompiledScheme } from './compiled-scheme';
import type { Part } from './message';
import { isSameReference } from './request-view';

/** The positions of such templates in `msg`. */
export function templatesSigningNothing(compiled: CompiledScheme): number[] {
  return compiled.templates.flatMap(({ parts }, i) =>
    parts.every(part => isTheSameForAll(part, compiled)) ? [i] : [],
  );
}

function isTheSameForAll(part: Part, { timestamp, digest }: CompiledScheme): boolean {
  switch (part.kind) {
    case 'text':
    case 'method':
    case 'ts':
      return true;
    case 'url':
      // The query may carry the digest of the body.
      return digest?.kind !== 'q';
    case 'reference':
      return (
        part.reference.kind === 'cfg' || (timestamp !== null && isSameReference(part.reference, timestamp))
      );
    case 'body':
    case 'fields':
    case 'cjson':
    case 'crc32':
    case 'headers':
      return false;
  }
}
