/** One delivery as the object hands it to a courier, and what comes back. Plain data, because it crosses RPC. */

import type { Scheme } from '../signature/scheme';

/** What a courier needs to sign as the provider does. */
export type ProviderSigning = {
  scheme: Scheme;
  secret: string;
  cfg: Record<string, string>;
  /** Secrets that are in use besides, newest first. Absent from an object of an earlier release. */
  older?: string[];
};

/** What all deliveries of one courier call share. */
export type CourierTarget = {
  destinationId: string;
  url: string;
  extraHeaders: [string, string][];
  /** Opened Standard Webhooks secrets (`whsec_…`), newest first. */
  secrets: string[];
  sign: 'standard' | 'provider' | 'shipstream';
  /** For `sign: provider`: how the provider signs. Null or absent where events are sent as they came. */
  provider?: ProviderSigning | null;
  /** Where the provider's signature is the secret itself: the headers that carry it. Absent or empty elsewhere. */
  tokens?: [name: string, value: string][];
  /**
   * Texts that nothing which is kept of an answer may contain. Null or absent where they are not known, as from an object of an earlier
   * release: then no answer is kept.
   */
  hidden?: string[] | null;
  timeoutMs: number;
  webhookId: number;
  /** Where the webhook's events may be, and so its couriers; null or absent for anywhere. */
  jurisdiction?: DurableObjectJurisdiction | null;
  /** Tells the webhook from others that have had its id; null or absent where there are none. */
  life?: string | null;
  /** Whether one of those may send messages under the ids of this destination; absent for no. */
  isMoved?: boolean;
  /** How many events one call may deliver at the same time, 1..6. */
  connections: number;
  /** True: one after the other, and none after the first that fails. */
  inOrder: boolean;
  /** The destination may be one that hangs. Absent from an object of an earlier release. */
  trial?: boolean;
};

/** A target as the object keeps it between calls. What is left out is decided for each call. */
export type OpenedTarget = Omit<CourierTarget, 'connections' | 'inOrder' | 'trial'> & {
  /** When the first of the webhook's secrets ends, ms since 1970: then it has to be opened anew. Null or absent for never. */
  until?: number | null;
};

export type OutgoingEvent = {
  /** `webhook-id`: the same for every attempt of this event to this destination. */
  messageId: string;
  sequence: number;
  topic: string;
  receivedAt: number;
  incrementId: number | null;
  /** Sequence of the event before this one in the destination's feed; 0 for the first; null on a replay. */
  previous: number | null;
  /** `from-to` of the ids missing right before this event, or null. */
  gap: string | null;
  /** Sequence of the first event with the same signed bytes, where it is not the first. Absent from an object of an earlier release. */
  repeats?: number | null;
  late: boolean;
  attempt: number;
  replay: boolean;
  /** A test, which no log has: marked as one, and its answer is kept whatever it is. Absent for an event. */
  test?: boolean;
  /** The provider's headers, lower case, already without hop-by-hop ones. */
  headers: [string, string][];
  query: string;
  body: Uint8Array;
  /** Under which `memory/delivery-bytes.ts` has the body. Absent from an object of an earlier release. */
  bodyName?: string;
};

/** One whose body is not sent along, because it may be where the event goes. */
export type NamedEvent = Omit<OutgoingEvent, 'body' | 'bodyName'> & { bodyName: string };

/**
 * `lost`: nobody listens there, or the connection broke off before an answer. `unreachable`: its name is not known, or TLS failed.
 * `not_sent`: no request could be made.
 */
export type ConnectionError = 'lost' | 'unreachable' | 'not_sent' | 'other';

/** What a receiver answered that did not take an event: text of at most 1 KiB, and the headers that explain it. */
export type ReceiverAnswer = { text: string; truncated: boolean; headers: Record<string, string> };

export type AttemptResult = {
  outcome: 'delivered' | 'failed';
  /** Response status, or null where there was none. */
  status: number | null;
  /**
   * Why it failed; null when delivered. `status` is an answer other than 2xx and 3xx, `connection` also a request that
   * could not be made, `redacted` an event whose body has been erased.
   */
  error: 'status' | 'redirect' | 'timeout' | 'connection' | 'refused_url' | 'redacted' | null;
  /** Start of the attempt, ms since 1970. */
  at: number;
  durationMs: number;
  /** What Retry-After asked for on 429 and 503, in ms, capped; null otherwise. */
  retryAfterMs: number | null;
  /** Of a failed attempt that was answered. Absent from a courier of an earlier release. */
  answer?: ReceiverAnswer;
  /** Where `error` is `connection`. Absent from a courier of an earlier release. */
  connectionError?: ConnectionError;
  /** Of a test: what was sent, without secrets; null where it is not known which those are. */
  sentHeaders?: Record<string, string> | null;
};
