import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { encodeSecret } from '../../../src/delivery/standard-webhooks';
import { hmacSha256Base64 } from '../../../src/hmac-sha256';
import { eventOf, SECRET, targetOf } from '../../support/deliveries';

const AT = Date.UTC(2026, 10, 20, 12, 30, 0, 999);

const sent = async (event: Partial<OutgoingEvent> = {}, target: Partial<CourierTarget> = {}) =>
  Object.fromEntries(await outgoingHeaders(targetOf('https://a.example/', target), eventOf(event), AT));

describe('the gateway’s own headers', () => {
  it('are Standard Webhooks, CloudEvents and Gapless', async () => {
    expect(await sent()).toEqual({
      'content-type': 'application/json',
      'user-agent': 'Gapless/1',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(AT / 1000)),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      'ce-specversion': '1.0',
      'ce-id': '12',
      'ce-source': '/webhooks/42',
      'ce-type': 'order:created',
      'ce-time': '2026-11-20T12:00:00.007Z',
      'ce-sequence': '12',
      'gapless-attempt': '1',
      'gapless-previous': '11',
      'gapless-increment-id': '7',
    });
  });

  it('say what is special about an event, and only then', async () => {
    expect(await sent({ gap: '4-6', late: true, attempt: 3, previous: 0 })).toMatchObject({
      'gapless-gap': '4-6',
      'gapless-late': '1',
      'gapless-attempt': '3',
      'gapless-previous': '0',
    });
    const replayed = await sent({ replay: true, previous: null, incrementId: null });
    expect(replayed['gapless-replay']).toBe('1');
    expect(replayed).not.toHaveProperty('gapless-previous');
    expect(replayed).not.toHaveProperty('gapless-increment-id');
    expect(replayed).not.toHaveProperty('gapless-gap');
    expect(replayed).not.toHaveProperty('gapless-late');
  });

  it('sign the time of the attempt, so that a receiver’s library accepts a retry', async () => {
    const headers = await outgoingHeaders(targetOf('https://a.example/'), eventOf(), Date.now());
    const body = new TextDecoder().decode(eventOf().body);
    expect(new Webhook(SECRET).verify(body, Object.fromEntries(headers))).toEqual(JSON.parse(body));
  });

  it.each([
    ['order:created', 'order:created'],
    ['a b', 'a%20b'],
    ['100%"x"', '100%25%22x%22'],
    ['Zoë→🚚', 'Zo%C3%AB%E2%86%92%F0%9F%9A%9A'],
    ["!#$&'()*+,-./:;<=>?@[\\]^_`{|}~", "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"],
    ['a\r\nx: y', 'a%0D%0Ax:%20y'],
    ['\u007f\u0000', '%7F%00'],
  ])('write the topic %j as %j', async (topic, expected) => {
    expect((await sent({ topic }))['ce-type']).toBe(expected);
  });
});

describe('the provider’s headers', () => {
  it('go along, user-agent and content-encoding included', async () => {
    const headers: [string, string][] = [
      ['user-agent', 'GitHub-Hookshot/1'],
      ['content-encoding', 'gzip'],
      ['x-hub-signature-256', 'sha256=ab'],
    ];
    expect(await sent({ headers })).toMatchObject(Object.fromEntries(headers));
  });

  it('do not overrule the request, nor say where it came from, whenever they were stored', async () => {
    const headers: [string, string][] = [
      ['x-http-method-override', 'DELETE'],
      ['x-original-url', '/admin'],
      ['x-client-ip', '127.0.0.1'],
      ['x-kept', '1'],
    ];
    const names = Object.keys(await sent({ headers }));
    expect(names.filter(name => name.startsWith('x-'))).toEqual(['x-kept']);
    // What their own user sets is theirs.
    expect(await sent({}, { extraHeaders: [['X-Client-IP', '192.0.2.1']] })).toMatchObject({
      'x-client-ip': '192.0.2.1',
    });
  });

  it('cannot pose as the gateway’s', async () => {
    const headers: [string, string][] = [
      ['webhook-id', 'theirs'],
      ['webhook-signature', 'v1,theirs'],
      ['ce-type', 'theirs'],
      ['ce-subject', 'theirs'],
      ['gapless-gap', '1-9'],
      ['gapless_late', '1'],
      ['gapless-provider-webhook-id', 'forged'],
    ];
    const received = await sent({ headers });
    expect(received).toMatchObject({
      'webhook-id': 'msg_1',
      'ce-type': 'order:created',
      'gapless-provider-webhook-id': 'theirs',
      'gapless-provider-webhook-signature': 'v1,theirs',
      'gapless-provider-ce-type': 'theirs',
      'gapless-provider-ce-subject': 'theirs',
      'gapless-provider-gapless-gap': '1-9',
      'gapless-provider-gapless_late': '1',
      'gapless-provider-gapless-provider-webhook-id': 'forged',
    });
    for (const name of ['ce-subject', 'gapless-gap', 'gapless_late'])
      expect(received).not.toHaveProperty(name);
  });

  it('that HTTP cannot carry are left out', async () => {
    const headers: [string, string][] = [
      ['x-split', 'a\r\nx-injected: 1'],
      ['x-nul', 'a\0b'],
      ['x-control', 'a\u0001b'],
      ['x name', 'a'],
      ['', 'a'],
      ['x-good', 'caf\u00e9\ttab'],
    ];
    const received = await sent({ headers });
    expect(received).toEqual({ ...(await sent({ headers: [] })), 'x-good': 'caf\u00e9\ttab' });
  });
});

describe('extra headers', () => {
  it('win over the provider’s of the same name, also when given twice', async () => {
    const received = await sent(
      {
        headers: [
          ['x-env', 'theirs'],
          ['content-type', 'text/plain'],
          ['user-agent', 'theirs'],
        ],
      },
      {
        extraHeaders: [
          ['X-Env', 'a'],
          ['x-env', 'b'],
          ['Content-Type', 'application/json'],
          ['Authorization', 'Bearer t'],
        ],
      },
    );
    expect(received).toMatchObject({
      'x-env': 'a, b',
      'content-type': 'application/json',
      'user-agent': 'theirs',
      authorization: 'Bearer t',
    });
  });

  it('cannot set the gateway’s names, the connection’s, or break out of their line', async () => {
    const names = [
      'Webhook-Id',
      'webhook_extra',
      'Ce-Type',
      'Gapless-Late',
      'Host',
      'Content-Length',
      'Upgrade',
      'TE',
    ];
    const received = await sent(
      {},
      { extraHeaders: [...names.map((name): [string, string] => [name, 'x']), ['x-a', '1\r\nx-b: 2']] },
    );
    expect(received).toEqual(await sent());
  });
});

describe('sign', () => {
  it('shipstream adds ShipStream’s signature with the destination’s secret, in place of the provider’s', async () => {
    const secretKey = new TextEncoder().encode('2RUJ8NXLnLRrAj3');
    const received = await sent(
      { headers: [['x-plugin-hmac-sha256', 'theirs']] },
      { sign: 'shipstream', secrets: [encodeSecret(secretKey), SECRET] },
    );
    expect(received['x-plugin-hmac-sha256']).toBe(await hmacSha256Base64(secretKey, eventOf().body));
    expect(received['webhook-signature']?.split(' ')).toHaveLength(2);
  });

  it('standard leaves the provider’s ShipStream signature as it came', async () => {
    expect(await sent({ headers: [['x-plugin-hmac-sha256', 'theirs']] })).toMatchObject({
      'x-plugin-hmac-sha256': 'theirs',
    });
  });

  it('provider leaves Standard Webhooks to the provider', async () => {
    const received = await sent(
      {
        headers: [
          ['stripe-signature', 't=1,v1=ab'],
          ['webhook-id', 'theirs'],
          ['ce-id', 'theirs'],
        ],
      },
      { sign: 'provider' },
    );
    expect(received).toMatchObject({
      'stripe-signature': 't=1,v1=ab',
      'webhook-id': 'theirs',
      'ce-id': '12',
      'gapless-provider-ce-id': 'theirs',
    });
    expect(received).not.toHaveProperty('webhook-signature');
  });
});
