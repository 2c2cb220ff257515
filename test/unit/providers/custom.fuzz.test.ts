/**
 * Schemes that users write: any definition is a provider or a list of problems with places; no request passes one whose
 * secret it does not know, and none makes it throw or take long.
 */
import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fieldErrors } from '../../../src/input/field-errors';
import { customDefinition, customProvider } from '../../../src/providers/custom';
import type { Provider } from '../../../src/providers/provider';
import { ParsedBody } from '../../../src/signature/parsed-body';
import { sign } from '../../../src/signature/sign';
import { verify } from '../../../src/signature/verify';
import { fuzzed, fuzzTimeout } from '../../support/fuzz';
import { definitions, signingDefinitions } from '../../support/scheme-definitions';
import { requestOf } from '../../support/signed-request';
import { expectSound } from './support';

const NOW = Date.UTC(2026, 10, 20, 12);
const SECRET = { id: 's', text: 'a-secret-that-nobody-guesses' };

/** The provider of a definition; null where it is refused, which must name places and quote nothing. */
function providerOf(definition: unknown): Provider | null {
  const parsed = v.safeParse(customDefinition, definition);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.issues, '/signature');
    expect(errors.length).toBeGreaterThan(0);
    for (const { path } of errors) expect(path).toMatch(/^\/signature(\/|$)/);
    return null;
  }
  const provider = customProvider(parsed.output);
  if (provider.ok) return provider.value;
  expect(provider.error.length).toBeGreaterThan(0);
  for (const { path, message } of provider.error) {
    expect(path).toMatch(/^\//);
    expect(message.length).toBeLessThan(300);
  }
  return null;
}

const texts = fc.oneof(
  fc.string({ unit: 'grapheme-ascii' }),
  fc.base64String(),
  fc.constantFrom(
    't=1,v1=00',
    'v1,AAAA',
    'sha256=',
    '1763640000',
    '0'.repeat(64),
    '=',
    ',,,,',
    'a'.repeat(5000),
  ),
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json({ maxDepth: 4 }).map(text => new TextEncoder().encode(text)),
  fc
    .constantFrom(
      ...[
        '{"id":1,"a":[{"b":"x"}],"n":7}',
        '[[[[[[',
        '{"id":1,"id":2}',
        'a=1&a=2&b=%zz',
        '{"__proto__":{"x":1}}',
      ],
    )
    .map(text => new TextEncoder().encode(text)),
);
const requests = fc
  .record({ signature: texts, other: texts, body: bodies, query: fc.constantFrom('', 'a=1', 'a=1&a=2', '%') })
  .map(({ signature, other, body, query }) =>
    requestOf({
      url: `https://gateway.example/in/1?${query}`,
      headers: { 'x-signature': signature.trim(), 'x-acme': other.trim(), 'webhook-id': other.trim() },
      body,
      cfg: { public_url: 'https://gateway.example' },
    }),
  );

describe('a definition', { timeout: fuzzTimeout(30) }, () => {
  it('is a provider, or refused with its places', () => {
    let usable = 0;
    fc.assert(
      fc.property(definitions, definition => {
        if (providerOf(definition) !== null) usable++;
      }),
      fuzzed(500),
    );
    // Or nothing was tested.
    expect(usable).toBeGreaterThan(10);
  });

  it('passes no request that does not know the secret, and reads any', async () => {
    await fc.assert(
      fc.asyncProperty(definitions, requests, async (definition, request) => {
        const provider = providerOf(definition);
        if (provider === null) return;
        const { scheme } = provider;
        const started = performance.now();
        expect((await verify(scheme, [SECRET], request, NOW)).ok).toBe(false);
        const { headers, body } = request;
        expectSound(provider.describe({ headers, query: 'a=1', body: new ParsedBody(body) }));
        expect(performance.now() - started).toBeLessThan(20_000);
      }),
      fuzzed(300),
    );
  });

  it('that can sign signs what it accepts, and nothing else of the same look', async () => {
    let signed = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(definitions, signingDefinitions), requests, async (definition, request) => {
        const provider = providerOf(definition);
        const signing = provider === null ? null : await sign(provider.scheme, SECRET, request, NOW);
        if (provider === null || signing === null) return;
        signed++;
        const headers = new Headers(request.headers);
        for (const name of signing.remove) headers.delete(name);
        for (const [name, value] of signing.set) headers.set(name, value);
        const other = { id: 'o', text: `${SECRET.text}.` };
        expect((await verify(provider.scheme, [other], { ...request, headers }, NOW)).ok).toBe(false);
      }),
      fuzzed(300),
    );
    // Or nothing was tested.
    expect(signed).toBeGreaterThan(30);
  });
});
