/**
 * The record of a webhook out of validated input, and its changes. Time, randomness and encryption are passed in;
 * nothing here stores anything. Every function gives a new record and leaves `version` and `updatedAt` to the
 * object, which is the writer.
 *
 * Plaintext secrets pass through and are given back only where they were made here, for the one answer that shows
 * them.
 */

import { encodeSecret } from '../delivery/standard-webhooks';
import { MAX_SECRETS } from '../signature/keys';
import { keptConfirm } from './confirm-input';
import type { DestinationInput, DestinationSettings } from './destination-input';
import { idIn, type Jurisdiction } from './placement';
import { purpose } from './sealing';
import type { DestinationRecord, Sealed, StoredSecret, WebhookRecord } from './webhook';
import type { WebhookInput, WebhookSettings } from './webhook-input';

export type Making = {
  /** ms since 1970 */
  now: number;
  /** That many random bytes. */
  random(bytes: number): Uint8Array;
  seal(boundTo: string, text: string): Promise<Sealed>;
};

/** A destination's secret in plaintext, for the answer to the request that made it. */
export type RevealedSecret = { destinationId: string; secretKey: string };

/** 32 bytes: within the 24 to 64 that Standard Webhooks asks for. */
const GENERATED_SECRET_BYTES = 32;

/** Enough that no two webhooks of one id share it. */
const LIFE_BYTES = 6;

/**
 * Random integer, 0 < id < 2^53: ids are in URLs that providers call, so they must not be countable. It tells the
 * jurisdiction.
 */
export function webhookId(random: Making['random'], jurisdiction: Jurisdiction | null): number {
  const [head = 0, ...tail] = random(7);
  const id = tail.reduce((sum, byte) => sum * 256 + byte, head & 0x1f) || 1;
  return idIn(jurisdiction, id);
}

/** What tells a webhook from others that have had its id. */
export const newLife = ({ random }: Pick<Making, 'random'>): string => random(LIFE_BYTES).toHex();

async function storedSecret(making: Making, boundTo: string, text: string): Promise<StoredSecret> {
  return {
    id: `sec_${making.random(8).toHex()}`,
    sealed: await making.seal(boundTo, text),
    usableUntil: null,
  };
}

/**
 * A new webhook, version 1, with the secrets of its destinations in their order.
 * @param madeId its id, where it is made of a name or a key, and so may have been another webhook's; else it is random
 */
export async function newWebhook(
  input: WebhookInput,
  createdBy: WebhookRecord['createdBy'],
  making: Making,
  madeId?: number,
): Promise<{ record: WebhookRecord; revealed: RevealedSecret[] }> {
  const { provider, secretKey, destinations, confirm, ...settings } = input;
  const id = madeId ?? webhookId(making.random, input.jurisdiction);
  const made = await Promise.all(destinations.map(destination => newDestination(destination, making)));
  const record: WebhookRecord = {
    ...settings,
    format: 1,
    id,
    version: 1,
    createdAt: making.now,
    updatedAt: making.now,
    provider,
    confirm: await confirmation(confirm, null, id, making),
    secrets: [await storedSecret(making, purpose.inbound(id), secretKey)],
    createdBy,
    captureUntil: null,
    life: madeId === undefined ? null : newLife(making),
    isMoved: false,
    destinations: made.map(({ destination }) => destination),
  };
  return { record, revealed: made.map(({ revealed }) => revealed) };
}

/** A new destination and its secret: the one given, or one made here. */
export async function newDestination(
  input: DestinationInput,
  making: Making,
): Promise<{ destination: DestinationRecord; revealed: RevealedSecret }> {
  const { secretKey: given, ...settings } = input;
  const id = `dst_${making.random(8).toHex()}`;
  const secretKey = given ?? encodeSecret(making.random(GENERATED_SECRET_BYTES));
  const secret = await storedSecret(making, purpose.destination(id), secretKey);
  return {
    destination: { ...settings, id, secrets: [secret], createdAt: making.now },
    revealed: { destinationId: id, secretKey },
  };
}

/** The webhook with other settings; tokens of a confirmation that are left out stay. */
export async function withSettings(
  record: WebhookRecord,
  settings: WebhookSettings,
  making: Making,
): Promise<WebhookRecord> {
  const confirm = await confirmation(settings.confirm, record.confirm, record.id, making);
  return { ...record, ...settings, confirm };
}

async function confirmation(
  wanted: WebhookSettings['confirm'],
  current: WebhookRecord['confirm'],
  id: number,
  making: Making,
): Promise<WebhookRecord['confirm']> {
  if (wanted === null) return null;
  const kept = keptConfirm(current, wanted.url);
  const tokens = Object.entries(wanted.tokens ?? {}).map(async ([store, token]) => [
    store,
    token === null ? kept?.tokens[store] : await storedSecret(making, purpose.confirmStore(id, store), token),
  ]);
  const isKept = wanted.token === null && kept?.hasToken === true;
  return {
    url: wanted.url,
    token: isKept ? kept.token : await storedSecret(making, purpose.confirm(id), wanted.token ?? ''),
    hasToken: isKept || wanted.token !== null,
    tokens: wanted.tokens === null ? (kept?.tokens ?? {}) : Object.fromEntries(await Promise.all(tokens)),
  };
}

/** The webhook with one destination's settings changed; unchanged when it has no such destination. */
export function withDestination(
  record: WebhookRecord,
  destinationId: string,
  settings: DestinationSettings,
): WebhookRecord {
  const destinations = record.destinations.map(destination =>
    destination.id === destinationId ? { ...destination, ...settings } : destination,
  );
  return { ...record, destinations };
}

/**
 * The webhook with a new inbound secret, in use from now on; the ones before stay usable for the overlap, 0 for not
 * at all.
 */
export async function withInboundSecret(
  record: WebhookRecord,
  secretKey: string,
  overlapSeconds: number,
  making: Making,
): Promise<WebhookRecord> {
  const secret = await storedSecret(making, purpose.inbound(record.id), secretKey);
  return { ...record, secrets: rotated(record.secrets, secret, overlapSeconds, making.now) };
}

/** The same for a destination's secret: deliveries are signed with every secret in use. Null generates one. */
export async function withDestinationSecret(
  record: WebhookRecord,
  destinationId: string,
  given: string | null,
  overlapSeconds: number,
  making: Making,
): Promise<{ record: WebhookRecord; revealed: RevealedSecret }> {
  const secretKey = given ?? encodeSecret(making.random(GENERATED_SECRET_BYTES));
  const secret = await storedSecret(making, purpose.destination(destinationId), secretKey);
  const destinations = record.destinations.map(destination =>
    destination.id === destinationId
      ? { ...destination, secrets: rotated(destination.secrets, secret, overlapSeconds, making.now) }
      : destination,
  );
  return { record: { ...record, destinations }, revealed: { destinationId, secretKey } };
}

/** Why another secret cannot come into use with this overlap, or null. A secret that is in use is never dropped unasked. */
export function overlapProblem(
  secrets: readonly StoredSecret[],
  overlapSeconds: number,
  now: number,
): string | null {
  const inUse =
    overlapSeconds === 0 ? [] : secrets.filter(({ usableUntil }) => (usableUntil ?? now + 1) > now);
  return inUse.length < MAX_SECRETS
    ? null
    : `must be 0, which ends them: ${MAX_SECRETS} secrets are in use, as many as are tried`;
}

/** The new secret before those that are still usable (see `overlapProblem`); an overlap never lengthens an earlier one. */
function rotated(
  secrets: readonly StoredSecret[],
  newest: StoredSecret,
  overlapSeconds: number,
  now: number,
): StoredSecret[] {
  const until = now + overlapSeconds * 1000;
  const before = secrets
    .map(secret => ({ ...secret, usableUntil: Math.min(secret.usableUntil ?? until, until) }))
    .filter(secret => secret.usableUntil > now);
  return [newest, ...before];
}
