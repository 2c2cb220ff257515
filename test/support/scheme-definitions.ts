/** Definitions of signature schemes as users might write them: sensible ones, and such with something wrong in one place. */
import * as fc from 'fast-check';
import { mutationsOf } from './mutations';

const names = fc.constantFrom(
  'x-signature',
  'X-Acme',
  'webhook-id',
  'content-type',
  '__proto__',
  'constructor',
);
const pointers = fc.constantFrom('', '/', '/id', '/a/0/b', '/a~1b', '/__proto__', '/constructor', '/0', '/n');
const references = fc.oneof(
  names.map(name => `h:${name}`),
  pointers.map(pointer => `json:${pointer}`),
  pointers.map(pointer => `json?:${pointer}`),
  fc
    .tuple(fc.constantFrom('a', 'payload', '__proto__'), pointers)
    .map(([field, at]) => `json@${field}:${at}`),
  fc.constantFrom('q:a', 'form:a'),
);
const tokens = fc.oneof(
  fc.constantFrom('body', 'method', 'url', 'url|unpct', 'url|port+', 'url|port-', 'form*', 'crc32:body'),
  fc.constantFrom('cjson:keep', 'cjson:recurse', 'cfg:public_url', 'cfg:__proto__', 'body', 'body'),
  references,
);
/** A line break is refused, and with it the whole definition. */
const text = fc.oneof(
  { weight: 15, arbitrary: fc.constantFrom('', '.', 'v0:', ':') },
  { weight: 1, arbitrary: fc.constant('\n') },
);
const templates = fc
  .array(fc.tuple(text, tokens), { minLength: 1, maxLength: 4 })
  .map(parts => parts.map(([before, token]) => `${before}{${token}}`).join(''));
/** With a time in it, where the scheme has one. */
const timed = fc.tuple(fc.constantFrom('', '{ts}.'), templates).map(([time, rest]) => time + rest);

const layout = fc.oneof(
  fc.record({ prefix: fc.constantFrom('sha256=', 'v1,', '(') }, { requiredKeys: [] }),
  fc.record({ split: fc.constantFrom(',', ' ', ';', 'a') }),
  fc.record({
    split: fc.constantFrom(',', ';'),
    kv: fc.constantFrom('=', '=', '=', ','),
    pick: fc.constantFrom('v1', 't', '__proto__'),
  }),
);
const source = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(names, layout).map(([h, rest]) => ({ h, ...rest })) },
  { weight: 1, arbitrary: fc.tuple(pointers, layout).map(([json, rest]) => ({ json, ...rest })) },
);

const reads = fc.array(
  fc.oneof(
    references,
    references,
    references,
    templates.filter(template => /^\{[hq]/.test(template)),
  ),
  {
    maxLength: 3,
  },
);
const common = {
  sig: fc.array(source, { minLength: 1, maxLength: 3 }),
  type: reads,
  id: fc.oneof(reads, fc.constant(['sha256:body'])),
  entity: reads,
};
const time = fc.record({
  from: fc.oneof(
    names.map(name => `h:${name}`),
    pointers.map(pointer => `json:${pointer}`),
  ),
  fmt: fc.constantFrom('s', 'ms', 'rfc3339', 'http-date'),
  tol: fc.constantFrom(null, 0, 300),
});
const digest = fc.record({
  from: names.map(name => `h:${name}`),
  alg: fc.constantFrom('sha1', 'sha256', 'sha512'),
  enc: fc.constantFrom('hex', 'base64'),
});
const requiredKeys: ['alg', 'enc', 'sig', 'msg'] = ['alg', 'enc', 'sig', 'msg'];
const written = fc.constantFrom('hex', 'base64', 'base64url');

const hmac = fc.record(
  {
    ...common,
    alg: fc.constantFrom('hmac-sha1', 'hmac-sha256', 'hmac-sha512'),
    enc: written,
    msg: fc.array(templates, { minLength: 1, maxLength: 3 }),
    digest,
    each: pointers,
  },
  { requiredKeys },
);
const withTime = fc.record(
  { ...common, alg: fc.constant('hmac-sha256'), enc: written, msg: fc.tuple(timed), ts: time },
  { requiredKeys: [...requiredKeys, 'ts'] },
);
const publicKey = fc.record(
  {
    ...common,
    alg: fc.constantFrom('ed25519', 'ecdsa-p256-sha256', 'rsa-pkcs1-sha256'),
    key: fc.constant({ enc: 'spki-base64' }),
    enc: written,
    msg: fc.tuple(templates),
  },
  { requiredKeys: [...requiredKeys, 'key'] },
);
const token = fc.record(
  { ...common, alg: fc.constant('token'), enc: fc.constant('utf8'), msg: fc.constant([]) },
  { requiredKeys },
);

/** Some with a number, which few places of few schemes may give. */
const numbers = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: references.map(from => ({ seq: { from } })) },
);
const sensible: fc.Arbitrary<object> = fc
  .tuple(fc.oneof(hmac, hmac, withTime, publicKey, token), numbers)
  .map(([definition, number]) => ({ ...definition, ...number }));

export const definitions: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: sensible },
  { weight: 2, arbitrary: sensible.chain(definition => mutationsOf([definition])) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Definitions that the gateway can sign with: few of the others are. What is signed varies. */
export const signingDefinitions: fc.Arbitrary<unknown> = fc.record({
  ...common,
  alg: fc.constantFrom('hmac-sha1', 'hmac-sha256', 'hmac-sha512'),
  enc: written,
  sig: fc.tuple(fc.constantFrom({ h: 'x-signature' }, { h: 'X-Acme', prefix: 'sha256=' })),
  msg: fc.constantFrom(['{body}'], ['{method}{body}'], ['v0:{url}.{body}'], ['{h:content-type}{body}']),
  type: fc.constant([]),
  id: fc.constantFrom([], ['sha256:body']),
  entity: fc.constant([]),
});
