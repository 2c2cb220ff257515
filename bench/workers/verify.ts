/** The Worker under `verify.mjs`: verifies one signed request as often as it is asked to. */
import { PROVIDER_NAMES, providerFor } from '../../src/providers/registry';
import { verify } from '../../src/signature/verify';
import { NOW, signedSample } from '../../test/support/preset-requests';

/** Fills a JSON or form body up to `bytes` with one long value, before it is signed. */
function filled(body: Uint8Array, bytes: number): Uint8Array {
  const text = new TextDecoder().decode(body);
  const filler = 'x'.repeat(Math.max(0, bytes - text.length - 12));
  const whole = text.endsWith('}') ? `${text.slice(0, -1)},"zz":"${filler}"}` : `${text}&Zz=${filler}`;
  return new TextEncoder().encode(whole);
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    if (!searchParams.has('provider')) return Response.json(PROVIDER_NAMES);
    const provider = providerFor(searchParams.get('provider') ?? '');
    const sample =
      provider && (await signedSample(provider, body => filled(body, Number(searchParams.get('bytes')))));
    if (!provider || !sample) return new Response(null, { status: 404 });
    const times = Number(searchParams.get('times'));
    let valid = 0;
    for (let i = 0; i < times; i++) {
      const result = await verify(provider.scheme, [sample.secret], sample.request, NOW);
      if (result.ok) valid++;
    }
    return Response.json({ valid, bytes: sample.request.body.byteLength, alg: provider.scheme.alg });
  },
};
