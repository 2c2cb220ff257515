/**
 * Tells a webhook's object what the edge refused, so that its operator sees why events do not come.
 *
 * Refusals are collected in the isolate and reported at most once per 10 s and webhook, with a bounded number of
 * examples. So a flood costs the object one call in 10 s. What an isolate has not reported when it ends is lost: refusals
 * are hints, not records.
 */
import { keep } from '../bounded-map';
import { passedHeaders } from '../delivery/passed-headers';
import { bounded, type Refusal, type RefusalReport } from '../log/contract/refusals';
import { objectOf } from '../log/stub';
import { MEMORY } from '../memory/budget';
import type { BodyShare } from '../memory/request-bytes';
import { providerOf } from '../providers/registry';
import { sha256 } from '../sha256';
import { withoutToken } from '../signature/shared-token';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { Outcome } from './answer';

const INTERVAL_MS = 10_000;
/** Wait before a report, so that the first refusals of a burst are reported together. */
const GATHER_MS = 200;
/** A report that was not sent by then never will be: the request that was to send it has been cut off. */
const LOST_MS = 30_000;
const MAX_EXAMPLES = 20;
const MAX_CAPTURED_BYTES = 4 * 1024 * 1024;
const MAX_WEBHOOKS = 200;

type Pending = RefusalReport & {
  capturedBytes: number;
  captured: BodyShare;
  /** ms since 1970; 0 for never. */
  sentAt: number;
  /** When a request undertook to send the next report, ms since 1970; null when none did. */
  arrangedAt: number | null;
};

/** By webhook, in the order of their first refusal. */
const pending = new Map<number, Pending>();

/** The reason under which an outcome is counted; null where nothing was refused. */
export function refusalReason(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'unverified':
      return outcome.reason;
    case 'rejected':
      return 'invalid_payload';
    case 'too_large':
    case 'inactive':
      return outcome.kind;
    default:
      return null;
  }
}

type Refused = {
  env: Env;
  record: WebhookRecord;
  request: Request;
  body: Uint8Array;
  outcome: Outcome;
  /** ms since 1970 */
  now: number;
};

/** Notes a refusal, and reports it where no other request will. Resolves when this request has nothing left to do. */
export async function noteRefusal(refused: Refused, reason: string): Promise<void> {
  const { env, record, now } = refused;
  const waiting = pendingOf(record.id);
  waiting.counts[reason] = (waiting.counts[reason] ?? 0) + 1;
  if (waiting.last.length < MAX_EXAMPLES) {
    const one = await example(refused, reason, waiting);
    waiting.last.push(one);
  }
  if (waiting.arrangedAt !== null && now - waiting.arrangedAt < LOST_MS) return;
  waiting.arrangedAt = now;
  await scheduler.wait(Math.max(GATHER_MS, waiting.sentAt + INTERVAL_MS - now));
  await send(env, record, waiting);
}

function pendingOf(webhookId: number): Pending {
  const known = pending.get(webhookId);
  if (known !== undefined) return known;
  const none = { counts: {}, last: [], capturedBytes: 0, captured: MEMORY.requests.share() };
  const fresh: Pending = { ...none, sentAt: 0, arrangedAt: null };
  keep(pending, webhookId, fresh, MAX_WEBHOOKS);
  return fresh;
}

async function example(
  { record, request, body, outcome, now }: Refused,
  reason: string,
  waiting: Pending,
): Promise<RefusalReport['last'][number]> {
  const isRead = outcome.kind !== 'too_large';
  const captures = isRead && (record.captureUntil ?? 0) > now;
  const captured = waiting.capturedBytes + body.byteLength;
  const fits = captures && captured <= MAX_CAPTURED_BYTES && waiting.captured.hold(captured);
  if (fits) waiting.capturedBytes = captured;
  const digest = isRead ? (await sha256(body)).toHex() : null;
  const refusal: Refusal = bounded({
    at: now,
    reason,
    headerNames: [...request.headers.keys()],
    bytes: isRead ? body.byteLength : Number(request.headers.get('content-length') ?? 0),
    bodySha256: digest,
  });
  if (!fits) return refusal;
  const query = new URL(request.url).search.slice(1);
  const scheme = providerOf(record)?.scheme;
  const passed = passedHeaders(request.headers);
  // A refused request may carry the right token: an inactive webhook refuses valid requests.
  const headers = scheme === undefined ? passed : withoutToken(scheme, passed);
  return { ...refusal, request: { headers, query, body } };
}

async function send(env: Env, record: WebhookRecord, waiting: Pending): Promise<void> {
  const { counts, last } = waiting;
  waiting.counts = {};
  waiting.last = [];
  waiting.capturedBytes = 0;
  waiting.captured.end();
  waiting.arrangedAt = null;
  waiting.sentAt = Date.now();
  try {
    await objectOf(env, record).refused({ counts, last });
  } catch {
    // Refusals are hints; what this report held is lost.
  }
}
