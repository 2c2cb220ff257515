/**
 * Comparing a secret with `===` tells, by the time it takes, how much of a guess is right. So every comparison of secrets,
 * signatures, tokens and digests goes through WebCrypto (`verify`, `timingSafeEqual`): this reads the source for others.
 */
/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, it } from 'vitest';

const sources: Record<string, string> = import.meta.glob('../../src/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Names of values that are secret, or that are compared with something secret. */
const SENSITIVE =
  /secret|token|signature|password|hmac|digest|\bmac\b|fingerprint|session|secrets_key|sealed/i;

const COMPARISON = /[=!]==? |\.(includes|indexOf|startsWith|endsWith|localeCompare)\(/g;

/** Comparisons with what is no guess: a constant, a kind, a length, an id, whether there is one. */
const HARMLESS = [
  /[=!]==? (null|undefined|true|false|'[^']*'|-?\d+)/g,
  /typeof [\w.?]+ [=!]==/g,
  /\b(id|name|length|byteLength|alg|type|CUSTOM|scope) [=!]== [\w.]+/g,
  /[=!]== [\w.]+\.(length|byteLength)/g,
  /\.(startsWith|endsWith|includes)\('[^']*'\)/g,
];

/** What is left, each looked at: from which of them nobody learns a secret, and why. */
const LOOKED_AT: [file: string, what: RegExp, why: string][] = [
  ['signature/compare.ts', /known\?\.scheme === scheme/, 'whether it is the same scheme, as an object'],
  ['api/jsonrpc/webhooks.ts', /'secret_key'\]\.includes\(field\)/, 'the name of a field'],
  ['delivery/standard-webhooks.ts', /startsWith\(PREFIX\)/, 'whsec_'],
  ['providers/fingerprint.ts', /signed === body/, 'whether they are the same object'],
  ['signature/explain/', /\benc\b|HMACS|other !== bare/, 'names of encodings, and two spellings of one text'],
  ['json/scalar-search.ts', /./, 'tokens of a JSON pointer, and values that are looked for'],
  ['json/source.ts', /./, 'tokens of a JSON pointer'],
  ['numbering/', /fingerprint/i, 'SHA-256 of a body that its sender knows'],
  ['numbering/', /secretId|isOfSecret/, 'the id of a secret, which is public'],
  ['log/', /fingerprint/i, 'SHA-256 of a body that its sender knows'],
  [
    'signature/digest.ts',
    /toHex\(\)/,
    'the digest of a body that its sender knows, once the signature is verified',
  ],
  ['signature/sign.ts', /sig\[0\]\?\.h !== undefined/, 'the scheme'],
  ['ingest/verify-packed.ts', /scheme\.alg !==/, 'the scheme, and the name of a reason'],
  ['signature/compile.ts', /scheme\.(enc|alg)/, 'the scheme'],
  ['providers/registry.ts', /provider !== CUSTOM/, 'whether there is a scheme'],
  [
    'configuration/imported.ts',
    /id === secret\.id|secrets\.length === current\.length/,
    'ids and ends of secrets, and whether they are the same objects',
  ],
  ['subscriptions/confirm-input.ts', /token === MASK/, 'the mask, which is public'],
  ['subscriptions/secret-input.ts', /secret === secret\.trim\(\)/, 'the secret that was given with itself'],
  ['subscriptions/masking.ts', /secret\.includes\(name\)/, 'the name of a setting'],
  ['api/rest/destinations.ts', /destinationId === destination\.id/, 'ids, which are public'],
  ['signature/keys.ts', /startsWith\(strip\)/, 'the prefix of the scheme, which is public'],
  [
    'subscriptions/resealing.ts',
    /keys\.current\.id/,
    'the id of a key, which stands in front of what it sealed',
  ],
];

const lines: { file: string; line: string }[] = Object.entries(sources).flatMap(([path, text]) =>
  text
    .split('\n')
    .map(line => ({ file: path.replace(/^.*\/src\//, ''), line: line.trim() }))
    .filter(({ line }) => !/^(\*|\/\/|\/\*)/.test(line)),
);

describe('the source', () => {
  it('is read', () => {
    expect(new Set(lines.map(({ file }) => file)).size).toBeGreaterThan(100);
  });

  it('compares nothing secret but in constant time', () => {
    const found = lines
      .filter(({ line }) => SENSITIVE.test(line))
      .filter(({ line }) =>
        HARMLESS.reduce((rest, harmless) => rest.replaceAll(harmless, ''), line).match(COMPARISON),
      )
      .filter(
        ({ file, line }) => !LOOKED_AT.some(([where, what]) => file.startsWith(where) && what.test(line)),
      );
    expect(
      found.map(({ file, line }) => `${file}: ${line}`),
      'use constant-time.ts, or say in LOOKED_AT why not',
    ).toEqual([]);
  });

  it('does so in one place', () => {
    const callersOf = (what: RegExp) =>
      [...new Set(lines.filter(({ line }) => what.test(line)).map(({ file }) => file))].toSorted();
    expect(callersOf(/timingSafeEqual\(/)).toEqual(['constant-time.ts']);
    expect(callersOf(/subtle\.verify\(/)).toEqual(['signature/compare.ts']);
    expect(callersOf(/\bsame(Text|Bytes)\(/)).toEqual([
      'api/admin-token.ts',
      'api/jsonrpc/session.ts',
      'api/jsonrpc/sign-in.ts',
      'api/self-test/echo.ts',
      'api/self-test/run.ts',
      'configuration/means.ts',
      'constant-time.ts',
      'ingest/answer-handshake.ts',
      'page/session.ts',
      'signature/compare.ts',
      'tokens/api-tokens.ts',
    ]);
  });
});
