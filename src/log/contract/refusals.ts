/** What the edge refused in a webhook's name. */

/** How long captured requests are kept, and how long capturing lasts. */
export const CAPTURE_MS = 10 * 60 * 1000;

/** A refused request, whole; without the credentials of its connection. */
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

/** A report of the edge: how many since the last one by reason, and some of them. */
export type RefusalReport = {
  counts: Record<string, number>;
  last: (Refusal & { request?: CapturedRequest })[];
};

export type RefusalsView = {
  counts: Record<string, number>;
  /** Newest first. */
  last: (Refusal & { request: CapturedRequest | null })[];
};
