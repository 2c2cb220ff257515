/** What must hold of every provider's scheme: nothing changed passes, and nothing sent makes it throw. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allProviders } from '../../../src/providers/registry';
import { ParsedBody } from '../../../src/signature/parsed-body';
import { canSign, sign } from '../../../src/signature/sign';
import { verify } from '../../../src/signature/verify';
import { NOW, type SignedSample, signedSample } from '../../support/preset-requests';
import { requestOf } from '../../support/signed-request';

const isValid = async (
  provider: ReturnType<typeof allProviders>[number],
  { request, secret }: SignedSample,
) => (await verify(provider.scheme, [secret], request, NOW)).ok;

/** One character changed to its neighbour: never to another spelling of the same hex digit. */
const changed = (text: string, at: number): string =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);

describe.each(allProviders())('$name', provider => {
  const { scheme } = provider;
  const headersOf = () =>
    [
      ...scheme.sig.map(({ h }) => h),
      scheme.ts?.from.startsWith('h:') ? scheme.ts.from.slice(2) : undefined,
      ...[...scheme.msg.join('').matchAll(/\{h:([^}]*)\}/g)].map(match => match[1]),
    ].filter(name => name !== undefined);

  test('a signed request passes, an unsigned one does not', async () => {
    const sample = await signedSample(provider);
    if (sample === null) throw new Error('no sample');
    expect(await isValid(provider, sample)).toBe(true);
    const bare = requestOf({ url: sample.request.url, body: sample.request.body });
    if (scheme.sig.every(({ h }) => h !== undefined)) {
      expect(await isValid(provider, { ...sample, request: bare })).toBe(false);
    }
  });

  test('any changed bit of a signed body invalidates', async () => {
    const sample = await signedSample(provider);
    if (sample === null || scheme.bodySigned === false) return;
    const { body } = sample.request;
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length * 8 - 1), async bit => {
        const flipped = body.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(await isValid(provider, { ...sample, request: { ...sample.request, body: flipped } })).toBe(
          false,
        );
      }),
    );
    for (const other of [body.subarray(1), body.subarray(0, -1), new Uint8Array([...body, 0x20])]) {
      // A space after the JSON is the same JSON, where that is what is signed.
      if (other.length > body.length && scheme.msg.some(template => template.includes('cjson'))) continue;
      expect(await isValid(provider, { ...sample, request: { ...sample.request, body: other } })).toBe(false);
    }
  });

  test('any changed character of a header the scheme reads invalidates', async () => {
    const sample = await signedSample(provider);
    if (sample === null) return;
    for (const name of headersOf()) {
      const value = sample.request.headers.get(name) ?? '';
      for (let at = 0; at < value.length; at++) {
        const headers = new Headers(sample.request.headers);
        headers.set(name, changed(value, at));
        // Some neighbours are blanks, which headers lose at their ends.
        if (headers.get(name) === value) continue;
        const request = { ...sample.request, headers };
        expect(await isValid(provider, { ...sample, request }), `${name} at ${at}`).toBe(false);
      }
    }
  });

  test('any changed character of the address invalidates, where it is signed', async () => {
    const sample = await signedSample(provider);
    if (sample === null || !scheme.msg.some(template => template.includes('{url'))) return;
    const { url } = sample.request;
    for (let at = 0; at < url.length; at++) {
      const request = { ...sample.request, url: changed(url, at) };
      expect(await isValid(provider, { ...sample, request }), `at ${at}`).toBe(false);
    }
  });

  test('another secret invalidates', async () => {
    const sample = await signedSample(provider);
    const other = await signedSample(provider);
    if (sample === null || other === null) return;
    const isMade = !scheme.alg.startsWith('hmac-') && scheme.alg !== 'token';
    const texts = isMade
      ? [other.secret.text]
      : [0, 3, 9].map(at => {
          const { text } = sample.secret;
          return text.slice(0, at) + (text[at] === '6' ? '7' : '6') + text.slice(at + 1);
        });
    for (const text of [...texts, '', 'x']) {
      expect(await isValid(provider, { ...sample, secret: { id: 's', text } })).toBe(false);
    }
  });

  test('nothing anyone sends verifies or throws', async () => {
    const sample = await signedSample(provider);
    if (sample === null) throw new Error('no sample');
    // A key of the scheme, and too long to be among the noise: in token schemes the secret itself is the signature.
    const { secret } = sample;
    expect(secret.text.length).toBeGreaterThan(12);
    const noise = fc.oneof(
      fc.base64String(),
      fc.stringMatching(/^[ -~]*$/),
      fc.constantFrom('', 't=1,t=2,v1=00', 'v1,', 'v1,AAAA v1,', `sha256=${'0'.repeat(64)}`, '%', '1e400'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(noise, { minLength: headersOf().length, maxLength: headersOf().length }),
        fc.oneof(
          fc.uint8Array({ maxLength: 64 }),
          fc.json().map(text => new TextEncoder().encode(text)),
        ),
        fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })),
        async (values, body, url) => {
          const headers = new Headers();
          for (const [i, name] of headersOf().entries()) headers.set(name, values[i] ?? '');
          const request = requestOf({ headers, body, url });
          expect((await verify(scheme, [secret], request, NOW)).ok).toBe(false);
          await sign(scheme, secret, request, NOW);
          expect(
            provider.describe({ headers, query: url, body: new ParsedBody(body) }).issues.length,
          ).toBeLessThanOrEqual(20);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('what is signed anew verifies, however old its first signature is', async () => {
    const sample = await signedSample(provider);
    if (sample === null || !canSign(scheme)) return;
    const later = NOW + 3 * 86_400_000;
    const signing = await sign(scheme, sample.secret, sample.request, later);
    expect(signing).not.toBeNull();
    const headers = new Headers(sample.request.headers);
    for (const name of signing?.remove ?? []) headers.delete(name);
    for (const [name, value] of signing?.set ?? []) headers.set(name, value);
    const result = await verify(scheme, [sample.secret], { ...sample.request, headers }, later);
    // Linear's time is in the body, which is not changed.
    expect(result.ok || result.error.reason).toBe(provider.name === 'linear' ? 'stale' : true);
  });
});
