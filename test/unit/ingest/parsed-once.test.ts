/** A body is parsed once, and digested once, on its way from the signature to the event. */
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { incomingEvent } from '../../../src/ingest/incoming-event';
import { verifyPacked } from '../../../src/ingest/verify-packed';
import { MemoryBudget } from '../../../src/memory/budget';
import type { Provider } from '../../../src/providers/provider';
import { providerFor } from '../../../src/providers/registry';
import type { SignedRequest } from '../../../src/signature/request-view';
import { NOW, type SignedSample, signedSample } from '../../support/preset-requests';

afterEach(() => vi.restoreAllMocks());

async function prepared({ secret }: SignedSample, provider: Provider, request: SignedRequest) {
  const share = new MemoryBudget().requests.share();
  const verified = await verifyPacked(provider, [secret], request, 1, NOW, share);
  if (!verified.ok) throw new Error(verified.error.detail);
  const { body, signed } = verified.value.match;
  expect(body.bytes).toBe(verified.value.request.body);
  const { headers } = verified.value.request;
  return incomingEvent(provider, { headers, query: 'bodySHA256=', body }, signed);
}

async function sampleOf(name: string) {
  const provider = providerFor(name);
  const sample = provider && (await signedSample(provider));
  if (!provider || !sample) throw new Error(`no sample of ${name}`);
  return { provider, sample };
}

describe('the whole body of a request', () => {
  // Each of these names places of the body in its signature.
  test.each(['apideck', 'ecwid', 'mailgun', 'adyen-payments', 'shipstream', 'stripe'])(
    'is parsed once with %s',
    async name => {
      const { provider, sample } = await sampleOf(name);
      const whole = new TextDecoder().decode(sample.request.body);
      const parse = vi.spyOn(JSON, 'parse');
      await prepared(sample, provider, sample.request);
      expect(parse.mock.calls.filter(([text]) => text === whole)).toHaveLength(1);
    },
  );

  test.each(['shipstream', 'shopify', 'twilio-json', 'paypal'])('is digested once with %s', async name => {
    const { provider, sample } = await sampleOf(name);
    const digest = vi.spyOn(crypto.subtle, 'digest');
    await prepared(sample, provider, sample.request);
    expect(digest.mock.calls.filter(([, bytes]) => bytes === sample.request.body)).toHaveLength(1);
  });
});

it('is what was signed, where that is inside of what came', async () => {
  const { provider, sample } = await sampleOf('apideck');
  const { request } = sample;
  const packed = new Response(new Blob([request.body]).stream().pipeThrough(new CompressionStream('gzip')));
  const body = new Uint8Array(await packed.arrayBuffer());
  const headers = new Headers(request.headers);
  headers.set('content-encoding', 'gzip');
  const event = await prepared(sample, provider, { ...request, headers, body });
  const asItWas = await prepared(sample, provider, request);
  expect(event).toEqual(asItWas);
  expect(event.body).toEqual(request.body);
});
