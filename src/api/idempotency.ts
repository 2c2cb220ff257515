/**
 * `Idempotency-Key` on requests that create: the same key with the same body within 24 hours gets the same answer, its
 * one-time secrets included; with another body it is refused.
 *
 * The answer is kept by the webhook's object, in the transaction that makes what was asked for (`kept-answers.ts`), so
 * a request that failed anywhere in between is safe to repeat, also when two of them run at once. For a new webhook the
 * key decides the id, and thereby the object. Keys count per principal. What is kept is sealed with SECRETS_KEY and
 * named by digests under it: changing SECRETS_KEY makes the gateway forget the keys, never show a wrong answer.
 */

import type { KeptAnswer } from '../log/contract/kept-answer';
import { objectOf } from '../log/stub';
import { err, ok, type Result } from '../result';
import type { ObjectAddress } from '../subscriptions/placement';
import { open, purpose, seal } from '../subscriptions/sealing';
import { ask } from './ask';
import { sealingKeys } from './deployment';
import { keyedDigest } from './mac';
import type { Principal } from './principal';
import type { ApiError } from './problem';

const KEPT_MS = 24 * 60 * 60 * 1000;
const MAX_KEY_CHARACTERS = 255;
const PURPOSE = 'idempotency v1';

/** A request that may be repeated: digests of its key and of what it asks for. */
export type Attempt = { key: string; request: string };

/**
 * The attempt a request is part of; null when it has no key.
 * @param what method and path, so that a key used at two addresses is two requests
 * @param body parsed
 */
export async function attemptOf(
  env: Env,
  header: string | undefined,
  principal: Principal,
  what: string,
  body: unknown,
): Promise<Result<Attempt | null, ApiError>> {
  if (header === undefined) return ok(null);
  if (!/^[\x21-\x7e]+$/.test(header) || header.length > MAX_KEY_CHARACTERS) {
    const message = `must be 1 to ${MAX_KEY_CHARACTERS} visible ASCII characters`;
    return err({ reason: 'invalid', errors: [{ path: 'header:Idempotency-Key', message }] });
  }
  const scope = `${principal.id}\n${what}`;
  const [key, request] = await Promise.all([
    keyedDigest(env, PURPOSE, `key\n${scope}\n${header}`),
    keyedDigest(env, PURPOSE, `request\n${scope}\n${JSON.stringify(body)}`),
  ]);
  return ok({ key: key.toHex(), request: request.toHex() });
}

/** Random-looking bytes out of a key: the `round`th id that a webhook made under it can have. */
export async function bytesOf(env: Env, { key }: Pick<Attempt, 'key'>, round: number): Promise<Uint8Array> {
  return keyedDigest(env, PURPOSE, `id\n${round}\n${key}`);
}

/** The answer as the object keeps it. @param now ms since 1970 */
export async function keptAnswer(
  env: Env,
  { key, request }: Attempt,
  body: object,
  now: number,
): Promise<Result<KeptAnswer, ApiError>> {
  const keys = await sealingKeys(env);
  if (!keys.ok) return keys;
  const answer = await seal(keys.value, purpose.answer(key), JSON.stringify(body));
  return ok({ key, request, answer, until: now + KEPT_MS });
}

/** What the repetition of a request is answered: the body of the first answer. */
export async function recalled<T>(
  env: Env,
  attempt: Attempt,
  kept: KeptAnswer | 'deleted',
): Promise<Result<T, ApiError>> {
  if (kept === 'deleted') {
    const detail = 'The webhook that was made with this Idempotency-Key has been deleted. Use a new key.';
    return err({ reason: 'conflict', detail });
  }
  if (kept.request !== attempt.request) return err({ reason: 'idempotency_key_reused' });
  const keys = await sealingKeys(env);
  if (!keys.ok) return keys;
  const text = await open(keys.value, purpose.answer(kept.key), kept.answer);
  return text.ok ? ok(JSON.parse(text.value) as T) : err({ reason: 'unreadable_secret' });
}

/** What a webhook's object has kept for this attempt: the body of the first answer, or null when this is the first. */
export async function earlierAnswer<T>(
  env: Env,
  address: ObjectAddress,
  attempt: Attempt | null,
): Promise<Result<T | null, ApiError>> {
  if (attempt === null) return ok(null);
  const kept = await ask(() => objectOf(env, address).recall(attempt.key));
  if (!kept.ok) return kept;
  return kept.value === null ? ok(null) : recalled<T>(env, attempt, kept.value);
}
