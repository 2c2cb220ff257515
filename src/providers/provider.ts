import type { Scheme } from '../signature/scheme';

/** One place of a payload that is not as it should be. Never carries an input value. */
export type Issue = {
  /** JSON pointer into the body (`/message/webhook_increment_id`), a header (`header:x`) or a query parameter (`query:x`). */
  path: string;
  message: string;
};

/** An authentic request, as an adapter sees it. */
export type VerifiedRequest = {
  headers: Headers;
  /** The ingest query string without its `?`. */
  query: string;
  body: Uint8Array;
};

/** What the gateway reads out of an authentic payload. Whatever can be read is, also where the payload has issues. */
export type Description = {
  /** The provider's event type; empty when it cannot be read (then there is an issue). */
  topic: string;
  /** The provider's unique id of the event as text; null where it has none. */
  eventId: string | null;
  /** 1..2^53-1; null where the event has none or it cannot be read. */
  incrementId: number | null;
  /** Namespaced entity keys (`order:100000015`), empty for none: the unit of `ordering: key`. */
  entityKeys: string[];
  /** When it happened, by the provider's own clock, in ms since 1970; null where unknown. */
  eventTime: number | null;
  /** Empty for a valid payload. */
  issues: Issue[];
};

/** One provider adapter: how it signs, what its payloads look like, where everything is read. */
export type Provider = {
  /** The key of the provider, as in `"provider": "shipstream"`. */
  name: string;
  title: string;
  docsUrl: string;
  scheme: Scheme;
  /** True where events carry an increment id that counts every payload of the webhook. */
  numbered: boolean;
  /** How long after the first attempt the provider's last retry comes, in seconds; null when unknown. */
  retryHorizonSeconds: number | null;
  /**
   * True where an event id seen before must come with the same fingerprint: schemes that leave the body unsigned.
   * Elsewhere a known event id is a duplicate whatever the bytes.
   */
  eventIdNeedsSameBody: boolean;
  /** Pure and total: malformed input gives issues, never an exception. */
  describe(request: VerifiedRequest): Description;
};
