import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allProviders, providerFor } from '../../../src/providers/registry';
import type { Scheme } from '../../../src/signature/scheme';
import { secretProblem } from '../../../src/signature/secret-problem';
import { sign } from '../../../src/signature/sign';
import { verify } from '../../../src/signature/verify';
import { requestOf } from '../../support/signed-request';
import file from '../../vectors/signatures.json';

const NOW = Date.UTC(2026, 10, 20);
const encode = (text: string) => new TextEncoder().encode(text);

async function hmac(hash: string, key: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
}
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');

const secret = (text: string, id = 'current') => ({ id, text });
const PLAIN: Scheme = {
  alg: 'hmac-sha256',
  key: { enc: 'utf8' },
  enc: 'hex',
  sig: [{ h: 'x-signature', prefix: 'sha256=' }],
  msg: ['{body}'],
};

describe('several templates', () => {
  test('say which reading of the scheme matched', async () => {
    const scheme = providerFor('apideck')?.scheme ?? PLAIN;
    for (const [id, message] of [
      ['apideck-array-keep', '{cjson:keep}'],
      ['apideck-array-recurse', '{cjson:recurse}'],
    ]) {
      const vector = file.vectors.find(candidate => candidate.id === id);
      const headers = new Headers(Object.entries(vector?.headers ?? {}));
      const request = requestOf({ headers, body: vector?.body ?? '' });
      const result = await verify(scheme, [secret(vector?.secret ?? '')], request, NOW);
      expect(result).toMatchObject({ ok: true, value: { secretId: 'current', message } });
    }
  });
});

describe('elements that are signed one by one', () => {
  const HOUR = 3_600_000;
  const perElement: Scheme = {
    ...PLAIN,
    sig: [{ json: '/sig', split: ',', kv: '=', pick: 'v1' }],
    each: '/items',
    bodySigned: false,
  };
  const SCHEMES: [string, Scheme][] = [
    [
      'in their signatures',
      { ...perElement, msg: ['{ts}.{json:/data}'], ts: { from: 'sig:t', fmt: 's', tol: 60 } },
    ],
    [
      'in themselves',
      { ...perElement, msg: ['{ts}.{json:/data}'], ts: { from: 'json:/at', fmt: 's', tol: 60 } },
    ],
    [
      'in themselves, named by place',
      { ...perElement, msg: ['{json:/at}.{json:/data}'], ts: { from: 'json:/at', fmt: 's', tol: 60 } },
    ],
  ];
  const element = async (data: string, at: number) => {
    const time = String(Math.floor(at / 1000));
    const v1 = hex(await hmac('SHA-256', encode('k'), encode(`${time}.${data}`)));
    return { data, at: time, sig: `t=${time},v1=${v1}` };
  };

  test.each(SCHEMES)('have a time each, %s', async (_, scheme) => {
    const judge = async (ages: number[], more: object = {}) => {
      const items = await Promise.all(ages.map((age, i) => element(`d${i}`, NOW - age)));
      const request = requestOf({ body: JSON.stringify({ items, ...more }) });
      const result = await verify(scheme, [secret('k')], request, NOW);
      return result.ok ? 'verified' : result.error.reason;
    };
    expect(await judge([0, 1000, 0])).toBe('verified');
    for (const ages of [
      [HOUR, 0, 0],
      [0, HOUR, 0],
      [0, 0, HOUR],
      [0, -HOUR, 0],
    ]) {
      expect(await judge(ages)).toBe('stale');
      // Nor does a fresh time beside the elements, which nobody signed, make them fresh.
      expect(await judge(ages, { at: String(NOW / 1000), sig: `t=${NOW / 1000}` })).toBe('stale');
    }
  });
});

describe('verify', () => {
  const body = encode('hello');

  async function judge(
    scheme: Scheme,
    headers: Record<string, string>,
    secrets = [secret('k')],
    nowMs = NOW,
  ) {
    const result = await verify(scheme, secrets, requestOf({ headers, body }), nowMs);
    return result.ok ? result.value.secretId : result.error.reason;
  }
  const signed = async (text: string) => `sha256=${hex(await hmac('SHA-256', encode(text), body))}`;

  test.each([
    ['hmac-sha1', 'SHA-1'],
    ['hmac-sha256', 'SHA-256'],
    ['hmac-sha512', 'SHA-512'],
  ] as const)('%s', async (alg, hash) => {
    const signature = `sha256=${hex(await hmac(hash, encode('k'), body))}`;
    expect(await judge({ ...PLAIN, alg }, { 'x-signature': signature })).toBe('current');
    expect(await judge({ ...PLAIN, alg }, { 'x-signature': signature }, [secret('other')])).toBe('mismatch');
  });

  test('secrets are tried in order, four at most', async () => {
    const headers = { 'x-signature': await signed('old') };
    const others = ['a', 'b', 'c'].map(text => secret(text, text));
    expect(await judge(PLAIN, headers, [...others, secret('old', 'old')])).toBe('old');
    expect(await judge(PLAIN, headers, [...others, secret('d', 'd'), secret('old', 'old')])).toBe('mismatch');
  });

  test('without a usable secret nothing matches', async () => {
    const headers = { 'x-signature': await signed('k') };
    expect(await judge(PLAIN, headers, [])).toBe('mismatch');
    expect(await judge(PLAIN, headers, [secret('')])).toBe('mismatch');
    expect(await judge({ ...PLAIN, key: { enc: 'hex' } }, headers)).toBe('mismatch');
  });

  test('a key is decoded as the scheme says', async () => {
    const signature = `sha256=${hex(await hmac('SHA-256', Uint8Array.of(0xab, 0xcd), body))}`;
    expect(
      await judge({ ...PLAIN, key: { enc: 'hex' } }, { 'x-signature': signature }, [secret('ABcd')]),
    ).toBe('current');
    expect(
      await judge({ ...PLAIN, key: { enc: 'base64' } }, { 'x-signature': signature }, [secret('q80=')]),
    ).toBe('current');
  });

  test('a key may have two readings; the first one signs', async () => {
    const anet = providerFor('authorize-net')?.scheme ?? PLAIN;
    // The example of the provider's documentation.
    const key =
      'A6214F6105625D5ED957CF02E749BB440DBD4E418533D219CAD26AECD104BFFE7F47DBBE5C81927CCA484AE7722BE82CE57FB5318EDE02122277A2FE90EE68EB';
    const notification =
      '{"notificationId":"570f7282-687a-42b7-903b-48e487d7694d","eventType":"net.authorize.payment.authcapture.created",' +
      '"eventDate":"2023-12-12T12:45:09.3492643Z","webhookId":"a585ea29-a370-495a-bd83-f9be7160f260","payload":' +
      '{"responseCode":1,"avsResponse":"P","authAmount":1.10,"merchantReferenceId":"2M4zHFzshYBudvgIZ11B",' +
      '"entityName":"transaction","id":"120011377052"}}';
    const published =
      'sha512=8E3D41B0191A9A1E668FB729F350B73C6BBB81D676070FE7CFF001CA2543ABA91BD16A4374A0F6FA4542659728C7DAF79D7EC901FEC582FC2DA3263A2D604DCF';
    const judged = async (signature: string) => {
      const request = requestOf({ headers: { 'x-anet-signature': signature }, body: notification });
      return (await verify(anet, [secret(key)], request, NOW)).ok;
    };
    expect(await judged(published)).toBe(true);
    const asHex = await hmac('SHA-512', Uint8Array.fromHex(key), encode(notification));
    expect(await judged(`sha512=${hex(asHex)}`)).toBe(true);
    expect(await judged(`sha512=${'00'.repeat(64)}`)).toBe(false);
    const signing = await sign(anet, secret(key), requestOf({ body: notification }), NOW);
    expect(signing?.set).toEqual([
      ['x-anet-signature', published.replace(/[A-F]/g, digit => digit.toLowerCase())],
    ]);
  });

  test('headers that a signature lists are part of it', async () => {
    const cdp = providerFor('coinbase-cdp')?.scheme ?? PLAIN;
    const at = NOW / 1000;
    const names = 'content-type x-event-id x-event-type';
    const event = { 'content-type': 'application/json', 'x-event-id': 'e1', 'x-event-type': 'a.b' };
    const mac = hex(
      await hmac('SHA-256', encode('k'), encode(`${at}.${names}.application/json.e1.a.b.hello`)),
    );
    const header = `t=${at},v0=00,h=${names},v1=${mac}`;
    const judged = (change: Record<string, string>) =>
      judge(cdp, { ...event, 'x-hook0-signature': header, ...change });
    expect(await judged({})).toBe('current');
    expect(await judged({ 'x-event-id': 'e2' })).toBe('mismatch');
    expect(await judged({ 'x-hook0-signature': header.replace(' x-event-type', '') })).toBe('mismatch');
    expect(await judged({ 'x-hook0-signature': header.replace('x-event-id', 'x-none') })).toBe('malformed');
    const { 'x-event-id': _, ...without } = event;
    expect(await judge(cdp, { ...without, 'x-hook0-signature': header })).toBe('malformed');
  });

  test('a token may be written in base64, as in Basic authentication', async () => {
    const basic = providerFor('chargebee')?.scheme ?? PLAIN;
    const of = (text: string) => ({ authorization: `Basic ${btoa(text)}` });
    expect(await judge(basic, of('user:pass'), [secret('user:pass')])).toBe('current');
    expect(await judge(basic, of('user:other'), [secret('user:pass')])).toBe('mismatch');
    expect(await judge(basic, { authorization: 'Bearer dXNlcjpwYXNz' }, [secret('user:pass')])).toBe(
      'malformed',
    );
  });

  test('an address fits as it is, and as it was before it was escaped on its way', async () => {
    const scheme: Scheme = { ...PLAIN, msg: ['{url}'] };
    const judged = async (signed: string, url: string, more: Partial<Scheme> = {}) => {
      const mac = hex(await hmac('SHA-256', encode('k'), encode(signed)));
      const request = requestOf({ url, headers: { 'x-signature': `sha256=${mac}` } });
      return (await verify({ ...scheme, ...more }, [secret('k')], request, NOW)).ok;
    };
    const arrived = 'https://a/in/1?n=O%27Neil&q=%22%C3%A9%22&x=%26%FF';
    for (const sent of [
      arrived,
      "https://a/in/1?n=O'Neil&q=%22%C3%A9%22&x=%26%FF",
      'https://a/in/1?n=O\'Neil&q="é"&x=%26%FF',
    ]) {
      expect(await judged(sent, arrived)).toBe(true);
    }
    expect(await judged('https://a/in/1?n=O\'Neil&q="é"&x=&%FF', arrived)).toBe(false);
    expect(await judged("https://a/in'", 'https://a/in%27')).toBe(false);
    expect(await judged('https://a/in?a=%27', 'https://a/in?a=%27', { msg: ['{body}'] })).toBe(false);
  });

  test('absent is missing; what is no signature is malformed; what is too short or too long fits nothing', async () => {
    const good = await signed('k');
    expect(await judge(PLAIN, {})).toBe('missing');
    for (const value of [
      '',
      'sha256=',
      'sha256=zz',
      good.slice(7),
      `${good}, ${good}00`,
      `${good},${good}`,
    ]) {
      expect(await judge(PLAIN, { 'x-signature': value })).toBe('malformed');
    }
    for (const value of [good.slice(0, -2), good.slice(0, 9), `${good}00`]) {
      expect(await judge(PLAIN, { 'x-signature': value })).toBe('mismatch');
    }
  });

  test.each<[string, Omit<Scheme['sig'][number], 'h' | 'json'>, (signature: string) => string]>([
    ['alone', {}, signature => signature],
    ['with a prefix', { prefix: 'sha256=' }, signature => `sha256=${signature}`],
    ['in a part', { split: ',', kv: '=', pick: 'v1' }, signature => `t=17, v1=${signature}`],
    ['in one of several', { split: ',' }, signature => `bm9uZQ==, ${signature}`],
  ])('a header sent again with the same value is one header: %s', async (_, source, written) => {
    const signature = base64(await hmac('SHA-256', encode('k'), encode('17.hello')));
    const scheme: Scheme = {
      ...{ ...PLAIN, enc: 'base64', sig: [{ h: 'x-signature', ...source }] },
      msg: [source.kv === undefined ? '17.{body}' : '{sig:t}.{body}'],
    };
    const verdictOf = async (...values: string[]) => {
      const headers = new Headers(values.map(value => ['x-signature', value]));
      const result = await verify(scheme, [secret('k')], requestOf({ headers, body }), NOW);
      return result.ok ? result.value.secretId : result.error.reason;
    };
    const good = written(signature);
    expect(await verdictOf(good)).toBe('current');
    expect(await verdictOf(good, good)).toBe('current');
    expect(await verdictOf(good, good, good)).toBe('current');
    const other = written(base64(new Uint8Array(32)));
    expect(await verdictOf(other, other)).toBe('mismatch');
    if (source.split === undefined) expect(await verdictOf(good, other)).toBe('malformed');
  });

  test('a token that repeats itself is a token as well', async () => {
    const scheme: Scheme = { ...PLAIN, alg: 'token', enc: 'utf8', sig: [{ h: 'x-token' }], msg: [] };
    expect(await judge(scheme, { 'x-token': 'k, k' })).toBe('current');
    expect(await judge(scheme, { 'x-token': 'k, k' }, [secret('k, k')])).toBe('current');
    expect(await judge(scheme, { 'x-token': 'k, l' })).toBe('mismatch');
  });

  test('any of several signature headers is enough', async () => {
    const scheme: Scheme = { ...PLAIN, sig: [{ h: 'x-first' }, ...PLAIN.sig] };
    expect(await judge(scheme, { 'x-first': 'nonsense', 'x-signature': await signed('k') })).toBe('current');
  });

  test('a message that cannot be built is malformed unless an alternative can be', async () => {
    const headers = { 'x-signature': await signed('k') };
    expect(await judge({ ...PLAIN, msg: ['{json:/a}'] }, headers)).toBe('malformed');
    expect(await judge({ ...PLAIN, msg: ['{nonsense}'] }, headers)).toBe('malformed');
    expect(await judge({ ...PLAIN, msg: [] }, headers)).toBe('malformed');
    expect(await judge({ ...PLAIN, msg: ['{json:/a}', '{cjson:keep}', '{body}'] }, headers)).toBe('current');
  });

  test('a timestamp is tolerated both ways, and judged only on what was signed', async () => {
    const at = NOW / 1000;
    const scheme: Scheme = { ...PLAIN, msg: ['{ts}.{body}'], ts: { from: 'h:x-time', fmt: 's', tol: 300 } };
    const signature = `sha256=${hex(await hmac('SHA-256', encode('k'), encode(`${at}.hello`)))}`;
    const headers = { 'x-signature': signature, 'x-time': String(at) };
    for (const [seconds, verdict] of [
      [0, 'current'],
      [300, 'current'],
      [301, 'stale'],
      [-300, 'current'],
      [-301, 'stale'],
    ] as const) {
      expect(await judge(scheme, headers, [secret('k')], NOW + seconds * 1000)).toBe(verdict);
    }
    expect(await judge(scheme, headers, [secret('other')], NOW + 301_000)).toBe('mismatch');
    expect(await judge(scheme, { 'x-signature': signature })).toBe('missing');
    for (const value of ['', '1e3', '-1', `${at}, ${at}`, '9'.repeat(13), `0${at}`, '9'.repeat(9)]) {
      expect(await judge(scheme, { ...headers, 'x-time': value })).toBe('malformed');
    }
  });

  test('details carry nothing of the request or the secret', async () => {
    const headers = new Headers({ 'x-signature': `sha256=${'ab'.repeat(32)}` });
    const result = await verify(PLAIN, [secret('hush-hush')], requestOf({ headers, body: 'private' }), NOW);
    expect(JSON.stringify(result)).not.toMatch(/hush|private|(ab){6}/);
  });
});

describe('properties', () => {
  test('any flipped bit of a signed body invalidates', async () => {
    const compact = encode('{"payload":{"event_id":"e1","event_type":"ecommerce.order.created","n":12}}');
    for (const name of ['shipstream', 'apideck']) {
      const scheme = providerFor(name)?.scheme ?? PLAIN;
      const digest = await hmac('SHA-256', encode('k'), compact);
      const headers = new Headers({
        [scheme.sig[0]?.h ?? '']: scheme.enc === 'hex' ? hex(digest) : base64(digest),
      });
      // Apideck signs sorted keys, and these are sorted.
      expect((await verify(scheme, [secret('k')], requestOf({ headers, body: compact }), NOW)).ok).toBe(true);
      for (let i = 0; i < compact.length * 8; i++) {
        const flipped = compact.map((byte, at) => (at === i >> 3 ? byte ^ (1 << (i & 7)) : byte));
        expect((await verify(scheme, [secret('k')], requestOf({ headers, body: flipped }), NOW)).ok).toBe(
          false,
        );
      }
    }
  });

  test('arbitrary requests are refused and never throw', async () => {
    const schemes = allProviders().map(provider => provider.scheme);
    // A token is its own signature, so it must be too long to be generated.
    const unguessable = secret('a-secret-that-nobody-guesses');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...schemes),
        fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.json().map(encode)),
        fc.oneof(fc.base64String(), fc.stringMatching(/^[0-9a-f]{64}$/), fc.stringMatching(/^[ -~]*$/)),
        async (scheme, body, signature) => {
          const headers = new Headers({ [scheme.sig[0]?.h ?? '']: signature });
          const result = await verify(scheme, [unguessable], requestOf({ headers, body }), NOW);
          expect(result.ok).toBe(false);
        },
      ),
    );
  });
});

test('secretProblem', () => {
  expect(secretProblem(PLAIN, 'anything')).toBeNull();
  expect(secretProblem(PLAIN, '')).toBe('must not be empty');
  expect(secretProblem(PLAIN, '\ud800')).toBe('must be well-formed text');
  expect(secretProblem({ ...PLAIN, key: { enc: 'hex' } }, 'xyz')).toBe('must be hex');
  expect(secretProblem({ ...PLAIN, key: { enc: 'hex' } }, '00ff')).toBeNull();
  expect(secretProblem({ ...PLAIN, key: { enc: 'base64' } }, 'YQ')).toBe('must be base64');
  expect(secretProblem({ ...PLAIN, key: { enc: 'base64' } }, 'YQ==')).toBeNull();
});
