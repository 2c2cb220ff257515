/** Bodies that are almost what a provider sends, and such that are nothing at all. */
import * as fc from 'fast-check';
import { mutationsOf } from './mutations';

const encoder = new TextEncoder();
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

const SPECIALS = [
  ...['', ' ', '\u{feff}{}', 'null', '0', '""', '[]', '{}', '{"a":}', '{"a":1}}', 'NaN', "{'a':1}", '\0'],
  ...[deep(64), deep(65), deep(100_000), `{"message":${deep(5000)}}`, '{"a":'.repeat(3000)],
  ...['1e999', '-0', '1'.repeat(5000), '"\\ud800"', '"\\u0000"', '{"__proto__":{"topic":"a"}}'],
  ...['{"topic":"a","topic":"b"}', '{"topic":"order:created","message":{"webhook_increment_id":1e3}}'],
  `{"topic":"${'a'.repeat(257)}","message":{}}`,
  `{${Array.from({ length: 20_000 }, (_, i) => `"${i}":0`).join(',')}}`,
];

/** Text after text edits that know nothing of JSON. */
const edits = fc.array(
  fc.tuple(
    fc.nat(),
    fc.constantFrom('cut', 'double', 'flip', 'insert', 'swap'),
    fc.uint8Array({ maxLength: 6 }),
  ),
  { minLength: 1, maxLength: 4 },
);

function edited(bytes: Uint8Array, at: number, kind: string, some: Uint8Array): Uint8Array {
  const place = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case 'cut':
      return new Uint8Array([...before, ...after.subarray(some.length + 1)]);
    case 'double':
      return new Uint8Array([...before, ...after.subarray(0, 40), ...after]);
    case 'flip':
      return bytes.map((byte, i) => (i === place ? byte ^ (1 << ((some[0] ?? 0) % 8)) : byte));
    case 'insert':
      return new Uint8Array([...before, ...some, ...after]);
    default:
      return new Uint8Array([...after, ...before]);
  }
}

/** @param documents JSON values that a provider sends */
export function hostileBodies(documents: readonly unknown[]): fc.Arbitrary<Uint8Array> {
  const whole = fc.constantFrom(...documents).map(document => encoder.encode(JSON.stringify(document)));
  const mutated = mutationsOf([...documents]).map(value => encoder.encode(JSON.stringify(value) ?? ''));
  return fc.oneof(
    { weight: 2, arbitrary: whole },
    { weight: 6, arbitrary: mutated },
    {
      weight: 4,
      arbitrary: fc
        .tuple(whole, edits)
        .map(([bytes, list]) => list.reduce((text, [at, kind, some]) => edited(text, at, kind, some), bytes)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.json().map(text => encoder.encode(text)) },
    { weight: 2, arbitrary: fc.constantFrom(...SPECIALS).map(text => encoder.encode(text)) },
  );
}

/** Headers that HTTP can carry, some of which mean something to the gateway or on the way. */
export const hostileHeaders: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.oneof(
    fc.stringMatching(/^x-[a-z0-9_]{1,12}$/),
    fc.constantFrom(
      ...['webhook-id', 'webhook-signature', 'ce-type', 'gapless-gap', 'gapless_late', 'cf-connecting-ip'],
      ...['x-forwarded-for', 'cookie', 'authorization', 'user-agent', 'content-type', 'idempotency-key'],
      ...['accept-encoding', 'x-real-ip', 'forwarded', 'proxy-authorization', 'x-apideck-event-type'],
    ),
  ),
  fc.oneof(
    fc.stringMatching(/^[ -~]{0,40}$/),
    fc.constantFrom('ÿ', '\t', 'a'.repeat(4000), 'text/plain', '%0d%0a'),
  ),
  { maxKeys: 5 },
);
