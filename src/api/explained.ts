/**
 * Why captured requests were refused, in words (`signature/explain/`). Worked out when somebody looks, never while a request is
 * judged: whoever sends forged requests must not make the gateway work for them.
 */
import { signedRequest } from '../ingest/signed-request';
import type { CapturedRequest, RefusalsView } from '../log/contract/refusals';
import { allProviders, providerOf } from '../providers/registry';
import { type Explanation, explain } from '../signature/explain/explain';
import type { Secret } from '../signature/keys';
import { ingestUrl } from '../subscriptions/ingest-url';
import { open, purpose } from '../subscriptions/sealing';
import type { WebhookRecord } from '../subscriptions/webhook';
import { sealingKeys } from './deployment';

/** Some hundred signatures are tried for each, so only the latest are explained, and no large ones. */
const MAX_EXPLAINED = 3;
const MAX_BYTES = 256 * 1024;

type Refusal = RefusalsView['last'][number];

/** By the refusals that are explained. @param base of ingest addresses */
export async function explanationsOf(
  env: Env,
  record: WebhookRecord,
  refusals: readonly Refusal[],
  base: string,
): Promise<Map<Refusal, Explanation>> {
  const found = new Map<Refusal, Explanation>();
  const provider = providerOf(record);
  // Of a token nothing was kept; and what the key of a certificate is, is not known here.
  if (provider === undefined || provider.scheme.alg === 'token' || provider.certificate !== null)
    return found;
  const chosen = refusals.filter(({ request }) => request !== null && request.body.length <= MAX_BYTES);
  if (chosen.length === 0) return found;
  const secrets = await secretsOf(env, record);
  const address = ingestUrl(base, record.id);
  for (const refusal of chosen.slice(0, MAX_EXPLAINED)) {
    if (refusal.request === null) continue;
    const request = requestOf(env, record, refusal.request, address);
    const asked = {
      provider,
      secrets,
      request,
      nowMs: refusal.at,
      others: allProviders(),
      addresses: [address],
    };
    found.set(refusal, await explain(asked));
  }
  return found;
}

function requestOf(
  env: Env,
  record: WebhookRecord,
  { headers, query, body }: CapturedRequest,
  address: string,
) {
  const url = query === '' ? address : `${address}?${query}`;
  return signedRequest(env, { method: 'POST', url, headers: new Headers(headers) }, body, record);
}

/** Those that can be opened. */
async function secretsOf(env: Env, { id, secrets }: WebhookRecord): Promise<Secret[]> {
  const keys = await sealingKeys(env);
  if (!keys.ok) return [];
  const opened = await Promise.all(
    secrets.map(async secret => {
      const text = await open(keys.value, purpose.inbound(id), secret.sealed);
      return text.ok ? [{ id: secret.id, text: text.value }] : [];
    }),
  );
  return opened.flat();
}
