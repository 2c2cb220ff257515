/**
 * The record of a webhook and its destinations, as the webhook's object keeps it and copies it to KV.
 * Secrets are sealed (`sealing.ts`): a record holds no plaintext secret, wherever it is stored.
 *
 * Records of earlier releases lack fields; `stored-record.ts` gives them their defaults, so nothing here is optional.
 */

import type { CustomDefinition } from '../providers/custom';
import type { DestinationOptions } from './destination-options';
import type { Jurisdiction, LocationHint } from './placement';

/** Ciphertext of a secret, `v1.<key id>.<iv>.<ciphertext>`; see `sealing.ts`. */
export type Sealed = string & { readonly __sealed: unique symbol };

export type StoredSecret = {
  /** Random, stable: which secret matched travels from the edge to the object as this. */
  id: string;
  sealed: Sealed;
  /** ms since 1970 after which the secret is not accepted any more (rotation); null: current. */
  usableUntil: number | null;
};

export type ConfirmRecord = {
  url: string;
  /**
   * For stores without a token of their own. Where there is none (`hasToken`) it is the seal of an empty text: earlier releases
   * know this token alone, are refused with it, and hold what they cannot confirm.
   */
  token: StoredSecret;
  hasToken: boolean;
  /** By the provider's id of the store. */
  tokens: Record<string, StoredSecret>;
};

export type SequenceSettings = {
  /** False: increment ids are not read; the webhook is unnumbered. */
  enabled: boolean;
  holdSeconds: number;
  graceSeconds: number;
  expiresSeconds: number;
  /** Whether a new inbound secret is a new numbering; null: as the provider does it. Earlier releases did not have it. */
  restartsWithSecret?: boolean | null;
};

export type Start = 'now' | 'beginning' | { sequence: number };

/** Everything of a destination: what its user decides (`destination-options.ts`), and what the gateway adds. */
export type DestinationRecord = DestinationOptions & {
  id: string;
  /** The pairs of `extraHeadersAsGiven`. */
  extraHeaders: [string, string][];
  /** Standard Webhooks secrets, newest first; several during a rotation. */
  secrets: StoredSecret[];
  start: Start;
  createdAt: number;
};

export type Ordering = DestinationRecord['ordering'];

export type WebhookRecord = {
  /** Version of this shape. */
  format: 1;
  /** Random integer, 0 < id < 2^53. */
  id: number;
  /** Grows by one with every change; the object is the only writer. */
  version: number;
  createdAt: number;
  updatedAt: number;
  name: string | null;
  provider: string;
  topics: string[];
  topicsAsGiven: string | string[];
  isActive: boolean;
  onInvalid: 'quarantine' | 'reject';
  /**
   * Whether signed bytes that came before are another event under another id that nobody signs (`standard`), or the same
   * one (`strict`).
   */
  replayProtection: 'standard' | 'strict';
  retentionDays: number;
  /**
   * What makes room when the storage is full: the oldest events that every destination has received, though their retention is
   * not over; or nothing, and new events are refused.
   */
  whenFull: 'drop_oldest_delivered' | 'refuse';
  sequence: SequenceSettings;
  silenceSeconds: number | null;
  /** Ecwid: fetch the entity from the provider's API before forwarding. */
  confirm: ConfirmRecord | null;
  settings: Record<string, string>;
  /** The scheme of provider `custom`; null elsewhere. */
  signature: CustomDefinition | null;
  /** Inbound secrets, newest first. */
  secrets: StoredSecret[];
  /** Which interface made it: JSON-RPC shows ShipStream's webhooks and those it created. */
  createdBy: 'rest' | 'rpc';
  destinations: DestinationRecord[];
  /**
   * Where the id can be given again after the webhook was deleted, because it is made of a name or a key: what tells this
   * webhook from the others that have had it. Null where the id is random.
   */
  life: string | null;
  /** It came from another gateway, which may send events under the same ids: `life` tells these messages from those. */
  isMoved: boolean;
  /** Where its events are, for good; null: wherever Cloudflare puts them. */
  jurisdiction: Jurisdiction | null;
  /** Where its user wished them to be, for good. */
  locationHint: LocationHint | null;
  /** Until when refused requests are kept whole, ms since 1970; null: nobody asked for it. */
  captureUntil: number | null;
};
