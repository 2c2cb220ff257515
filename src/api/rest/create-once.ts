/** Creating a webhook under an `Idempotency-Key` (`idempotency.ts`): made once, however often it is asked for. */
import type { KeptAnswer } from '../../log/contract/kept-answer';
import { objectOf } from '../../log/stub';
import { err, ok, type Result } from '../../result';
import { remember } from '../../subscriptions/edge-cache';
import { noteChange } from '../../subscriptions/recent';
import { newWebhook, type RevealedSecret, webhookId } from '../../subscriptions/record';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { WebhookInput } from '../../subscriptions/webhook-input';
import { ask } from '../ask';
import { makingAt } from '../deployment';
import { type Attempt, bytesOf, keptAnswer, recalled } from '../idempotency';
import type { ApiError } from '../problem';
import { freeName } from '../webhook-names';

/** Ids that a key can lead to. One is passed over when it belongs to a webhook that the same key made more than a day ago. */
const MAX_ROUNDS = 5;

/**
 * `version` is null where the answer was given before: the webhook may have been changed since. `isCopied`: nothing is known of
 * a copy that KV did not take.
 */
type Once<T> = { answer: T; version: number | null; isCopied: boolean };

/**
 * The answer to a create request: that of the first request with this key.
 * @param view the answer's body
 */
export async function createOnce<T extends { webhook_id: number }>(
  env: Env,
  input: WebhookInput,
  attempt: Attempt,
  view: (record: WebhookRecord, revealed: readonly RevealedSecret[]) => T,
  now: number,
): Promise<Result<Once<T>, ApiError>> {
  const making = await makingAt(env, now);
  if (!making.ok) return making;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const bytes = await bytesOf(env, attempt, round);
    const { jurisdiction, locationHint } = input;
    const id = webhookId(count => bytes.slice(0, count), jurisdiction);
    const address = { id, jurisdiction, locationHint };
    const before = await ask(() => objectOf(env, address).recall(attempt.key));
    if (!before.ok) return before;
    if (before.value !== null) return again(env, attempt, before.value);

    // Asked only now: the webhook of the request before has the name, too.
    const free = await freeName(env, input.name, id, now);
    if (!free.ok) return free;
    const { record, revealed } = await newWebhook(input, 'rest', making.value, id);
    const answer = view(record, revealed);
    const kept = await keptAnswer(env, attempt, answer, now);
    if (!kept.ok) return kept;
    const created = await ask(() => objectOf(env, address).create(record, kept.value));
    if (!created.ok) return created;
    if (created.value !== 'exists') {
      noteChange(id, record, now);
      remember(record, now);
      return ok({ answer, version: 1, isCopied: created.value === 'created' });
    }
    // Another request with this key was faster, or the webhook is one that the key made long ago.
    const faster = await ask(() => objectOf(env, address).recall(attempt.key));
    if (!faster.ok) return faster;
    if (faster.value !== null) return again(env, attempt, faster.value);
  }
  return err({ reason: 'conflict', detail: 'This Idempotency-Key was used too often. Use a new one.' });
}

async function again<T>(
  env: Env,
  attempt: Attempt,
  kept: KeptAnswer | 'deleted',
): Promise<Result<Once<T>, ApiError>> {
  const answer = await recalled<T>(env, attempt, kept);
  return answer.ok ? ok({ answer: answer.value, version: null, isCopied: true }) : answer;
}
