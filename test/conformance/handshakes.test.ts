/**
 * Handshakes: what providers ask of an address before they send events there. Asked as each documents it, signed with
 * node:crypto; nothing is reflected but a harmless challenge, and nothing of them is kept as an event.
 */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Answer, type Client, clientOf } from '../support/client';
import type { SharedGateway } from '../support/shared-gateway';
import { apideckHeaders, shipstreamHeaders } from '../support/signing';

let gateway: SharedGateway;
let client: Client;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

const SECRET = 'a-signing-secret';
const seconds = () => Math.floor(Date.now() / 1000);
const hmacHex = (text: string, key = SECRET) => createHmac('sha256', key).update(text).digest('hex');

async function webhookOf(provider: string, more: Record<string, unknown> = {}): Promise<number> {
  return (await client.createWebhook({ provider, secret_key: SECRET, ...more })).webhook_id;
}

async function ask(id: number, query: string): Promise<Answer> {
  const response = await fetch(`${gateway.url}/in/${id}${query}`);
  return { status: response.status, headers: response.headers, text: await response.text(), json: {} };
}

function expectPlain({ status, headers, text }: Answer, body: string): void {
  expect(status).toBe(200);
  expect(text).toBe(body);
  expect(headers.get('content-type')).toMatch(/^text\/plain/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
}

const expectNothingKept = async (id: number) => expect(await client.events(id)).toEqual([]);

describe('a GET', () => {
  it('of Dropbox is answered with its challenge', async () => {
    const id = await webhookOf('dropbox');
    expectPlain(await ask(id, '?challenge=qLnJ5Q-_z.7'), 'qLnJ5Q-_z.7');
    await expectNothingKept(id);
  });

  it('of Meta is answered with its challenge where the verify token is right', async () => {
    const id = await webhookOf('meta', { settings: { verify_token: 'meat y/hamster' } });
    const query = (token: string, mode = 'subscribe') =>
      `?hub.mode=${mode}&hub.challenge=1158201444&hub.verify_token=${encodeURIComponent(token)}`;
    expectPlain(await ask(id, query('meat y/hamster')), '1158201444');
    for (const wrong of [
      query('meaty'),
      query(''),
      query('meat y/hamster', 'unsubscribe'),
      '',
      '?hub.challenge=1',
    ]) {
      const answer = await ask(id, wrong);
      expect(answer.status, wrong).toBe(400);
      expect(answer.text).not.toContain('1158201444');
    }
    const without = await webhookOf('meta');
    expect((await ask(without, query(''))).status).toBe(400);
    expect((await ask(without, query('undefined'))).status).toBe(400);
  });

  it('is answered with no challenge that is long or could be anything else than one', async () => {
    const id = await webhookOf('dropbox');
    for (const challenge of [
      '',
      '<script>alert(1)</script>',
      'a b',
      'a%0d%0aSet-Cookie:x=1',
      'x'.repeat(513),
      'ä',
      'a&challenge=b',
    ]) {
      const answer = await ask(id, `?challenge=${challenge}`);
      expect(answer.status, challenge).toBe(400);
      expect(answer.text).not.toContain('script');
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    expectPlain(await ask(id, `?challenge=${'x'.repeat(512)}`), 'x'.repeat(512));
  });

  it('is the wrong method where the provider asks nothing by GET, and for webhooks nobody knows', async () => {
    const id = await webhookOf('github');
    for (const path of [`${id}`, `${id}?challenge=a`, '4711?challenge=a', 'nonsense']) {
      const response = await fetch(`${gateway.url}/in/${path}`);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    }
    const head = await fetch(`${gateway.url}/in/${await webhookOf('dropbox')}?challenge=a`, {
      method: 'HEAD',
    });
    expect(head.status).toBe(405);
  });

  it('is answered by no webhook that is switched off', async () => {
    const id = await webhookOf('dropbox', { is_active: 0 });
    expect((await ask(id, '?challenge=a')).status).toBe(503);
  });
});

describe('Mandrill', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const signed = (body: string, url: string, key = SECRET) => {
    const fields = [...new URLSearchParams(body)].map(([name, value]) => name + value).join('');
    const signature = createHmac('sha1', key).update(`${url}${fields}`).digest('base64');
    return { ...FORM, 'x-mandrill-signature': signature };
  };
  const posted = (events: object[]) => `mandrill_events=${encodeURIComponent(JSON.stringify(events))}`;
  const head = (id: number) => fetch(`${gateway.url}/in/${id}`, { method: 'HEAD' });

  it('asks by HEAD, or posts an empty list under a key that is no secret: 200, and nothing is kept', async () => {
    const id = await webhookOf('mandrill');
    const answer = await head(id);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect((await fetch(`${gateway.url}/in/${id}`)).status).toBe(405);
    for (const key of ['test-webhook', SECRET]) {
      const body = 'mandrill_events=%5B%5D';
      const { status, text } = await client.send(id, body, signed(body, `${gateway.url}/in/${id}`, key));
      expect([status, text]).toEqual([200, '']);
    }
    await expectNothingKept(id);
    expect((await head(await webhookOf('mandrill', { is_active: 0 }))).status).toBe(503);
    expect((await head(await webhookOf('github'))).status).toBe(405);
  });

  it('is heard under its own key alone, and each of its events can be asked for', async () => {
    const id = await webhookOf('mandrill', { topics: 'click,blacklist' });
    const url = `${gateway.url}/in/${id}`;
    const body = posted([
      { event: 'open', _id: 'm1', ts: 1 },
      { type: 'blacklist', action: 'add', ts: 2 },
      { event: 'open', _id: 'm2', ts: 3 },
    ]);
    const refused: [string, Record<string, string>][] = [
      [body, FORM],
      [body, signed(body, url, 'test-webhook')],
      [body, signed(body, `${url}/other`)],
      [body.replace('m1', 'm3'), signed(body, url)],
      [`${body}&a=1`, signed(body, url)],
      // An empty list alone is no news of anything.
      ['mandrill_events=%5B%5D&a=1', FORM],
      ['mandrill_events=%5B%7B%7D%5D', FORM],
      ['other=%5B%5D', FORM],
    ];
    for (const [given, headers] of refused) {
      expect((await client.send(id, given, headers)).status, given).toBe(401);
    }
    await expectNothingKept(id);
    expect((await client.send(id, body, signed(body, url))).json).toMatchObject({ status: 'accepted' });
    expect((await client.send(id, body, signed(body, url))).json).toMatchObject({ status: 'duplicate' });
    const other = posted([{ event: 'send' }]);
    expect((await client.send(id, other, signed(other, url))).json).toMatchObject({ status: 'ignored' });
    const [event] = await client.events(id);
    expect(event).toMatchObject({ topic: 'open', topics: ['open', 'blacklist'], body_signed: false });
    for (const topic of ['open', 'blacklist']) {
      expect(await client.events(id, `&topic=${topic}`)).toHaveLength(1);
    }
    // The same bytes, cut elsewhere: the message is the same, the form is not.
    const cut = body.replace('mandrill_events=', 'mandrill_event=s');
    expect((await client.send(id, cut, signed(body, url))).json).toMatchObject({ status: 'quarantined' });
  });

  it('has a sample that is accepted', async () => {
    const id = await webhookOf('mandrill');
    const sample = await client.call('POST', `/v1/webhooks/${id}/test`, { topic: 'spam' });
    expect([sample.status, sample.text]).toEqual([200, expect.stringContaining('accepted')]);
    expect((await client.events(id))[0]).toMatchObject({ topic: 'spam' });
  });
});

describe('a signed request', () => {
  const slackHeaders = (body: string, key = SECRET) => {
    const time = `${seconds()}`;
    return {
      'content-type': 'application/json',
      'x-slack-request-timestamp': time,
      'x-slack-signature': `v0=${hmacHex(`v0:${time}:${body}`, key)}`,
    };
  };

  it('of Slack, url_verification, is answered with its challenge', async () => {
    const id = await webhookOf('slack');
    const body = JSON.stringify({
      token: 'T',
      challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd',
      type: 'url_verification',
    });
    expectPlain(await client.send(id, body, slackHeaders(body)), '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd');
    await expectNothingKept(id);
  });

  it('is answered only once its signature is verified', async () => {
    const id = await webhookOf('slack');
    const body = JSON.stringify({ challenge: 'reflectme', type: 'url_verification' });
    for (const headers of [{ 'content-type': 'application/json' }, slackHeaders(body, 'wrong')]) {
      const answer = await client.send(id, body, headers);
      expect(answer.status).toBe(401);
      expect(answer.text).not.toContain('reflectme');
    }
  });

  it('is not answered with a challenge that is none', async () => {
    const id = await webhookOf('slack');
    for (const challenge of ['<b>', '', 7.5e10, null, ['a'], 'x'.repeat(513)]) {
      const body = JSON.stringify({ type: 'url_verification', challenge });
      const { status } = await client.send(id, body, slackHeaders(body));
      expect(status, JSON.stringify(challenge).slice(0, 20)).toBe(challenge === 7.5e10 ? 200 : 400);
    }
    await expectNothingKept(id);
  });

  it('of Discord, PING, is answered 204, and 401 where the signature is false', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
    const id = await webhookOf('discord', { secret_key: key });
    const body = '{"version":1,"application_id":"1234560123453231555","type":0}';
    const signed = (text: string) => {
      const time = `${seconds()}`;
      return {
        'x-signature-timestamp': time,
        'x-signature-ed25519': sign(null, Buffer.from(time + text), privateKey).toString('hex'),
      };
    };
    const answer = await client.send(id, body, signed(body));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await client.send(id, body, signed(`${body} `))).status).toBe(401);
    const event = '{"version":1,"type":1,"event":{"type":"ENTITLEMENT_CREATE","data":{}}}';
    expect((await client.send(id, event, signed(event))).json).toMatchObject({ status: 'accepted' });
    expect((await client.events(id)).map(({ topic }) => topic)).toEqual(['ENTITLEMENT_CREATE']);
  });

  it('of Zoom, endpoint.url_validation, is answered with the HMAC of its token', async () => {
    const id = await webhookOf('zoom');
    const plainToken = 'qgg8vlvZRS6UYooatFL8Aw';
    const send = (token: unknown) => {
      const body = JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken: token } });
      const time = `${seconds()}`;
      return client.send(id, body, {
        'x-zm-request-timestamp': time,
        'x-zm-signature': `v0=${hmacHex(`v0:${time}:${body}`)}`,
      });
    };
    const answer = await send(plainToken);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.json).toEqual({ plainToken, encryptedToken: hmacHex(plainToken) });
    // Otherwise the gateway would sign what a forger needs.
    expect((await send(`v0:${seconds()}:{}`)).status).toBe(400);
    await expectNothingKept(id);
  });

  it('of Twitch, webhook_callback_verification, is answered with its challenge', async () => {
    const id = await webhookOf('twitch');
    const send = (type: string, body: string) => {
      const time = new Date().toISOString();
      return client.send(id, body, {
        'twitch-eventsub-message-id': 'e76c6bd4',
        'twitch-eventsub-message-timestamp': time,
        'twitch-eventsub-message-type': type,
        'twitch-eventsub-message-signature': `sha256=${hmacHex(`e76c6bd4${time}${body}`)}`,
      });
    };
    const asked = '{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"type":"stream.online"}}';
    expectPlain(await send('webhook_callback_verification', asked), 'pogchamp-kappa-360noscope-vohiyo');
    await expectNothingKept(id);
    expect((await send('notification', asked)).json).toMatchObject({ status: 'accepted' });
  });

  it('of Apideck, its validation, and of ShipStream, test:ping, is an event and answered 200', async () => {
    const apideck = await webhookOf('apideck');
    const validation = '{"ping":true}';
    const signed = apideckHeaders(SECRET, validation, 'ecommerce.order.created', 'k');
    delete signed['x-apideck-event-type'];
    expect((await client.send(apideck, validation, signed)).status).toBe(200);
    const shipstream = await webhookOf('shipstream');
    const ping = '{"topic":"test:ping","message":{}}';
    const answer = await client.send(shipstream, ping, shipstreamHeaders(SECRET, ping));
    expect([answer.status, answer.json.status]).toEqual([200, 'accepted']);
  });
});

describe('an unsigned ping', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

  it('of WooCommerce is answered 200, and nothing of it is kept', async () => {
    const id = await webhookOf('woocommerce');
    const answer = await client.send(id, 'webhook_id=10', FORM);
    expect([answer.status, answer.text]).toEqual([200, '']);
    await expectNothingKept(id);
  });

  it('is nothing else than that', async () => {
    const id = await webhookOf('woocommerce');
    for (const body of [
      'webhook_id=abc',
      'webhook_id=1&x=2',
      '{"id":1}',
      '',
      `webhook_id=${'1'.repeat(200)}`,
    ]) {
      expect((await client.send(id, body, FORM)).status, body).toBe(401);
    }
    const signed = { ...FORM, 'x-wc-webhook-signature': 'AAAA' };
    expect((await client.send(id, 'webhook_id=10', signed)).status).toBe(401);
    const other = await webhookOf('github');
    expect((await client.send(other, 'webhook_id=10', FORM)).status).toBe(401);
  });
});
