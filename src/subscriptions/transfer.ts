/**
 * A webhook's record on its way to another gateway: sealed as a whole with the key that both have (`transferKeyOf`), bound to the
 * webhook's id. Settings and headers may hold credentials, too, and nobody on the way can change where events go.
 *
 * The secrets in it are sealed one by one under the same key, as in any record, so that no plaintext secret is ever in a text.
 */
import { err, ok, type Result } from '../result';
import { resealed } from './resealing';
import { open, purpose, type SealingKey, type SealingKeys, seal } from './sealing';
import { readRecord } from './stored-record';
import type { Sealed, WebhookRecord } from './webhook';

/** `wrong_key`: sealed with another key than this one; `corrupt`: changed, of another webhook, or of a release not known. */
export type TransferFailure = 'wrong_key' | 'corrupt';

/** @param keys those of this deployment @param transfer the key of both gateways */
export async function sealRecord(
  record: WebhookRecord,
  keys: SealingKeys,
  transfer: SealingKey,
): Promise<Result<Sealed, 'unreadable'>> {
  const again = await resealed(record, { current: transfer, all: keys.all });
  if (!again.ok) return again;
  const text = JSON.stringify(again.value ?? record);
  return ok(await seal(alone(transfer), purpose.transfer(record.id), text));
}

/** The record of a webhook, with its secrets sealed for this deployment. */
export async function openRecord(
  id: number,
  sealed: string,
  keys: SealingKeys,
  transfer: SealingKey,
): Promise<Result<WebhookRecord, TransferFailure>> {
  const text = await open(alone(transfer), purpose.transfer(id), sealed);
  if (!text.ok) return err(text.error === 'unknown_key' ? 'wrong_key' : 'corrupt');
  const record = readRecord(text.value);
  if (record?.id !== id) return err('corrupt');
  const own = await resealed(record, { current: keys.current, all: [transfer] });
  return own.ok ? ok(own.value ?? record) : err('corrupt');
}

const alone = (key: SealingKey): SealingKeys => ({ current: key, all: [key] });
