import type { ParsedBody } from '../signature/parsed-body';
import type { Scheme } from '../signature/scheme';
import type { Confirmation } from './confirmation';
import type { Handshake } from './handshake';

/** One place of a payload that is not as it should be. Never carries an input value. */
export type Issue = {
  /**
   * JSON pointer into the body (`/message/webhook_increment_id`), a header (`header:x`), a query parameter (`query:x`), a form
   * field (`form:x`), or a JSON pointer into what it holds (`form:x/type`).
   */
  path: string;
  message: string;
};

/** An authentic request, as an adapter sees it. */
export type VerifiedRequest = {
  headers: Headers;
  /** The ingest query string without its `?`. */
  query: string;
  /** As far as it was parsed to be verified, it is not parsed again. */
  body: ParsedBody;
};

/** What the gateway reads out of an authentic payload. Whatever can be read is, also where the payload has issues. */
export type Description = {
  /** The provider's event type; empty when it cannot be read (then there is an issue). */
  topic: string;
  /** All topics of a list of events, where they are several; `topic` is one of them. */
  topics?: string[];
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
  /** Which of these the signature does not cover, so that anyone may have written them. Absent: neither. */
  unsigned?: { topic: boolean; eventId: boolean };
};

/**
 * What two requests must share to be one event, besides an increment id.
 *
 * - `event_id`: the provider's id of the event, which is signed.
 * - `delivery_id`: an id that is not signed, together with the signed bytes. The same bytes under another id are another
 *   event, which is marked: two true events may say the same. An id alone would not do, because anyone can change it: a
 *   forged request under a foreign id would make the true event a duplicate.
 * - `event_id_and_signed_bytes`: either of them, where the id is not signed but the time is, so that no two events have the
 *   same signed bytes; or where an id is sent again under another signature, and one signature fits several ids. A known id
 *   or known bytes with another body are held.
 * - `event_id_or_delivery_id`, `event_id_or_signed_bytes`: the id for events that have a signed one; for the others
 *   `delivery_id`, or `event_id_and_signed_bytes`.
 * - `signed_bytes`: the bytes that were signed, where they alone tell events apart.
 * - `body`: the body, where each attempt is signed anew and no two events have the same body.
 * - `request`: nothing. Each request is an event, where the bytes say only that something has changed.
 */
export type KnownBy =
  | 'event_id'
  | 'delivery_id'
  | 'event_id_and_signed_bytes'
  | 'event_id_or_delivery_id'
  | 'event_id_or_signed_bytes'
  | 'signed_bytes'
  | 'body'
  | 'request';

/** What a user has to enter for a provider, and where the gateway reads what; what else people have to know is in `setup/`. */
export type Guide = {
  /** What to enter as `secret_key`. */
  secret: string;
  /** True where the user makes the secret up, so that the gateway can too. */
  isSecretChosen: boolean;
  /** What to enter under `settings`. */
  settings: readonly Setting[];
  /** Where things are read, in the words of docs/signatures.md; null where the provider has none. */
  reads: {
    topic: string;
    eventId: string | null;
    incrementId: string | null;
    entityKey: string | null;
    attempt: string | null;
  };
};

/** What a webhook of the provider can be told under `settings`. `isSecret`: its value is not shown again. */
export type Setting = { name: string; isRequired: boolean; isSecret?: true; what: string };

/** How requests name a certificate by its address: who may serve it, and what the webhook's id at the provider is for. */
export type CertificateRule = {
  /** The header with the address. */
  header: string;
  hosts: readonly string[];
  /** Begins and ends with `/`. */
  path: string;
  /** The setting that the message names as `{cfg:…}` where the webhook's id belongs. */
  setting: string;
};

/** A provider: how it signs, what its payloads look like, and where everything is read. */
export type Provider = {
  /** The key of the provider, as in `"provider": "shipstream"`. */
  name: string;
  title: string;
  scheme: Scheme;
  /** True where events carry an increment id that counts every payload of the webhook. */
  numbered: boolean;
  /** True where the provider sets the secret when a webhook is made, and never changes it: a new one is a new numbering. */
  restartsWithSecret: boolean;
  /** How long after the first attempt the provider's last retry comes, in seconds; null when unknown. */
  retryHorizonSeconds: number | null;
  knownBy: KnownBy;
  /** Names of members of the JSON body, at any depth, that differ from one attempt to the next. */
  perAttempt: readonly string[];
  /** Where the key is, when requests name a certificate; then `secret_key` is the webhook's id at the provider. */
  certificate: CertificateRule | null;
  /** What the provider asks before it sends events, where that is not an event itself. */
  handshake: Handshake | null;
  /** How its API confirms an event, where that can be asked for (`confirm`). */
  confirm: Confirmation | null;
  guide: Guide;
  /** Pure, and never throws: malformed input gives issues. */
  describe(request: VerifiedRequest): Description;
};
