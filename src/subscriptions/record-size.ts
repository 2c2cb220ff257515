/**
 * How large a webhook's record may become. Its object keeps it in one row, and every edge reads all of it from KV; a
 * request is bounded, but destinations are added one by one.
 */
import type { WebhookRecord } from './webhook';

/** As JSON, in UTF-8 bytes: half of what a row can hold. */
export const MAX_RECORD_BYTES = 1_000_000;

/** Why a record cannot be stored, as the end of a sentence about it; null when it can. */
export function recordSizeProblem(record: WebhookRecord): string | null {
  const bytes = new TextEncoder().encode(JSON.stringify(record)).byteLength;
  return bytes <= MAX_RECORD_BYTES
    ? null
    : `would make this webhook ${bytes} bytes large with all its destinations; at most ${MAX_RECORD_BYTES} are stored: ` +
        'shorten filters, headers or settings, or move destinations to another webhook';
}
