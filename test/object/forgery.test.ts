/**
 * Every provider, over the gateway's HTTP interface: what is signed comes in; what is not signed, signed with another secret,
 * signed too long ago, or signed as any other provider signs, is refused, kept nowhere and forwarded to nobody.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Provider } from '../../src/providers/provider';
import { allProviders } from '../../src/providers/registry';
import { canSign } from '../../src/signature/sign';
import { Box, call } from '../support/in-worker';
import { NOW, type SignedSample, signedSample } from '../support/preset-requests';
import { send } from '../support/rest';

/** Where a month has passed, nothing that has an age is young. */
const A_MONTH_MS = 30 * 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function sampleOf(provider: Provider): Promise<SignedSample> {
  const sample = await signedSample(provider);
  if (sample === null) throw new Error(`no sample of ${provider.name}`);
  return sample;
}

/** A secret of the provider's kind with which nothing here is signed. */
async function otherSecret(provider: Provider): Promise<string> {
  const { alg, key } = provider.scheme;
  // Key pairs are made anew each time.
  if (!canSign(provider.scheme) && !alg.startsWith('hmac-') && alg !== 'token') {
    return (await sampleOf(provider)).secret.text;
  }
  const bytes = new TextEncoder().encode('another-secret-of-a-webhook');
  return key.enc === 'hex' ? bytes.toHex() : key.enc === 'base64' ? bytes.toBase64() : 'another-secret';
}

async function webhookOf({ name, guide }: Provider, secretKey: string, box: Box): Promise<number> {
  const required = guide.settings.filter(({ isRequired }) => isRequired).map(({ name }) => [name, 'WH']);
  const { status, body } = await call<{ webhook_id: number }>('POST', '/v1/webhooks', {
    ...{ provider: name, secret_key: secretKey, destinations: [{ url: box.url }] },
    settings: {
      public_url: 'https://gateway.example/in/1',
      ...Object.fromEntries(required),
      ...(name === 'paypal' ? { webhook_id: 'WH' } : {}),
    },
  });
  expect([name, status, JSON.stringify(body)]).toEqual([name, 201, expect.any(String)]);
  return body.webhook_id;
}

/** A sample sent to a webhook. */
function post(id: number, { request }: Pick<SignedSample, 'request'>) {
  const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  const headers = Object.fromEntries(request.headers);
  return send('POST', `/in/${id}${query}`, new TextDecoder().decode(request.body), headers);
}

const eventsOf = async (id: number) => (await send('GET', `/v1/webhooks/${id}/events`)).body.events;

describe.each(allProviders())('$name', provider => {
  const { scheme } = provider;

  it('lets in what is signed, and nothing that is not', async () => {
    const box = new Box();
    const sample = await sampleOf(provider);
    const id = await webhookOf(provider, sample.secret.text, box);

    const bare = new Headers({ 'content-type': 'application/json' });
    const inBody = scheme.sig.some(({ json }) => json !== undefined);
    const body = inBody ? new TextEncoder().encode('{"a":1}') : sample.request.body;
    expect((await post(id, { request: { ...sample.request, headers: bare, body } })).status).toBe(401);
    expect(await eventsOf(id)).toEqual([]);

    if ((scheme.ts?.tol ?? null) !== null) {
      for (const distance of [A_MONTH_MS, -A_MONTH_MS]) {
        vi.setSystemTime(NOW + distance);
        expect([distance, (await post(id, sample)).status]).toEqual([distance, 401]);
      }
      vi.setSystemTime(NOW);
    }
    expect(await eventsOf(id)).toEqual([]);
    const answer = await post(id, sample);
    expect([provider.name, answer.status, answer.text]).toEqual([provider.name, 200, expect.any(String)]);
    if (String(answer.body.status) === 'accepted') expect(await box.whenKept(1)).toHaveLength(1);
  });
});

it('no signature of any provider is one for another’s webhook, nor for one with another secret', async () => {
  const box = new Box();
  const samples = await Promise.all(allProviders().map(sampleOf));
  for (const provider of allProviders()) {
    const id = await webhookOf(provider, await otherSecret(provider), box);
    const statuses = new Set<number>();
    for (const sample of samples) statuses.add((await post(id, sample)).status);
    expect([provider.name, ...statuses]).toEqual([provider.name, 401]);
    expect(await eventsOf(id)).toEqual([]);
  }
  expect(await box.kept()).toEqual([]);
}, 120_000);
