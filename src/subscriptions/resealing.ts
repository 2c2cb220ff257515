/**
 * A record with every secret sealed under the current key, for the time after SECRETS_KEY was changed. Only what is
 * sealed under another key changes; the purposes that secrets are bound to stay.
 */
import { err, ok, type Result } from '../result';
import { open, purpose, type SealingKeys, seal } from './sealing';
import type { ConfirmRecord, StoredSecret, WebhookRecord } from './webhook';

/** Null when nothing has to change. `unreadable`: a secret opens with none of the keys. */
export async function resealed(
  record: WebhookRecord,
  keys: SealingKeys,
): Promise<Result<WebhookRecord | null, 'unreadable'>> {
  let changed = false;
  let unreadable = false;
  const again = async (boundTo: string, secret: StoredSecret): Promise<StoredSecret> => {
    if (secret.sealed.split('.')[1] === keys.current.id) return secret;
    const text = await open(keys, boundTo, secret.sealed);
    if (!text.ok) {
      unreadable = true;
      return secret;
    }
    changed = true;
    return { ...secret, sealed: await seal(keys, boundTo, text.value) };
  };
  const all = (boundTo: string, secrets: readonly StoredSecret[]) =>
    Promise.all(secrets.map(secret => again(boundTo, secret)));

  const { confirm } = record;
  const next: WebhookRecord = {
    ...record,
    secrets: await all(purpose.inbound(record.id), record.secrets),
    confirm: confirm === null ? null : await confirmation(record.id, confirm, again),
    destinations: await Promise.all(
      record.destinations.map(async destination => ({
        ...destination,
        secrets: await all(purpose.destination(destination.id), destination.secrets),
      })),
    ),
  };
  if (unreadable) return err('unreadable');
  return ok(changed ? next : null);
}

async function confirmation(
  id: number,
  confirm: ConfirmRecord,
  again: (boundTo: string, secret: StoredSecret) => Promise<StoredSecret>,
): Promise<ConfirmRecord> {
  const tokens = Object.entries(confirm.tokens).map(async ([store, token]) => [
    store,
    await again(purpose.confirmStore(id, store), token),
  ]);
  return {
    ...confirm,
    token: await again(purpose.confirm(id), confirm.token),
    tokens: Object.fromEntries(await Promise.all(tokens)),
  };
}
