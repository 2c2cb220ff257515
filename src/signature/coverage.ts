/**
 * Which parts of a request the messages of a scheme sign.
 *
 * A signature covers bytes, not fields: what counts is whether the bytes say where each part begins and ends (`bounds.ts`). A
 * part whose end can be moved into the next one counts as unsigned, and so does the one that it is moved into. The fields of a
 * form (`{form*}`) are joined without anything between them, so none of them counts as signed.
 */
import { type BodyKind, boundsOf } from './bounds';
import type { CompiledScheme } from './compiled-scheme';
import type { Template } from './message';
import { isTime } from './parts';
import { isSameReference, type Reference } from './request-view';

/** Whether every message that can match contains the body, or a digest of it. */
export const signsBody = (compiled: CompiledScheme, body: BodyKind = 'any'): boolean =>
  compiled.each === null &&
  everyTemplate(
    compiled,
    template => containsBody(compiled, template, body) || signsDigest(compiled, template, body),
  );

/** Whether every message contains the time, so that the age of a request can be believed. */
export function signsTime(compiled: CompiledScheme, body: BodyKind = 'any'): boolean {
  const { timestamp } = compiled;
  if (timestamp === null) return false;
  const isInBody =
    timestamp.kind === 'json' && compiled.scheme.bodySigned !== false && signsBody(compiled, body);
  return isInBody || everyTemplate(compiled, names(compiled, timestamp, body));
}

/** Whether every message contains what the reference leads to. */
export function signsReference(
  compiled: CompiledScheme,
  reference: Reference,
  body: BodyKind = 'any',
): boolean {
  switch (reference.kind) {
    case 'json':
    case 'form':
      return (
        (compiled.scheme.bodySigned !== false && signsBody(compiled, body)) ||
        (compiled.each === null && everyTemplate(compiled, names(compiled, reference, body))) ||
        // The field with the JSON is signed as a whole.
        (reference.kind === 'json' &&
          reference.field !== null &&
          signsReference(compiled, { kind: 'form', name: reference.field }, body))
      );
    case 'q':
      return everyTemplate(
        compiled,
        template => containsAddress(compiled, template, body) || names(compiled, reference, body)(template),
      );
    case 'h':
      return everyTemplate(compiled, names(compiled, reference, body));
    default:
      return false;
  }
}

/** Whether the messages differ from request to request by more than their time. */
export const signsContent = ({ templates, timestamp, digest }: CompiledScheme): boolean =>
  templates.some(({ parts }) =>
    parts.some(part => {
      switch (part.kind) {
        case 'text':
        case 'ts':
        case 'method':
          return false;
        // An address with the body's digest is another one for each body.
        case 'url':
          return digest?.kind === 'q';
        case 'reference':
          return part.reference.kind !== 'cfg' && !isTime(part, timestamp);
        default:
          return true;
      }
    }),
  );

const everyTemplate = ({ templates }: CompiledScheme, holds: (template: Template) => boolean): boolean =>
  templates.length > 0 && templates.every(holds);

const containsBody = (compiled: CompiledScheme, { parts }: Template, body: BodyKind): boolean =>
  boundsOf(compiled, parts, body).some(
    ({ part, isFixed }) => isFixed && (part.kind === 'body' || part.kind === 'cjson'),
  );

function signsDigest(compiled: CompiledScheme, template: Template, body: BodyKind): boolean {
  const { digest } = compiled;
  if (digest === null) return false;
  return (
    names(compiled, digest, body)(template) ||
    (digest.kind === 'q' && containsAddress(compiled, template, body))
  );
}

const containsAddress = (compiled: CompiledScheme, { parts }: Template, body: BodyKind): boolean =>
  boundsOf(compiled, parts, body).some(({ part, isFixed }) => isFixed && part.kind === 'url');

const names =
  (compiled: CompiledScheme, reference: Reference, body: BodyKind) =>
  ({ parts }: Template): boolean =>
    boundsOf(compiled, parts, body).some(({ part, isFixed }) => {
      if (!isFixed) return false;
      const { timestamp } = compiled;
      if (isTime(part, timestamp) && timestamp !== null && isSameReference(timestamp, reference)) return true;
      return part.kind === 'reference' && isSameReference(part.reference, reference);
    });
