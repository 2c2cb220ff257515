/**
 * Records out of storage. Records outlive releases, so what is read may lack the fields that later releases added: it is
 * given their defaults. Fields that this release does not know stay, for the one that wrote them.
 */
import { isObject } from '../json/kind';
import { destinationDefaults } from './destination-options';
import type { ConfirmRecord, DestinationRecord, WebhookRecord } from './webhook';

/** Fields of a webhook that release 0.1.0 did not have, and what they are where they are missing. */
const ADDED_SINCE_0_1_0 = {
  signature: null,
  captureUntil: null,
  life: null,
  replayProtection: 'standard',
  whenFull: 'drop_oldest_delivered',
  jurisdiction: null,
  locationHint: null,
  isMoved: false,
} satisfies Partial<WebhookRecord>;

type Lacking<T, Keys extends PropertyKey> = Omit<T, Keys> & Partial<Pick<T, Keys & keyof T>>;

/** The same for how its events are confirmed: with one token. */
const CONFIRM_ADDED_SINCE_0_1_0 = { hasToken: true, tokens: {} } satisfies Partial<ConfirmRecord>;

/** A webhook's record as any release may have written it. */
export type StoredRecord = Lacking<
  Omit<WebhookRecord, 'destinations' | 'confirm'>,
  keyof typeof ADDED_SINCE_0_1_0
> & {
  confirm: Lacking<ConfirmRecord, keyof typeof CONFIRM_ADDED_SINCE_0_1_0> | null;
  destinations: Lacking<DestinationRecord, keyof ReturnType<typeof destinationDefaults>>[];
};

/** The record with everything that its release lacked. */
export const completed = (stored: StoredRecord): WebhookRecord => ({
  ...ADDED_SINCE_0_1_0,
  ...stored,
  confirm: stored.confirm === null ? null : { ...CONFIRM_ADDED_SINCE_0_1_0, ...stored.confirm },
  destinations: stored.destinations.map(destination => ({ ...destinationDefaults(), ...destination })),
});

/** The record in a stored text; null where there is something else: damaged, foreign, or of a format that is not known. */
export function readRecord(text: string): WebhookRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isStoredRecord(value) ? completed(value) : null;
  } catch {
    return null;
  }
}

/**
 * The record that a webhook's object stored itself.
 * @throws Error where it is damaged: the object must not answer as if there were no webhook, nor be given another one
 */
export function readOwnRecord(text: string): WebhookRecord {
  const record = readRecord(text);
  if (record === null) throw new Error('The stored record of this webhook cannot be read.');
  return record;
}

/** Checks what readers rely on, so that a damaged or foreign value is refused rather than half believed. */
function isStoredRecord(value: unknown): value is StoredRecord {
  return (
    isObject(value) &&
    value.format === 1 &&
    typeof value.version === 'number' &&
    typeof value.provider === 'string' &&
    typeof value.isActive === 'boolean' &&
    [value.topics, value.secrets, value.destinations].every(Array.isArray)
  );
}
