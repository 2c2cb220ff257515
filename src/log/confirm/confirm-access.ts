/** The provider's API as confirmations need it, with its stored token opened. */
import type { ConfirmSettings } from '../../providers/confirmation';
import { keysOf, open, purpose } from '../../subscriptions/sealing';
import type { WebhookRecord } from '../../subscriptions/webhook';

/** Null when the webhook confirms nothing, or when its token cannot be opened. */
export async function confirmAccess(
  env: Env,
  { id, confirm }: WebhookRecord,
): Promise<ConfirmSettings | null> {
  const keys = await keysOf(env);
  if (confirm === null || !keys.ok) return null;
  const token = await open(keys.value, purpose.confirm(id), confirm.token.sealed);
  return token.ok ? { url: confirm.url, token: token.value } : null;
}
