import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { decodeSecret, encodeSecret, standardSignature } from '../../../src/delivery/standard-webhooks';
import { SECRET } from '../../support/deliveries';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** HMAC-SHA256 from its definition (RFC 2104), on nothing but the hash. */
async function hmacByDefinition(key: Uint8Array, message: Uint8Array): Promise<string> {
  const sha256 = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? await sha256(key) : key);
  const inner = await sha256(new Uint8Array([...block.map(byte => byte ^ 0x36), ...message]));
  const outer = await sha256(new Uint8Array([...block.map(byte => byte ^ 0x5c), ...inner]));
  return btoa(String.fromCharCode(...outer));
}

describe('standardSignature', () => {
  it('gives the signature of the published example', async () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: utf8('{"test": 2432232314}'),
    };
    expect(await standardSignature([SECRET], message)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it.each(['', '{}', '{"name":"Zoë 🚚"}', 'x'.repeat(100_000)])(
    'verifies in the reference library',
    async body => {
      const timestamp = Math.floor(Date.now() / 1000);
      const secret = encodeSecret(crypto.getRandomValues(new Uint8Array(32)));
      const signature = await standardSignature([secret], { id: 'msg_1', timestamp, body: utf8(body) });
      const headers = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature,
      };
      expect(() => new Webhook(secret).verify(body, headers, { jsonParse: false })).not.toThrow();
      expect(() => new Webhook(secret).verify(`${body} `, headers, { jsonParse: false })).toThrow();
    },
  );

  it('signs the bytes of a body that is not UTF-8', async () => {
    const key = Uint8Array.from({ length: 80 }, (_, index) => index);
    const body = Uint8Array.from({ length: 256 }, (_, index) => 255 - index);
    const expected = await hmacByDefinition(key, new Uint8Array([...utf8('msg_1.1700000000.'), ...body]));
    const signature = await standardSignature([encodeSecret(key)], {
      id: 'msg_1',
      timestamp: 1700000000,
      body,
    });
    expect(signature).toBe(`v1,${expected}`);
  });

  it('gives one signature per secret during a rotation, in their order', async () => {
    const older = encodeSecret(new Uint8Array(24).fill(7));
    const message = { id: 'msg_1', timestamp: 1700000000, body: utf8('{}') };
    const [first, second] = await Promise.all([
      standardSignature([SECRET], message),
      standardSignature([older], message),
    ]);
    expect(await standardSignature([SECRET, older], message)).toBe(`${first} ${second}`);
  });

  it('throws on a secret that does not decode, without naming it', async () => {
    const message = { id: 'msg_1', timestamp: 1, body: utf8('{}') };
    await expect(standardSignature(['whsec_hunter2!'], message)).rejects.toThrow(/^[^!]*$/);
  });
});

describe('decodeSecret', () => {
  it('gives back the bytes a secret was made of', () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, index) => index * 11);
    expect(decodeSecret(encodeSecret(bytes))).toEqual(bytes);
    expect(decodeSecret(encodeSecret(utf8('2RUJ8NXLnLRrAj3')))).toEqual(utf8('2RUJ8NXLnLRrAj3'));
  });

  it.each([
    '',
    'whsec_',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ',
    'whsec_MfKQ9r8G KYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_AAA',
    'whsec_AAAA=',
    'whsec_AA',
    'whsec_AB==',
    'whsec_AAB=',
    'whsec_A===',
    'whsec_====',
    'whsec_AA-_',
    'whsec_AA==AAAA',
    'whsec_whsec_AAAA',
  ])('refuses %j', secret => {
    expect(decodeSecret(secret)).toBeNull();
  });
});
