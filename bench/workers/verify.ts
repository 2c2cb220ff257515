/** The Worker under `verify.mjs`: verifies one signed request, or makes an event of it, as often as it is asked to. */
import { incomingEvent } from '../../src/ingest/incoming-event';
import type { Provider } from '../../src/providers/provider';
import { PROVIDER_NAMES, providerFor } from '../../src/providers/registry';
import { SAMPLES } from '../../src/providers/samples';
import { queryOf } from '../../src/signature/address';
import { verify } from '../../src/signature/verify';
import { NOW, type SignedSample, signedSample } from '../../test/support/preset-requests';

const encoder = new TextEncoder();

/** Fills a JSON or form body up to `bytes` with one long value, before it is signed. */
function filled(text: string, bytes: number): Uint8Array {
  const filler = 'x'.repeat(Math.max(0, bytes - text.length - 12));
  return encoder.encode(
    text.endsWith('}') ? `${text.slice(0, -1)},"zz":"${filler}"}` : `${text}&Zz=${filler}`,
  );
}

/** Of providers whose payloads are known in full a whole one, as describing it is a part of the cost. */
async function sampleOf(provider: Provider, bytes: number): Promise<SignedSample | null> {
  const wish = { topic: null, incrementId: 1, secret: 'k', now: NOW, nonce: '0' };
  const known = await SAMPLES.get(provider.name)?.(wish);
  return signedSample(provider, body => filled(known?.body ?? new TextDecoder().decode(body), bytes));
}

/** What is measured; true when the request is valid. */
type Step = (provider: Provider, sample: SignedSample) => Promise<boolean>;

const STEPS: Readonly<Record<string, Step>> = {
  verify: async ({ scheme }, { secret, request }) => (await verify(scheme, [secret], request, NOW)).ok,
  event: async (provider, { secret, request }) => {
    const verified = await verify(provider.scheme, [secret], request, NOW);
    if (!verified.ok) return false;
    const { headers, url } = request;
    const { body, signed } = verified.value;
    await incomingEvent(provider, { headers, query: queryOf(url), body }, signed);
    return true;
  },
};

/** Calls of WebCrypto, which are what an event costs most. */
let calls = 0;
const { subtle } = crypto;
Object.defineProperty(crypto, 'subtle', {
  value: new Proxy(subtle, {
    get: (_, name: keyof SubtleCrypto & string) => {
      const method = subtle[name];
      if (typeof method !== 'function') return method;
      return (...given: unknown[]) => {
        if (name !== 'timingSafeEqual') calls++;
        return Reflect.apply(method as (...all: unknown[]) => unknown, subtle, given);
      };
    },
  }),
});

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    if (!searchParams.has('provider')) return Response.json(PROVIDER_NAMES);
    const provider = providerFor(searchParams.get('provider') ?? '');
    const sample = provider && (await sampleOf(provider, Number(searchParams.get('bytes'))));
    const step = STEPS[searchParams.get('step') ?? 'verify'];
    if (!provider || !sample || !step) return new Response(null, { status: 404 });
    const times = Number(searchParams.get('times'));
    const before = calls;
    let valid = 0;
    for (let i = 0; i < times; i++) if (await step(provider, sample)) valid++;
    return Response.json({
      valid,
      bytes: sample.request.body.byteLength,
      alg: provider.scheme.alg,
      calls: calls - before,
    });
  },
};
