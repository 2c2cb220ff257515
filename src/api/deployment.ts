/** What management requests take from the deployment they run in: its rules for input, its keys, its address. */
import { urlProblem } from '../delivery/url-policy';
import { PROVIDER_NAMES, providerFor } from '../providers/registry';
import { err, ok, type Result } from '../result';
import type { Scheme } from '../signature/scheme';
import { secretProblem } from '../signature/secret-problem';
import type { InputRules } from '../subscriptions/input-rules';
import type { Making } from '../subscriptions/record';
import { keysOf, type SealingKeys, seal } from '../subscriptions/sealing';
import type { ApiError } from './problem';

export function inputRules(env: Env): InputRules {
  return {
    providerNames: PROVIDER_NAMES,
    providerFor,
    secretProblem: (provider, text) =>
      provider.certificate === null ? secretProblem(provider.scheme, text) : idProblem(provider.scheme, text),
    urlProblem: url => urlProblem(url, env.ALLOW_PRIVATE_DESTINATIONS === '1'),
  };
}

/**
 * Where the key is in a certificate, the secret is the webhook's id at the provider, or the key itself. Ids are short, and
 * none begins as keys do (DER in base64), so a key with a mistake in it is not taken for an id.
 */
const idProblem = (scheme: Scheme, text: string): string | null =>
  /^(?!MI[A-Z][A-Za-z0-9]{20})[A-Za-z0-9_-]{1,60}$/.test(text) || secretProblem(scheme, text) === null
    ? null
    : "must be the webhook's id at the provider, or the provider's public key";

export async function sealingKeys(env: Env): Promise<Result<SealingKeys, ApiError>> {
  const keys = await keysOf(env);
  if (keys.ok) return keys;
  return err({ reason: 'not_configured', detail: 'SECRETS_KEY or SECRETS_KEY_PREVIOUS is too short.' });
}

const randomBytes = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** Clock, randomness and encryption for making records. @param now ms since 1970 */
export async function makingAt(env: Env, now: number): Promise<Result<Making, ApiError>> {
  const keys = await sealingKeys(env);
  if (!keys.ok) return keys;
  return ok({ now, random: randomBytes, seal: (boundTo, text) => seal(keys.value, boundTo, text) });
}

/** Base of ingest addresses: PUBLIC_URL, or the origin that this request came to. */
export function publicBase(env: Env, request: Request): string {
  return env.PUBLIC_URL || new URL(request.url).origin;
}
