/** The bytes that a sender would have signed, of a request that carries no signature. */
import { compileScheme } from './compile';
import { expandTemplate } from './message';
import { RequestView, type SignedRequest } from './request-view';
import type { Scheme } from './scheme';

/** Null where the request lacks a part of the message, or the scheme signs nothing (a token). */
export function signedMessage(scheme: Scheme, request: SignedRequest): Uint8Array | null {
  const compiled = compileScheme(scheme);
  if (!compiled.ok) return null;
  const view = new RequestView(request);
  const { timestamp, templates } = compiled.value;
  const time = timestamp === null ? null : view.read(timestamp);
  const context = { element: null, timestamp: time?.ok ? time.value : null, signatureFields: [] };
  for (const template of templates) {
    const message = expandTemplate(template, view, context);
    if (message.ok) return message.value;
  }
  return null;
}
