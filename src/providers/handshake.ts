/**
 * Handshakes as data: what a provider asks of an address before it sends events there. `ingest/answer-handshake.ts` answers them.
 *
 * Places in a request are named as in schemes (`json:/challenge`, `q:hub.mode`). A challenge that is sent back has 1 to 512
 * characters, all of them of the alphabets of base64, base64url and UUIDs.
 */

export type Handshake =
  /** A GET whose query has the values of `when`. With `token`, one more must equal the webhook's setting of that name. */
  | {
      kind: 'get';
      when: Readonly<Record<string, string>>;
      token: { from: string; setting: string } | null;
      challenge: string;
    }
  /** A signed POST: answered when its signature has been verified, and not kept as an event. */
  | { kind: 'signed'; when: Readonly<Record<string, string>>; reply: SignedReply }
  /** A POST without a signature, whose content is not used: a form with this one field, a number. */
  | { kind: 'unsigned_form'; field: string }
  /**
   * A HEAD, of which only the status counts. Where it got another one than 200, a POST, whose content is not used: a form with
   * this one field, an empty list, signed with a key that everybody knows.
   */
  | { kind: 'head'; emptyList: string };

type SignedReply =
  | { kind: 'empty'; status: 204 }
  | { kind: 'echo'; challenge: string }
  /** JSON with the challenge and its HMAC-SHA256 in hex under the webhook's secret. */
  | { kind: 'hmac'; challenge: string; names: { challenge: string; hmac: string } };
