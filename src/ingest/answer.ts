/**
 * What a provider is told, for every outcome there is.
 *
 * A success is exactly 200, the one status that every provider counts as success. What is wrong with a signature is
 * not told to the sender: the reason is in the log.
 */

import { LIMITS } from '../limits';
import type { AppendResult } from '../log/contract/append';
import { PRIVATE, type Problem, problemResponse } from '../problem';
import type { StorageRefusal } from '../storage-refusal';
import type { HandshakeAnswer } from './answer-handshake';

export type Outcome =
  | Exclude<AppendResult, { kind: 'stale' | 'revoked' }>
  | { kind: 'handshake'; answer: HandshakeAnswer }
  | { kind: 'handshake_refused'; why: string }
  /** Neither an event nor a handshake of this webhook's provider. */
  | { kind: 'wrong_method' }
  | { kind: 'too_large' }
  | { kind: 'interrupted' }
  | { kind: 'memory_full' }
  /** `reason` and `detail` are for the operator, never for the sender. */
  | { kind: 'unverified'; reason: string; detail?: string }
  | ({ kind: 'unavailable' } & Cause);

/** Why a request is answered 503, for the operator. `name` and `message` are an exception's. */
export type Cause = { cause: string; name?: string; message?: string };

/** In seconds. Providers that ignore it come back on their own schedule. */
const RETRY_AFTER = '30';
/** A full storage or a quota does not end in a minute. */
const REFUSED_RETRY_AFTER = '300';

export function answer(outcome: Outcome): Response {
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate': {
      const { kind, sequence, incrementId } = outcome;
      return stored({ status: kind, sequence, increment_id: incrementId });
    }
    case 'ignored':
      return stored({ status: 'ignored', increment_id: outcome.incrementId });
    case 'quarantined': {
      const { sequence, incrementId, issues } = outcome;
      return stored({ status: 'quarantined', sequence, increment_id: incrementId, issues });
    }
    case 'handshake':
      return handshakeResponse(outcome.answer);
    default:
      return problemResponse(PROBLEM_TYPES[outcome.kind], describe(outcome));
  }
}

/** Made once: to make headers of an object costs more than the rest of an answer. */
const STORED = { headers: new Headers({ 'Content-Type': 'application/json', ...PRIVATE }) };

const stored = (said: Record<string, unknown>): Response => new Response(JSON.stringify(said), STORED);

/** `nosniff` matters here: part of the body is the sender's, so no browser may take it for a page. */
const handshakeResponse = ({ status, contentType, body }: HandshakeAnswer): Response =>
  new Response(body, { status, headers: { 'Content-Type': contentType, ...PRIVATE } });

type Failure = Exclude<Outcome, { kind: 'accepted' | 'duplicate' | 'ignored' | 'quarantined' | 'handshake' }>;

const PROBLEM_TYPES: Record<Failure['kind'], string> = {
  rejected: 'invalid_payload',
  inactive: 'webhook_inactive',
  gone: 'unknown_webhook',
  overloaded: 'unavailable',
  memory_full: 'unavailable',
  handshake_refused: 'handshake_refused',
  wrong_method: 'method_not_allowed',
  too_large: 'too_large',
  interrupted: 'interrupted',
  unverified: 'unverified',
  unavailable: 'unavailable',
};

function describe(failure: Failure): Problem {
  switch (failure.kind) {
    case 'rejected':
      return {
        status: 422,
        title: 'Invalid payload',
        detail: 'The payload is authentic but not as it should be; it was not stored.',
        errors: failure.issues,
      };
    case 'inactive':
      return {
        status: 503,
        title: 'Webhook inactive',
        detail: 'This webhook is switched off. Try again later.',
        headers: { 'Retry-After': '300' },
      };
    case 'gone':
      return { status: 404, title: 'Unknown webhook', detail: 'There is no webhook at this address.' };
    case 'handshake_refused':
      return {
        status: 400,
        title: 'Handshake refused',
        detail: 'This is not the handshake of the webhook’s provider, or not with this webhook.',
      };
    case 'wrong_method':
      return {
        status: 405,
        title: 'Method not allowed',
        detail: 'Events are sent by POST.',
        headers: { Allow: 'POST' },
      };
    case 'too_large':
      return {
        status: 413,
        title: 'Body too large',
        detail: `A body has at most ${LIMITS.MAX_BODY_BYTES} bytes.`,
      };
    case 'interrupted':
      return {
        status: 400,
        title: 'Body interrupted',
        detail: `The body ended before it was complete, or took longer than ${LIMITS.MAX_BODY_READ_MS / 1000} s, or came in more than ${LIMITS.MAX_BODY_PIECES} pieces.`,
      };
    case 'unverified':
      return {
        status: 401,
        title: 'Not verified',
        detail: "The request does not carry a valid signature made with this webhook's secret.",
      };
    case 'memory_full':
      return {
        status: 503,
        title: 'Unavailable',
        detail: 'Too many bodies are on their way at this moment. Send it again.',
        headers: { 'Retry-After': RETRY_AFTER },
      };
    case 'overloaded':
      return failure.refused === undefined ? UNAVAILABLE : refusedBy(failure.refused);
    case 'unavailable':
      return UNAVAILABLE;
  }
}

const UNAVAILABLE: Problem = {
  status: 503,
  title: 'Unavailable',
  detail: 'The event could not be stored. Send it again.',
  headers: { 'Retry-After': RETRY_AFTER },
};

const WHY_REFUSED: Record<StorageRefusal, string> = {
  full: 'The storage of this webhook is full',
  quota: 'The quota of this gateway for today is used up',
  too_large: 'With its headers the event is larger than what can be stored',
  failed: 'The storage of this webhook refuses to write',
};

const refusedBy = (refusal: StorageRefusal): Problem => ({
  ...UNAVAILABLE,
  title: 'Storage refused',
  detail: `${WHY_REFUSED[refusal]}. Nothing of the event was stored; send it again later.`,
  headers: { 'Retry-After': REFUSED_RETRY_AFTER },
});
