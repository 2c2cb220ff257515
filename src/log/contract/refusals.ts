/** Requests for a webhook that the edge refused. */

/** How long captured requests are kept, and how long capturing lasts, in ms. */
export const CAPTURE_MS = 10 * 60 * 1000;

/**
 * What a refusal says is partly chosen by whoever sent the request. So many names, and characters of a name or reason, are kept:
 * 100 refusals of that size are a third of what a row can hold.
 */
const MAX_HEADER_NAMES = 100;
const MAX_CHARACTERS = 64;

/** A whole refused request, without the credentials of its connection. */
export type CapturedRequest = { headers: [string, string][]; query: string; body: Uint8Array };

export type Refusal = {
  /** ms since 1970 */
  at: number;
  /** `missing`, `malformed`, `mismatch`, `stale`, `digest`, `content_encoding`, `revoked`, `too_large`, `invalid_payload`, `inactive`. */
  reason: string;
  headerNames: string[];
  bytes: number;
  /** Hex; null where the body was not read. */
  bodySha256: string | null;
};

/** What the edge refused since its last report: how many requests by reason, and some of them. */
export type RefusalReport = {
  counts: Record<string, number>;
  last: (Refusal & { request?: CapturedRequest })[];
};

export type RefusalsView = {
  counts: Record<string, number>;
  /** Newest first. `id`: null or absent where an earlier release noted it. */
  last: (Refusal & { id?: number | null; request: CapturedRequest | null })[];
};

/** A refusal of bounded size. */
export const bounded = <R extends Refusal>(refusal: R): R => ({
  ...refusal,
  reason: boundedReason(refusal.reason),
  headerNames: refusal.headerNames.slice(0, MAX_HEADER_NAMES).map(name => name.slice(0, MAX_CHARACTERS)),
  bytes: Number.isSafeInteger(refusal.bytes) ? refusal.bytes : 0,
  bodySha256: refusal.bodySha256?.slice(0, MAX_CHARACTERS) ?? null,
});

export const boundedReason = (reason: string): string => reason.slice(0, MAX_CHARACTERS);
