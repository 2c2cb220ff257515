/**
 * Answers handshakes: what a provider asks of an address before it sends events there (`providers/handshake.ts`).
 *
 * Nothing is stored. Of the request only the challenge is sent back: short, of harmless characters, as plain text. Where
 * the provider signs its question, the caller has verified it before.
 */
import { sameText } from '../constant-time';
import type { Handshake } from '../providers/handshake';
import { parseForm } from '../signature/form';
import type { ParsedBody } from '../signature/parsed-body';
import { parseReference, RequestView, type SignedRequest } from '../signature/request-view';
import type { Scheme } from '../signature/scheme';
import type { WebhookRecord } from '../subscriptions/webhook';

/** What the provider is answered. */
export type HandshakeAnswer = { status: 200 | 204; contentType: string; body: string | null };

/** `handshake_refused`: a handshake, but for another webhook or without a usable challenge. Null: no handshake. */
export type HandshakeOutcome =
  | { kind: 'handshake'; answer: HandshakeAnswer }
  | { kind: 'handshake_refused'; why: string }
  | null;

/** An inactive webhook answers no handshake. Null where the request is none. */
export function handshakeOutcome(
  handshake: HandshakeOutcome,
  { isActive }: WebhookRecord,
): HandshakeOutcome | { kind: 'inactive' } {
  return handshake === null || isActive ? handshake : { kind: 'inactive' };
}

/** Base64, base64url, UUIDs and decimal numbers fit. */
const CHALLENGE = /^[A-Za-z0-9._~+/=-]{1,512}$/;

const encoder = new TextEncoder();

/** The answer to a GET or a HEAD; null where the webhook's provider asks nothing by this method. */
export async function answerBodiless(
  handshake: Handshake | null,
  request: SignedRequest,
): Promise<HandshakeOutcome> {
  if (handshake?.kind === 'head' && request.method === 'HEAD') return HEARD;
  if (handshake?.kind !== 'get' || request.method !== 'GET') return null;
  const view = new RequestView(request);
  if (!isAsked(handshake.when, view)) return { kind: 'handshake_refused', why: 'not a handshake' };
  if (handshake.token !== null) {
    const given = textAt(handshake.token.from, view);
    const expected = textAt(`cfg:${handshake.token.setting}`, view);
    if (given === null || expected === null || !(await sameText(given, expected))) {
      return { kind: 'handshake_refused', why: `not the ${handshake.token.setting} of the settings` };
    }
  }
  return echo(textAt(handshake.challenge, view));
}

/**
 * The answer to a verified POST that is a handshake; null where it is an event.
 * @param body that of the request, as it was parsed to verify it
 * @param secret the one the request was signed with
 */
export async function answerSigned(
  handshake: Handshake | null,
  request: SignedRequest,
  body: ParsedBody,
  secret: string,
): Promise<HandshakeOutcome> {
  if (handshake?.kind !== 'signed') return null;
  const view = new RequestView(request, [], body);
  if (!isAsked(handshake.when, view)) return null;
  const { reply } = handshake;
  switch (reply.kind) {
    case 'empty':
      return { kind: 'handshake', answer: { ...PLAIN, status: reply.status, body: null } };
    case 'echo':
      return echo(textAt(reply.challenge, view));
    case 'hmac': {
      const challenge = textAt(reply.challenge, view);
      if (challenge === null || !CHALLENGE.test(challenge))
        return { kind: 'handshake_refused', why: NO_CHALLENGE };
      const body = JSON.stringify({
        [reply.names.challenge]: challenge,
        [reply.names.hmac]: await hmacHex(secret, challenge),
      });
      return { kind: 'handshake', answer: { status: 200, contentType: 'application/json', body } };
    }
  }
}

/**
 * The answer to a ping that need not be verified, as nothing of it is used: a form with one number in it, without a signature;
 * or one with an empty list, whatever it is signed with. Null for everything else.
 */
export function answerUnsigned(
  handshake: Handshake | null,
  request: SignedRequest,
  { sig }: Scheme,
): HandshakeOutcome {
  if (request.body.byteLength > MAX_PING_BYTES) return null;
  const isSigned = sig.some(({ h }) => h !== undefined && request.headers.has(h));
  switch (handshake?.kind) {
    case 'unsigned_form':
      return !isSigned && isFormOf(request.body, handshake.field, /^\d{1,20}$/) ? HEARD : null;
    case 'head':
      return isFormOf(request.body, handshake.emptyList, /^\[\s*\]$/) ? HEARD : null;
    default:
      return null;
  }
}

const MAX_PING_BYTES = 100;

/** Whether a body is a form of this one field with such a value. */
function isFormOf(body: Uint8Array, name: string, value: RegExp): boolean {
  const form = parseForm(body);
  const [field, ...others] = form.ok ? form.value : [];
  return others.length === 0 && field?.[0] === name && value.test(field[1]);
}

const PLAIN = { status: 200, contentType: 'text/plain; charset=utf-8' } as const;
/** 200, and nothing more. */
const HEARD: HandshakeOutcome = { kind: 'handshake', answer: { ...PLAIN, body: null } };
const NO_CHALLENGE = 'no challenge that can be given back';

function echo(challenge: string | null): HandshakeOutcome {
  return challenge !== null && CHALLENGE.test(challenge)
    ? { kind: 'handshake', answer: { ...PLAIN, body: challenge } }
    : { kind: 'handshake_refused', why: NO_CHALLENGE };
}

const isAsked = (when: Readonly<Record<string, string>>, view: RequestView): boolean =>
  Object.entries(when).every(([source, value]) => textAt(source, view) === value);

function textAt(source: string, view: RequestView): string | null {
  const reference = parseReference(source);
  const text = reference === null ? null : view.read(reference);
  return text?.ok ? text.value : null;
}

async function hmacHex(secret: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))).toHex();
}
