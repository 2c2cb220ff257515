/** The provider's API as confirmations need it, with the token of the event's store opened. */
import type { ConfirmSettings } from '../../providers/confirmation';
import { err, ok, type Result } from '../../result';
import { keysOf, open, purpose } from '../../subscriptions/sealing';
import type { WebhookRecord } from '../../subscriptions/webhook';

/** The error says why there is no access, in words that are shown. @param store null where the event names none */
export async function confirmAccess(
  env: Env,
  { id, confirm }: WebhookRecord,
  store: string | null,
): Promise<Result<ConfirmSettings, string>> {
  const keys = await keysOf(env);
  if (confirm === null || !keys.ok) return err(UNOPENED);
  const own = store !== null && Object.hasOwn(confirm.tokens, store) ? confirm.tokens[store] : undefined;
  if (own === undefined && !confirm.hasToken) return err("there is no confirm token for the event's store");
  const boundTo = own === undefined ? purpose.confirm(id) : purpose.confirmStore(id, store ?? '');
  const token = await open(keys.value, boundTo, (own ?? confirm.token).sealed);
  return token.ok ? ok({ url: confirm.url, token: token.value }) : err(UNOPENED);
}

const UNOPENED = 'the confirm token cannot be opened';
