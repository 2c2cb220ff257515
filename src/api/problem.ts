/**
 * Errors of the management API: every reason there is, and the one place that turns a reason into a status. What is public about a failure is decided here; causes go to the log, secrets nowhere.
 */

import type { FieldError } from '../input/field-errors';
import { LIMITS } from '../limits';
import { logLine } from '../log-line';
import { type Problem, problemResponse } from '../problem';

export type ApiError =
  /** The body is not JSON at all. */
  | { reason: 'malformed'; detail: string }
  /** It is JSON, but not what was asked for. */
  | { reason: 'invalid'; errors: FieldError[] }
  /** A position that the feed, or the list, has not come to; `end` is the last one there is. */
  | { reason: 'beyond_end'; after: string; end: string }
  /** A cursor of a webhook that had this id before; `end` is the last one of the webhook that has it now. */
  | { reason: 'other_life'; after: string; end: string }
  /** `refused`: one came, and is none of this gateway's. */
  | { reason: 'unauthorized'; token: 'none' | 'refused' }
  /** A right token that may not do this. */
  | { reason: 'forbidden'; detail: string }
  | { reason: 'sign_ins_limited' }
  /** `meant`: names that are near the one that was given. */
  | {
      reason: 'not_found';
      what: 'route' | 'webhook' | 'destination' | 'event' | 'replay' | 'token';
      meant?: readonly string[];
    }
  | { reason: 'method_not_allowed'; allowed: readonly string[] }
  | { reason: 'conflict'; detail: string }
  /** `If-Match` names another version. */
  | { reason: 'precondition_failed' }
  /** A request for a WebSocket's address that asks for no WebSocket. */
  | { reason: 'upgrade_required' }
  | { reason: 'idempotency_key_reused' }
  /** `maxBytes` where it is not the usual limit. */
  | { reason: 'too_large'; maxBytes?: number }
  /** A body that a page of another site may send without asking, from another site. */
  | { reason: 'unsupported_media_type' }
  /** A secret or setting of the deployment is missing: nothing works until its operator acts. */
  | { reason: 'not_configured'; detail: string }
  /** A stored secret does not open. */
  | { reason: 'unreadable_secret' }
  /** `cause` is for the operator. */
  | { reason: 'unavailable'; cause?: string }
  | { reason: 'internal' }
  /** The runtime has no such thing. */
  | { reason: 'not_supported'; detail: string };

/** What a consumer does whose position is of no use here. */
const startAgain = (end: string): string =>
  `Start without after for all events of this one, or with after=${end} for what comes from here on.`;

const TOKENS = {
  none: 'No token came with the request.',
  refused:
    'The token that came is neither the admin token nor an API token of this gateway, or it was revoked.',
} as const;

/** The names that may have been meant, as the end of a detail. */
export const meantText = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` Did you mean ${names.map(name => JSON.stringify(name)).join(' or ')}?`;

/** Seconds after which trying again makes sense. */
const RETRY_AFTER = '5';
/** The window of the sign-in limit, `FAILED_SIGN_INS` in wrangler.toml. */
const SIGN_IN_WINDOW = '60';

function describe(error: ApiError): Problem {
  switch (error.reason) {
    case 'malformed':
      return { status: 400, title: 'Malformed JSON', detail: error.detail };
    case 'beyond_end':
      return {
        status: 400,
        title: 'Beyond the end',
        detail:
          `query:after is ${error.after}, and this webhook has come to ${error.end} so far: it was made again, or the position ` +
          `is that of another. ${startAgain(error.end)}`,
      };
    case 'other_life':
      return {
        status: 400,
        title: 'The webhook was made again',
        detail:
          `query:after is ${error.after}, a cursor of a webhook that had this id and was deleted, or of another. ` +
          startAgain(error.end),
      };
    case 'unauthorized':
      return {
        status: 401,
        title: 'Not authorized',
        detail: `${TOKENS[error.token]} Send the admin token or an API token: Authorization: Bearer <token>.`,
        headers: { 'WWW-Authenticate': 'Bearer realm="gapless"' },
      };
    case 'forbidden':
      return { status: 403, title: 'Forbidden', detail: error.detail };
    case 'not_found':
      return {
        status: 404,
        title: 'Not found',
        detail: `There is no such ${error.what}.${meantText(error.meant ?? [])}`,
      };
    case 'method_not_allowed':
      return {
        status: 405,
        title: 'Method not allowed',
        detail: `This address takes ${error.allowed.join(', ')}.`,
        headers: { Allow: error.allowed.join(', ') },
      };
    case 'conflict':
      return { status: 409, title: 'Conflict', detail: error.detail };
    case 'precondition_failed':
      return {
        status: 412,
        title: 'Precondition failed',
        detail: 'The webhook was changed since it was read. Read it again, then change it.',
      };
    case 'too_large':
      return {
        status: 413,
        title: 'Request too large',
        detail: `A request body has at most ${error.maxBytes ?? LIMITS.MAX_API_BODY_BYTES} bytes.`,
      };
    case 'unsupported_media_type':
      return {
        status: 415,
        title: 'Unsupported media type',
        detail: 'Send Content-Type: application/json. A request from another site must.',
      };
    case 'invalid':
      return {
        status: 422,
        title: 'Invalid input',
        detail: error.errors.map(({ path, message }) => `${path || 'body'} ${message}`).join('; '),
        errors: error.errors,
      };
    case 'upgrade_required':
      return {
        status: 426,
        title: 'Upgrade required',
        detail: 'This address is a WebSocket: connect to it as such, with wss:// for https://.',
        headers: { Upgrade: 'websocket' },
      };
    case 'idempotency_key_reused':
      return {
        status: 422,
        title: 'Idempotency-Key reused',
        detail: 'Another request was made with this Idempotency-Key within 24 hours. Use a new one.',
      };
    case 'sign_ins_limited':
      return {
        status: 429,
        title: 'Too many failed sign-ins',
        detail: 'Too many wrong tokens came from this address. The right one is still accepted.',
        headers: { 'Retry-After': SIGN_IN_WINDOW },
      };
    case 'internal':
      return {
        status: 500,
        title: 'Internal error',
        detail: 'The gateway made a mistake; its log says which.',
      };
    case 'not_supported':
      return { status: 501, title: 'Not supported here', detail: error.detail };
    case 'not_configured':
      return { status: 503, title: 'Not configured', detail: error.detail };
    case 'unreadable_secret':
      return {
        status: 503,
        title: 'Secret unreadable',
        detail: 'A stored secret does not open with SECRETS_KEY or SECRETS_KEY_PREVIOUS.',
      };
    case 'unavailable':
      return {
        status: 503,
        title: 'Unavailable',
        detail: 'The storage of this webhook did not answer. Try again.',
        headers: { 'Retry-After': RETRY_AFTER },
      };
  }
}

/** The answer to a failed management request. */
export function problem(error: ApiError): Response {
  const described = describe(error);
  if (described.status === 503) {
    const cause = error.reason === 'unavailable' ? error.cause : undefined;
    const detail = error.reason === 'not_configured' ? error.detail : undefined;
    logLine('unavailable', { cause: cause ?? error.reason, detail });
  }
  return problemResponse(error.reason, described);
}
