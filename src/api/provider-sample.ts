/** A sample of a webhook's provider, signed with the webhook's newest secret for its ingest address. */
import { signedRequest } from '../ingest/signed-request';
import { plainSample } from '../providers/plain-sample';
import { providerOf } from '../providers/registry';
import { SAMPLES, type Sample, type SampleWish } from '../providers/samples';
import { err, ok, type Result } from '../result';
import { ingestUrl } from '../subscriptions/ingest-url';
import { open, purpose } from '../subscriptions/sealing';
import type { WebhookRecord } from '../subscriptions/webhook';
import { publicBase, sealingKeys } from './deployment';
import type { ApiError } from './problem';

/** `address` is where the provider would send it. `conflict` where nobody but the provider can make one. */
export async function sampleOf(
  env: Env,
  request: Request,
  record: WebhookRecord,
  wish: Pick<SampleWish, 'topic' | 'incrementId'>,
): Promise<Result<{ sample: Sample; address: string }, ApiError>> {
  const provider = providerOf(record);
  if (provider === undefined) {
    return err({ reason: 'conflict', detail: 'This gateway does not know the provider of the webhook.' });
  }
  const keys = await sealingKeys(env);
  if (!keys.ok) return keys;
  const secret = await open(keys.value, purpose.inbound(record.id), record.secrets[0]?.sealed ?? '');
  if (!secret.ok) return err({ reason: 'unreadable_secret' });

  const { origin } = new URL(ingestUrl(publicBase(env, request), record.id));
  const addressed = (query: string) => `${origin}/in/${record.id}${query === '' ? '' : `?${query}`}`;
  const asked = {
    ...wish,
    secret: secret.value,
    now: Date.now(),
    nonce: crypto.getRandomValues(new Uint8Array(8)).toHex(),
  };
  const own = SAMPLES.get(record.provider);
  const sample =
    own === undefined
      ? await plainSample(provider, asked, ({ headers, query, body }) =>
          signedRequest(env, { method: 'POST', url: addressed(query), headers }, body, record),
        )
      : await own(asked);
  if (sample !== null) return ok({ sample, address: addressed(sample.query) });
  const why = provider.scheme.alg.startsWith('hmac-')
    ? 'its signature stands in the body'
    : 'nobody but the provider has the key';
  return err({ reason: 'conflict', detail: `There are no samples of ${provider.title}: ${why}.` });
}
