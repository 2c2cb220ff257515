/**
 * Each usual mistake, made with the scheme of a provider whose users make it, and named. The true signatures are made here,
 * independently of what is tested, by the provider's documentation.
 */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Spelling, spelled } from '../../../src/json/spelling';
import { allProviders, providerFor } from '../../../src/providers/registry';
import { expectedOf } from '../../../src/signature/explain/expected';
import { type Asked, type Explanation, explain } from '../../../src/signature/explain/explain';
import { requestOf } from '../../support/signed-request';

const NOW = Date.UTC(2026, 10, 20, 12);
const SECONDS = String(NOW / 1000);
type Text = string | Uint8Array;

const mac = (secret: Text, message: Text, enc: 'hex' | 'base64', alg = 'sha256'): string =>
  createHmac(alg, secret).update(message).digest(enc);

function providerNamed(name: string) {
  const provider = providerFor(name);
  if (provider === undefined) throw new Error(`no provider ${name}`);
  return provider;
}

function asked(provider: string, secret: string, request: Parameters<typeof requestOf>[0]): Asked {
  return {
    provider: providerNamed(provider),
    secrets: [{ id: 'current', text: secret }],
    request: requestOf(request),
    nowMs: NOW,
    others: allProviders(),
    addresses: [],
  };
}

async function mistakeOf(
  provider: string,
  secret: string,
  request: Parameters<typeof requestOf>[0],
): Promise<[certainty: string | null, kind: string | undefined]> {
  const explanation: Explanation = await explain(asked(provider, secret, request));
  if (explanation.verdict === 'valid') return ['valid', undefined];
  return [explanation.certainty, explanation.mistake?.kind];
}

const ORDER =
  '{"id": 820982911946154500,\n "email": "jané@example.com", "total": 10.0, "url": "https://x.test/<a>"}';
const shopify = (signed: Text, body: Text, secret = 'hush') => ({
  headers: { 'x-shopify-hmac-sha256': mac(secret, signed, 'base64'), 'x-shopify-topic': 'orders/create' },
  body,
});
const stripe = (signed: string, body: string, secret: Text, time = SECONDS) => ({
  headers: { 'stripe-signature': `t=${time},v1=${mac(secret, `${time}.${signed}`, 'hex')}` },
  body,
});
const slack = (signed: string, body: string, secret: string, time = SECONDS) => ({
  headers: {
    'x-slack-request-timestamp': time,
    'x-slack-signature': `v0=${mac(secret, `v0:${time}:${signed}`, 'hex')}`,
  },
  body,
});
const github = (signed: Text, body: Text, secret = 'It is a secret') => ({
  headers: { 'x-hub-signature-256': `sha256=${mac(secret, signed, 'hex')}`, 'x-github-event': 'push' },
  body,
});
const KEY = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const standard = (body: string, key: Text) => ({
  headers: {
    'webhook-id': 'msg_1',
    'webhook-timestamp': SECONDS,
    'webhook-signature': `v1,${mac(key, `msg_1.${SECONDS}.${body}`, 'base64')}`,
  },
  body,
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the mistake is shown', () => {
  test.each([
    ['JSON.stringify for a body with blanks', '{"a": 1, "b": [1.50, "é"]}', '{"a":1,"b":[1.50,"é"]}'],
    ['PHP for JSON.stringify', '{"a":"x/y é"}', '{"a":"x\\/y \\u00e9"}'],
    ['JSON.stringify for PHP', '{"a":"x\\/y \\u00e9"}', '{"a":"x/y é"}'],
    ['JSON.stringify for Python', '{"a": 1, "b": "\\u00e9"}', '{"a":1,"b":"é"}'],
    ['one line for many', '{\n  "a": [\n    1\n  ],\n  "b": {}\n}', '{"a":[1],"b":{}}'],
    ['twice', '{"a":1}', '"{\\"a\\":1}"'],
    ['Go', '{"a":"\\u003cb\\u003e"}', '{"a":"<b>"}'],
  ])('a body that was parsed and written again: %s', async (_, signed, body) => {
    expect(await mistakeOf('shopify', 'hush', shopify(signed, body))).toEqual(['shown', 'body_rewritten']);
  });

  test.each([
    ['one more', '{"a":1}', '{"a":1}\n'],
    ['one less', '{"a":1}\n', '{"a":1}'],
    ['CR LF', '{\n"a":1}', '{\r\n"a":1}'],
    ['LF', '{\r\n"a":1}', '{\n"a":1}'],
  ])('line feeds: %s', async (_, signed, body) => {
    expect(await mistakeOf('github', 'It is a secret', github(signed, body))).toEqual(['shown', 'line_feed']);
  });

  test('a byte order mark, more and less', async () => {
    const secret = 'shhh';
    const signed = (of: string, body: string) => slack(of, body, secret);
    expect(await mistakeOf('slack', secret, signed('{"a":1}', '\uFEFF{"a":1}'))).toEqual([
      'shown',
      'byte_order_mark',
    ]);
    expect(await mistakeOf('slack', secret, signed('\uFEFF{"a":1}', '{"a":1}'))).toEqual([
      'shown',
      'byte_order_mark',
    ]);
  });

  test('Latin-1 written as UTF-8, and the reverse', async () => {
    const latin1 = Uint8Array.from('{"name":"José"}', character => character.charCodeAt(0));
    const twice = bytes('{"name":"JosÃ©"}');
    expect(await mistakeOf('shopify', 'hush', shopify(latin1, '{"name":"José"}'))).toEqual([
      'shown',
      'character_set',
    ]);
    expect(await mistakeOf('shopify', 'hush', shopify(bytes('{"name":"José"}'), twice))).toEqual([
      'shown',
      'character_set',
    ]);
  });

  test('a form for JSON, and JSON for a form', async () => {
    const json = '{"ref":"refs/heads/main"}';
    const form = `payload=${encodeURIComponent(json)}`;
    expect(await mistakeOf('github', 'It is a secret', github(form, json))).toEqual([
      'shown',
      'form_and_json',
    ]);
    expect(await mistakeOf('github', 'It is a secret', github(json, form))).toEqual([
      'shown',
      'form_and_json',
    ]);
    const slash = 'token=a&text=hello+world%21&channel=%23a';
    const parsed = JSON.stringify({ token: 'a', text: 'hello world!', channel: '#a' });
    expect(await mistakeOf('slack', 'shhh', slack(slash, parsed, 'shhh'))).toEqual([
      'shown',
      'form_and_json',
    ]);
  });

  test('a body in base64, and one that was lost', async () => {
    expect(await mistakeOf('shopify', 'hush', shopify(ORDER, bytes(ORDER).toBase64()))).toEqual([
      'shown',
      'body_base64',
    ]);
    expect(await mistakeOf('shopify', 'hush', shopify('', ORDER))).toEqual(['shown', 'body_lost']);
  });

  test.each([' whsec_abc', 'whsec_abc\n', '"whsec_abc"', "'whsec_abc' ", 'whsec_abc\\n'])(
    'a secret with something around it: %j',
    async secret => {
      expect(await mistakeOf('stripe', secret, stripe(ORDER, ORDER, 'whsec_abc'))).toEqual([
        'shown',
        'secret_blanks',
      ]);
    },
  );

  test('whsec_ lost at Stripe, where it is part of the key; kept where it is not', async () => {
    expect(await mistakeOf('stripe', 'abc', stripe(ORDER, ORDER, 'whsec_abc'))).toEqual([
      'shown',
      'secret_prefix',
    ]);
    expect(await mistakeOf('standard-webhooks', `whsec_${KEY}`, standard(ORDER, `whsec_${KEY}`))).toEqual([
      'shown',
      'secret_prefix',
    ]);
  });

  test('a key that is decoded, or is not', async () => {
    const hex = '00112233445566778899aabbccddeeff';
    const decodedKey = Uint8Array.fromHex(hex);
    expect(
      await mistakeOf('shopify', hex, {
        headers: { 'x-shopify-hmac-sha256': mac(decodedKey, ORDER, 'base64') },
        body: ORDER,
      }),
    ).toEqual(['shown', 'secret_encoding']);
  });

  test('hex for base64, base64 for hex', async () => {
    const inHex = { headers: { 'x-shopify-hmac-sha256': mac('hush', ORDER, 'hex') }, body: ORDER };
    expect(await mistakeOf('shopify', 'hush', inHex)).toEqual(['shown', 'signature_encoding']);
    const inBase64 = {
      headers: { 'x-hub-signature-256': `sha256=${mac('s', ORDER, 'base64')}` },
      body: ORDER,
    };
    expect(await mistakeOf('github', 's', inBase64)).toEqual(['shown', 'signature_encoding']);
  });

  test('no prefix, and another hash', async () => {
    const bare = { headers: { 'x-hub-signature-256': mac('s', ORDER, 'hex') }, body: ORDER };
    expect(await mistakeOf('github', 's', bare)).toEqual(['shown', 'signature_prefix']);
    const sha1 = {
      headers: { 'x-hub-signature-256': `sha256=${mac('s', ORDER, 'hex', 'sha1')}` },
      body: ORDER,
    };
    expect(await mistakeOf('github', 's', sha1)).toEqual(['shown', 'signature_algorithm']);
  });

  test('milliseconds for seconds', async () => {
    const inMs = slack(ORDER, ORDER, 'shhh', String(NOW));
    expect(await mistakeOf('slack', 'shhh', inMs)).toEqual(['shown', 'time_unit']);
    expect(await mistakeOf('stripe', 'k', stripe(ORDER, ORDER, 'k', String(NOW)))).toEqual([
      'shown',
      'time_unit',
    ]);
  });

  test('too old, and a clock that is ahead, with how much', async () => {
    const at = (seconds: number) => stripe(ORDER, ORDER, 'k', String(NOW / 1000 + seconds));
    const old = await explain(asked('stripe', 'k', at(-3600)));
    expect(old).toMatchObject({ verdict: 'stale', certainty: 'shown', mistake: { kind: 'too_old' } });
    expect(JSON.stringify(old)).toContain('60 minutes ago; 5 minutes are allowed');
    const ahead = await explain(asked('stripe', 'k', at(7200)));
    expect(JSON.stringify(ahead)).toContain('2 hours ahead');
  });

  test.each([
    ['http for https', 'https://shop.example/hook?a=1', 'http://shop.example/hook?a=1', {}],
    [
      'the inner host',
      'https://shop.example/hook',
      'http://10.0.0.7:8080/hook',
      { 'x-forwarded-host': 'shop.example' },
    ],
    ['a slash at the end', 'https://shop.example/hook', 'https://shop.example/hook/', {}],
    ['a part of the path', 'https://shop.example/hook', 'https://shop.example/api/hook', {}],
  ])('an address that was changed on the way: %s', async (_, signed, came, headers) => {
    const fields = { To: '+1', From: '+2' };
    const body = new URLSearchParams(fields).toString();
    const message = `${signed}From${fields.From}To${fields.To}`;
    const signature = mac('token', message, 'base64', 'sha1');
    const request = {
      url: came,
      headers: {
        ...headers,
        'x-twilio-signature': signature,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    };
    expect(await mistakeOf('twilio-form', 'token', request)).toEqual(['shown', 'address']);
  });

  test('headers that CGI renamed', async () => {
    const { headers, body } = shopify(ORDER, ORDER);
    const request = { headers: { http_x_shopify_hmac_sha256: headers['x-shopify-hmac-sha256'] }, body };
    expect(await mistakeOf('shopify', 'hush', request)).toEqual(['shown', 'header_renamed']);
  });

  test('the request of another provider, with its secret', async () => {
    expect(await mistakeOf('stripe', 'It is a secret', github(ORDER, ORDER))).toEqual([
      'shown',
      'other_provider',
    ]);
  });
});

describe('the mistake is likely', () => {
  test.each([
    ['stripe', 'sk_live_51Habc', 'api_token'],
    ['shopify', 'shpat_0123456789abcdef', 'api_token'],
    ['github', 'ghp_abcdefghijkl', 'api_token'],
    ['github', 'whsec_abc', 'other_secret'],
    ['slack', 'xoxb-1-2-abc', 'api_token'],
  ])('%s with %s', async (provider, secret, kind) => {
    const true_ = { stripe: stripe(ORDER, ORDER, 'right'), slack: slack(ORDER, ORDER, 'right') };
    const request = provider === 'shopify' ? shopify(ORDER, ORDER, 'right') : github(ORDER, ORDER, 'right');
    const sent = provider === 'stripe' ? true_.stripe : provider === 'slack' ? true_.slack : request;
    expect(await mistakeOf(provider, secret, sent)).toEqual(['likely', kind]);
  });

  test('no signature at all, and the headers of another provider', async () => {
    expect(await mistakeOf('stripe', 'k', { body: ORDER })).toEqual(['likely', 'header_lost']);
    expect(await mistakeOf('stripe', 'k', slack(ORDER, ORDER, 'other'))).toEqual([
      'likely',
      'other_provider',
    ]);
  });
});

describe('nothing is claimed', () => {
  test('of a forged request, nor of another secret that looks like one', async () => {
    expect(await mistakeOf('shopify', 'hush', shopify('{"other":1}', ORDER))).toEqual([null, undefined]);
    expect(await mistakeOf('stripe', 'whsec_one', stripe(ORDER, ORDER, 'whsec_two'))).toEqual([
      null,
      undefined,
    ]);
  });

  test('of a valid one', async () => {
    expect(await mistakeOf('stripe', 'whsec_one', stripe(ORDER, ORDER, 'whsec_one'))).toEqual([
      'valid',
      undefined,
    ]);
  });

  test('and no answer has a secret or a signature in it', async () => {
    const secret = 'hush-hush-hush';
    const right = mac(secret, ORDER, 'base64');
    const requests = [shopify(`${ORDER}\n`, ORDER, secret), shopify('x', ORDER, secret), { body: ORDER }];
    for (const request of requests) {
      const text = JSON.stringify(await explain(asked('shopify', secret, request)));
      expect(text).not.toContain(secret);
      expect(text).not.toContain(right);
      expect(text).not.toContain('jané');
    }
  });
});

test('a megabyte is explained in bounded work', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `row ${i} é/<&>` }));
  const body = JSON.stringify(rows).slice(0, 1_000_000);
  expect(await mistakeOf('shopify', 'hush', shopify('another', body))).toEqual([null, undefined]);
});

test('what was expected: the bytes, and their signature', async () => {
  const { provider, request } = asked('stripe', 'k', stripe('other', ORDER, 'k'));
  const found = await expectedOf(provider.scheme, { id: 'k', text: 'k' }, request);
  const message = `${SECONDS}.${ORDER}`;
  expect(found.problem).toBeNull();
  expect(found.received).toEqual([mac('k', `${SECONDS}.other`, 'hex')]);
  expect(found.expected).toEqual([
    { template: '{ts}.{body}', signed: bytes(message), signature: mac('k', message, 'hex') },
  ]);
});

describe('JSON as others write it', () => {
  const PLAIN = { comma: ',', colon: ':', indent: null, sorted: false, escaped: [] } as const;
  const others: Spelling[] = [
    { ...PLAIN, indent: '\t' },
    { ...PLAIN, escaped: ['ascii', 'slashes', 'html'] },
    { ...PLAIN, sorted: true },
  ];
  test.each([
    '{"a":[],"b":{},"c":[1,-2,null,true,"x\\n\\"é/<"]}',
    '[]',
    '"a"',
    ' [ 1 , 2 ] ',
    '{"b":{"b":[{"c":1},{"d":[[]]}]},"a":""}',
  ])('has the values of %s', text => {
    for (const spelling of others) expect(JSON.parse(spelled(text, spelling))).toEqual(JSON.parse(text));
    expect(spelled(text, PLAIN)).toBe(JSON.stringify(JSON.parse(text)));
    expect(spelled(text, { ...PLAIN, colon: ': ', indent: '  ' })).toBe(
      JSON.stringify(JSON.parse(text), null, 2),
    );
  });

  test('leaves numbers as they are written, and sorts keys', () => {
    expect(spelled('{"b": 1.50, "a": 9007199254740993}', { ...PLAIN, sorted: true })).toBe(
      '{"a":9007199254740993,"b":1.50}',
    );
  });
});
