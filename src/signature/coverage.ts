/**
 * Which parts of a request the messages of a scheme sign.
 *
 * A signature covers bytes, not fields. Where two texts of any length stand side by side, as in `{h:x-id}{body}`, the
 * end of one can be moved to the beginning of the other, and the bytes stay the same. So a text counts as signed only
 * where something fixed stands between it and the next one. Fixed are literal text, what the sender cannot choose (the
 * address, the method, a setting), and a time, which has one length only. The fields of a form (`{form*}`) are joined
 * without anything between them, so none of them counts as signed.
 */
import type { CompiledScheme } from './compiled-scheme';
import type { Part, Template } from './message';
import { isSameReference, type Reference } from './request-view';

/** Whether every message that can match contains the body, or a digest of it. */
export const signsBody = (compiled: CompiledScheme): boolean =>
  compiled.each === null &&
  everyTemplate(compiled, template => containsBody(compiled, template) || signsDigest(compiled, template));

/** Whether every message contains the time, so that the age of a request can be believed. */
export function signsTime(compiled: CompiledScheme): boolean {
  const { timestamp } = compiled;
  if (timestamp === null) return false;
  const isInBody = timestamp.kind === 'json' && compiled.scheme.bodySigned !== false && signsBody(compiled);
  return isInBody || everyTemplate(compiled, ({ parts }) => parts.some(part => isTime(part, timestamp)));
}

/** Whether every message contains what the reference leads to. */
export function signsReference(compiled: CompiledScheme, reference: Reference): boolean {
  switch (reference.kind) {
    case 'json':
    case 'form':
      return (
        (compiled.scheme.bodySigned !== false && signsBody(compiled)) ||
        (compiled.each === null && everyTemplate(compiled, names(compiled, reference)))
      );
    case 'q':
      return everyTemplate(
        compiled,
        template => containsAddress(template) || names(compiled, reference)(template),
      );
    case 'h':
      return everyTemplate(compiled, names(compiled, reference));
    default:
      return false;
  }
}

/** Whether the messages differ from request to request by more than their time. */
export const signsContent = ({ templates, timestamp, digest }: CompiledScheme): boolean =>
  templates.some(({ parts }) =>
    parts.some(part => isOpen(part, timestamp) || (part.kind === 'url' && digest?.kind === 'q')),
  );

const everyTemplate = ({ templates }: CompiledScheme, holds: (template: Template) => boolean): boolean =>
  templates.length > 0 && templates.every(holds);

const containsBody = ({ timestamp }: CompiledScheme, { parts }: Template): boolean =>
  parts.some(
    (part, i) => (part.kind === 'body' || part.kind === 'cjson') && standsAlone(parts, i, timestamp),
  );

function signsDigest(compiled: CompiledScheme, template: Template): boolean {
  const { digest } = compiled;
  if (digest === null) return false;
  return names(compiled, digest)(template) || (digest.kind === 'q' && containsAddress(template));
}

const containsAddress = ({ parts }: Template): boolean => parts.some(({ kind }) => kind === 'url');

const names =
  ({ timestamp }: CompiledScheme, reference: Reference) =>
  ({ parts }: Template): boolean =>
    parts.some(
      (part, i) =>
        (isTime(part, timestamp) && timestamp !== null && isSameReference(timestamp, reference)) ||
        (part.kind === 'reference' &&
          isSameReference(part.reference, reference) &&
          standsAlone(parts, i, timestamp)),
    );

const standsAlone = (parts: readonly Part[], i: number, timestamp: Reference | null): boolean =>
  [parts[i - 1], parts[i + 1]].every(part => part === undefined || !isOpen(part, timestamp));

/** Whether the sender chooses the text of this part, and its length. */
function isOpen(part: Part, timestamp: Reference | null): boolean {
  switch (part.kind) {
    case 'text':
    case 'ts':
    case 'method':
    case 'url':
      return false;
    case 'reference':
      return part.reference.kind !== 'cfg' && !isTime(part, timestamp);
    case 'body':
    case 'fields':
    case 'cjson':
    case 'crc32':
    case 'headers':
      return true;
  }
}

/** The time: as `{ts}`, or by a reference to the place that it is read from. */
const isTime = (part: Part, timestamp: Reference | null): boolean =>
  part.kind === 'ts' ||
  (part.kind === 'reference' && timestamp !== null && isSameReference(part.reference, timestamp));
