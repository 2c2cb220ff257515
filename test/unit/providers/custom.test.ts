/** Schemes that users write: what they make, and what is refused with which place named. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { fieldErrors } from '../../../src/input/field-errors';
import { customDefinition, customProvider } from '../../../src/providers/custom';
import type { Provider } from '../../../src/providers/provider';
import { describeWith, issuesOf } from './support';

const PLAIN = { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'X-Signature' }], msg: ['{body}'] };

function made(given: unknown): Provider {
  const definition = v.parse(customDefinition, given);
  const provider = customProvider(definition);
  if (!provider.ok) throw new Error(JSON.stringify(provider.error));
  return provider.value;
}

/** The places that are wrong. */
function placesOf(given: unknown): string[] {
  const parsed = v.safeParse(customDefinition, given);
  if (!parsed.success) return fieldErrors(parsed.issues).map(({ path }) => path);
  const provider = customProvider(parsed.output);
  return provider.ok ? [] : provider.error.map(({ path }) => path);
}

describe('a scheme of one’s own', () => {
  test('needs no more than how it is signed', () => {
    const provider = made(PLAIN);
    expect(provider).toMatchObject({ name: 'custom', numbered: false, knownBy: 'event_id' });
    expect(provider.scheme).toMatchObject({ key: { enc: 'utf8' }, bodySigned: true });
    expect(describeWith(provider, 'anything')).toMatchObject({ topic: 'event', eventId: null, issues: [] });
  });

  test('says where topic, ids and entity key are', () => {
    const provider = made({
      ...PLAIN,
      type: ['h:x-topic', 'json:/kind'],
      id: ['json:/id'],
      entity: ['{json:/shop}.{json:/order}'],
      seq: { from: 'json:/n', scope: 'subscription' },
    });
    expect(provider).toMatchObject({ numbered: true, knownBy: 'event_id' });
    expect(describeWith(provider, '{"kind":"a","id":"e","shop":1,"order":2,"n":"007"}')).toEqual({
      topic: 'a',
      eventId: 'e',
      incrementId: 7,
      entityKeys: ['custom:1.2'],
      eventTime: null,
      issues: [],
    });
    expect(issuesOf(describeWith(provider, '{"kind":"a","n":1.0}'))).toEqual([
      '/n: must be an integer from 1 to 9007199254740991',
    ]);
    expect(issuesOf(describeWith(provider, '{}'))).toEqual(['header:x-topic: is required']);
  });

  test('numbers from a header too, where it is signed', () => {
    const timed = { msg: ['{h:x-sequence}.{ts}.{body}'], ts: { from: 'h:x-time', fmt: 's' } };
    const provider = made({ ...PLAIN, ...timed, seq: { from: 'h:x-sequence' } });
    expect(describeWith(provider, '{}', { headers: { 'x-sequence': '12' } }).incrementId).toBe(12);
    expect(describeWith(provider, '{}').incrementId).toBeNull();
    expect(issuesOf(describeWith(provider, '{}', { headers: { 'x-sequence': '-1' } }))).toHaveLength(1);
  });

  test('is known by what is signed where its id is not', () => {
    const unsigned = { ...PLAIN, id: ['h:x-id'] };
    expect(made(unsigned).knownBy).toBe('delivery_id');
    expect(made({ ...unsigned, msg: ['v1:{h:x-id}'] }).knownBy).toBe('event_id');
    expect(made({ ...PLAIN, id: ['json:/id', 'sha256:body'] }).knownBy).toBe('signed_bytes');
    const ts = { from: 'h:x-time', fmt: 's' };
    expect(made({ ...unsigned, msg: ['{ts}.{body}'], ts: { ...ts, tol: 300 } }).knownBy).toBe(
      'event_id_and_signed_bytes',
    );
    expect(made({ ...unsigned, msg: ['{ts}.{body}'], ts }).knownBy).toBe('event_id_and_signed_bytes');
    const either = ['json:/id', 'h:x-id'];
    expect(made({ ...unsigned, id: either }).knownBy).toBe('event_id_or_delivery_id');
    expect(made({ ...unsigned, msg: ['{ts}.{body}'], ts, id: either }).knownBy).toBe(
      'event_id_or_signed_bytes',
    );
  });

  test('is known by its id where that is what is signed, although the body is not', () => {
    const fields = { ...PLAIN, msg: ['created:{json:/id}'], bodySigned: false };
    expect(made({ ...fields, id: ['json:/id'] }).knownBy).toBe('event_id');
    expect(made({ ...fields, id: ['json:/other'] }).knownBy).toBe('delivery_id');
    // An address with the body's digest is another one for each body.
    const digest = { from: 'q:digest', alg: 'sha256', enc: 'hex' };
    expect(made({ ...PLAIN, msg: ['{url}'], digest, id: ['h:x-id'] }).knownBy).toBe('delivery_id');
    // The same for every request: it tells no two apart.
    expect(made({ ...PLAIN, msg: ['{url}'], id: ['json:/id'] }).knownBy).toBe('event_id');
  });

  test('trusts no tolerance on a time that is not signed', () => {
    const ts = { from: 'h:x-time', fmt: 's', tol: 300 };
    const timed = { ...PLAIN, id: ['h:x-id'], ts };
    expect(made(timed).knownBy).toBe('delivery_id');
    expect(made({ ...timed, msg: ['{ts}.{body}', '{body}'] }).knownBy).toBe('delivery_id');
    expect(made({ ...timed, msg: ['{h:x-time}.{body}'] }).knownBy).toBe('event_id_and_signed_bytes');
    const inside = made({ ...timed, ts: { ...ts, from: 'json:/sent', fmt: 's' } });
    expect([inside.knownBy, inside.perAttempt]).toEqual(['event_id_and_signed_bytes', ['sent']]);
  });

  test('trusts no id whose end could be the beginning of the body', () => {
    expect(made({ ...PLAIN, msg: ['{h:x-id}{body}'], id: ['h:x-id'] }).knownBy).toBe('delivery_id');
    expect(made({ ...PLAIN, msg: ['{h:x-a}{h:x-id}.{body}'], id: ['h:x-id'] }).knownBy).toBe('delivery_id');
    const form = made({ ...PLAIN, msg: ['{form*}'], id: ['form:id'] });
    expect([form.knownBy, form.scheme.bodySigned]).toEqual(['delivery_id', false]);
  });

  test('reads JSON in a form field as it reads that of a body', () => {
    const inField = {
      ...{ ...PLAIN, msg: ['{ts}.{json@payload:/id}'], ts: { from: 'json@payload:/at', fmt: 's' } },
      ...{ type: ['json@payload:/kind'], id: ['json@payload:/id'] },
      entity: ['{form:shop}.{json@payload:/order}'],
    };
    const provider = made(inField);
    // Of the field only the id is signed, and the body is not.
    expect([provider.knownBy, provider.scheme.bodySigned]).toEqual(['event_id', false]);
    const posted = (value: string) => `shop=7&payload=${encodeURIComponent(value)}`;
    expect(describeWith(provider, posted('{"kind":"a+b","id":90071992547409931,"order":2}'))).toMatchObject({
      ...{ topic: 'a+b', eventId: '90071992547409931', entityKeys: ['custom:7.2'], issues: [] },
    });
    // Another field, and the body itself, are other places.
    expect(made({ ...inField, id: ['json@other:/id'] }).knownBy).toBe('event_id_and_signed_bytes');
    expect(made({ ...inField, id: ['json:/id'] }).knownBy).toBe('event_id_and_signed_bytes');
    expect(issuesOf(describeWith(provider, '{"kind":"a","id":"e"}'))).toEqual(['form:payload: is required']);
  });

  test('numbers from a form field, where the field is signed', () => {
    const whole = {
      ...PLAIN,
      msg: ['{form:payload}'],
      id: ['json@payload:/id'],
      seq: { from: 'json@payload:/n' },
    };
    const provider = made({ ...whole, type: ['json@payload:/kind'] });
    expect([provider.knownBy, provider.numbered, provider.scheme.bodySigned]).toEqual([
      'event_id',
      true,
      false,
    ]);
    const posted = (value: string) => describeWith(provider, `payload=${encodeURIComponent(value)}`);
    expect(posted('{"kind":"a","id":"e","n":"007"}')).toMatchObject({ incrementId: 7, eventId: 'e' });
    expect(issuesOf(posted('{"kind":"a","n":1.0}'))).toEqual([
      'form:payload/n: must be an integer from 1 to 9007199254740991',
    ]);
    for (const msg of [['{form*}'], ['{form:other}'], ['{url}{form:payload}']]) {
      expect(placesOf({ ...whole, msg })).toEqual(['/seq/from']);
    }
  });

  test('takes JSON only where it is numbered by it, which says where the body begins', () => {
    const msg = ['{h:x-id}.{body}'];
    const provider = made({ ...PLAIN, msg, id: ['h:x-id'], seq: { from: 'json:/n' } });
    expect([provider.knownBy, provider.scheme.bodySigned]).toEqual(['event_id', true]);
    expect(issuesOf(describeWith(provider, '0.{"n":1}'))).toEqual([': is not JSON']);
  });

  test.each([
    // Another id and another body have the same bytes: `7` and `0.{}`, `7.0` and `{}`.
    [['{h:x-id}.{body}'], 'delivery_id', false],
    [['{body}.{h:x-id}'], 'delivery_id', false],
    [['{q:id}|{body}'], 'delivery_id', false],
    [['{json:/id}.{json:/other}'], 'delivery_id', false],
    [['v1:{h:x-id}:{h:x-other}:{body}'], 'delivery_id', false],
    // A query, which its sender chooses, can take the beginning of the body.
    [['{url}{body}'], 'delivery_id', false],
    [['{method}{url}.{body}'], 'delivery_id', false],
    // No address has a blank.
    [['{method} {url} {body}'], 'delivery_id', true],
    // An id before a time must not contain what stands between: such a request is refused.
    [['{h:x-id}.{ts}.{body}'], 'event_id', true],
    [['v1|{h:x-id}|{ts}{body}'], 'event_id', true],
    [['{h:x-other}.{h:x-id}.{ts}.{body}'], 'delivery_id', false],
    // Canonical JSON ends where it ends.
    [['{h:x-id}{cjson:keep}'], 'event_id', true],
    [['{h:x-id}{ts}.{body}'], 'delivery_id', false],
    // What is read from the end.
    [['{body}.{ts}.{crc32:body}'], 'event_id_and_signed_bytes', true],
    [['a{body}b'], 'delivery_id', true],
  ])('is marked where the bytes %j say not where a part ends', (msg, knownBy, bodySigned) => {
    const id = ['h:x-id', 'q:id'].filter(place => !msg[0]?.includes('q:id') || place === 'q:id').slice(0, 1);
    const provider = made({ ...PLAIN, msg, id, ts: { from: 'h:x-time', fmt: 's' } });
    expect([provider.knownBy, provider.scheme.bodySigned]).toEqual([knownBy, bodySigned]);
  });

  test('is marked where it leaves the body unsigned, said or not', () => {
    expect(made({ ...PLAIN, msg: ['{json:/id}'] }).scheme.bodySigned).toBe(false);
    expect(made({ ...PLAIN, msg: ['{body}', '{url}'] }).scheme.bodySigned).toBe(false);
    expect(made({ ...PLAIN, msg: ['{crc32:body}'] }).scheme.bodySigned).toBe(false);
    const digest = { from: 'h:x-digest', alg: 'sha256', enc: 'base64' };
    expect(made({ ...PLAIN, msg: ['{h:x-digest}'], digest }).scheme.bodySigned).toBe(true);
    expect(made({ ...PLAIN, msg: ['{h:x-id}'], digest }).scheme.bodySigned).toBe(false);
    expect(made({ ...PLAIN, msg: ['{h:x-digest}', '{h:x-id}'], digest }).scheme.bodySigned).toBe(false);
    const queried = { ...digest, from: 'q:digest' };
    expect(made({ ...PLAIN, msg: ['{url}'], digest: queried }).scheme.bodySigned).toBe(true);
    expect(made({ ...PLAIN, msg: ['{h:x-id}'], digest: queried }).scheme.bodySigned).toBe(false);
    expect(made({ ...PLAIN, msg: ['{h:x-id}{body}'] }).scheme.bodySigned).toBe(false);
    expect(made({ ...PLAIN, msg: ['{form*}'] }).scheme.bodySigned).toBe(false);
    expect(made({ ...PLAIN, msg: ['{method} {url} {body}'] }).scheme.bodySigned).toBe(true);
    expect(made({ ...PLAIN, bodySigned: false }).scheme.bodySigned).toBe(false);
  });
});

describe('a scheme that cannot work', () => {
  test.each([
    [{ alg: 'md5' }, '/alg'],
    [{ alg: 'toString' }, '/alg'],
    [{ enc: 'utf8' }, '/enc'],
    [{ key: { enc: 'spki-base64' } }, '/key/enc'],
    [{ alg: 'ed25519' }, '/key/enc'],
    [{ alg: 'token', enc: 'utf8' }, '/msg'],
    [{ sig: [] }, '/sig'],
    [{ sig: [{}] }, '/sig/0'],
    [{ sig: [{ h: 'a', json: '/b' }] }, '/sig/0'],
    [{ sig: [{ h: 'no header' }] }, '/sig/0/h'],
    [{ sig: [{ json: 'no pointer' }] }, '/sig/0/json'],
    [{ sig: [{ h: 'a', kv: '=' }] }, '/sig/0/pick'],
    [{ sig: [{ h: 'a', more: '=' }] }, '/sig/0/more'],
    [{ msg: [] }, '/msg'],
    [{ msg: ['{body'] }, '/msg/0'],
    [{ msg: ['{body}', '{unknown}'] }, '/msg/1'],
    [{ msg: ['{__proto__}'] }, '/msg/0'],
    [{ msg: ['{ts}.{body}'] }, '/msg/0'],
    [{ msg: ['{sig:t}.{body}'] }, '/msg/0'],
    [{ msg: ['constant'] }, '/msg/0'],
    [{ msg: ['{body}', '{body}', '{body}', '{body}', '{body}'] }, '/msg'],
    [{ ts: { from: 'q:t', fmt: 's' } }, '/ts/from'],
    [{ ts: { from: 'sig:t', fmt: 's' } }, '/ts/from'],
    [{ ts: { from: 'h:t', fmt: 'iso' } }, '/ts/fmt'],
    [{ ts: { from: 'h:t', fmt: 's', tol: -1 } }, '/ts/tol'],
    [{ msg: ['{json:/a}'.repeat(33)] }, '/msg/0'],
    [
      { msg: [0, 32].map(from => Array.from({ length: 20 }, (_, i) => `{json:/${from + i}}`).join('')) },
      '/msg',
    ],
    [{ msg: ['\ud800{body}'] }, '/msg/0'],
    [{ sig: [{ h: 'a', prefix: '\udfff' }] }, '/sig/0/prefix'],
    [{ sig: [{ h: 'a', split: ',', kv: ',', pick: 'v' }] }, '/sig/0/kv'],
    [{ sig: [{ h: 'a', prefix: 'a,b', split: ',' }] }, '/sig/0/prefix'],
    [{ key: { enc: 'hex', or: 'spki-base64' } }, '/key/or'],
    [{ alg: 'ed25519', key: { enc: 'raw-hex', or: 'raw-base64' } }, '/key/or'],
    [{ digest: { from: 'json:/d', alg: 'sha256', enc: 'hex' } }, '/digest/from'],
    [{ digest: { from: 'q:d', alg: 'md5', enc: 'hex' } }, '/digest/alg'],
    [{ each: 'items' }, '/each'],
    [{ msg: ['{url}'], bodySigned: true }, '/bodySigned'],
    [{ id: ['json:id'] }, '/id/0'],
    [{ id: ['json@:/id'] }, '/id/0'],
    [{ id: ['json@payload:id'] }, '/id/0'],
    [{ id: ['json@payload'] }, '/id/0'],
    [{ id: ['jsonx@payload:/id'] }, '/id/0'],
    [{ id: ['h:a', 'nonsense'] }, '/id/1'],
    [{ type: ['{h:a'] }, '/type/0'],
    [{ entity: ['{sig:a}'] }, '/entity/0'],
    [{ seq: { from: 'cfg:a' } }, '/seq/from'],
    [{ seq: { from: 'h:x-n' } }, '/seq/from'],
    [{ msg: ['{h:x-n}{body}'], seq: { from: 'h:x-n' } }, '/seq/from'],
    [{ msg: ['{h:x-n}.{body}'], seq: { from: 'h:x-n' } }, '/seq/from'],
    [{ msg: ['{json:/n}:{json:/id}'], seq: { from: 'json:/n' } }, '/seq/from'],
    [{ msg: ['{h:x-id}'], seq: { from: 'json:/n' } }, '/seq/from'],
    [{ msg: ['{h:x-id}{body}'], bodySigned: true }, '/bodySigned'],
    [{ msg: ['{form*}'], bodySigned: true }, '/bodySigned'],
    [{ msg: ['{url}{body}'], bodySigned: true }, '/bodySigned'],
    [{ msg: ['{h:x-id}.{body}'], bodySigned: true }, '/bodySigned'],
    [{ seq: 'json:/n' }, '/seq'],
    [{ surprise: 1 }, '/surprise'],
  ])('%j is refused at %s', (change, place) => {
    expect(placesOf({ ...PLAIN, ...change })).toContain(place);
  });

  test('nothing throws, whatever is given', () => {
    for (const given of [null, [], 'x', 1, {}, { ...PLAIN, sig: [null] }, { ...PLAIN, msg: [1] }]) {
      expect(placesOf(given).length).toBeGreaterThan(0);
    }
  });
});
