/**
 * Handshakes as data: what a provider asks of an address before it sends events there. `ingest/answer-handshake.ts` answers them.
 *
 * Texts are named as in schemes (`json:/challenge`, `q:hub.mode`). What is echoed is a challenge: 1 to 512 characters of
 * the alphabets that base64, base64url and UUIDs are written in, and nothing else.
 */

export type Handshake =
  /** A GET whose query has the given values; with `token`, one of them must be the webhook's setting of that name. */
  | {
      kind: 'get';
      when: Readonly<Record<string, string>>;
      token: { from: string; setting: string } | null;
      challenge: string;
    }
  /** A signed POST: answered after its signature was verified, and not kept as an event. */
  | { kind: 'signed'; when: Readonly<Record<string, string>>; reply: SignedReply }
  /** A POST without signature, of which nothing is used: a form of this one field, a number. */
  | { kind: 'unsigned_form'; field: string };

export type SignedReply =
  | { kind: 'empty'; status: 204 }
  | { kind: 'echo'; challenge: string }
  /** JSON with the challenge and its HMAC-SHA256 in hex under the webhook's secret. */
  | { kind: 'hmac'; challenge: string; names: { challenge: string; hmac: string } };
