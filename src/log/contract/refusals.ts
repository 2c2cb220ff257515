/** Requests for a webhook that the edge refused. */

/** How long captured requests are kept, and how long capturing lasts, in ms. */
export const CAPTURE_MS = 10 * 60 * 1000;

/** A whole refused request, without the credentials of its connection. */
export type CapturedRequest = { headers: [string, string][]; query: string; body: Uint8Array };

export type Refusal = {
  /** ms since 1970 */
  at: number;
  /** `missing`, `malformed`, `mismatch`, `stale`, `revoked`, `too_large`, `invalid_payload`, `inactive`. */
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
  /** Newest first. */
  last: (Refusal & { request: CapturedRequest | null })[];
};
