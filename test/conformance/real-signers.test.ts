/**
 * The providers' own libraries against the running gateway: what they sign is accepted, and what they would refuse is
 * refused. Libraries that only verify judge a request signed here with node:crypto first, so that it is theirs and not our
 * idea of it that the gateway has to agree with.
 */
import { createHmac, createSign, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { sign as octokitSign } from '@octokit/webhooks-methods';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import { EventWebhook } from '@sendgrid/eventwebhook';
import '@shopify/shopify-api/adapters/node';
import { createSHA256HMAC } from '@shopify/shopify-api/runtime';
import { verifySlackRequest } from '@slack/bolt';
import { verifyKey } from 'discord-interactions';
import { WebhooksHelper } from 'square';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import twilio from 'twilio';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, clientOf } from '../support/client';
import type { SharedGateway } from '../support/shared-gateway';

let gateway: SharedGateway;
let client: Client;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

type Headers = Record<string, string>;
/** Signs a body for an address. */
type Signer = (body: string, url: string) => Headers | Promise<Headers>;

const SECRET = 'a-signing-secret';
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const seconds = () => Math.floor(Date.now() / 1000);
const hmac = (text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', SECRET).update(text).digest(encoding);
const json = (value: object) => JSON.stringify(value);

type Library = {
  provider: string;
  secret: string;
  body: string;
  sign: Signer;
  /** The library's own verdict, where it does not sign. */
  judges?: (body: string, headers: Headers, url: string) => boolean | Promise<boolean>;
  topic: string;
  query?: (body: string) => string;
};

const discordKeys = generateKeyPairSync('ed25519');
const discordKey = discordKeys.publicKey
  .export({ format: 'der', type: 'spki' })
  .subarray(-32)
  .toString('hex');
const sendgridKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const sendgridKey = sendgridKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

const LIBRARIES: Library[] = [
  {
    provider: 'stripe',
    secret: 'whsec_test_secret',
    body: json({ id: 'evt_1', object: 'event', type: 'invoice.paid' }),
    sign: body => ({
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({
        payload: body,
        secret: 'whsec_test_secret',
      }),
    }),
    topic: 'invoice.paid',
  },
  {
    provider: 'github',
    secret: SECRET,
    body: json({ action: 'opened', issue: { number: 1 } }),
    sign: async body => ({
      'x-hub-signature-256': await octokitSign(SECRET, body),
      'x-github-event': 'issues',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    }),
    topic: 'issues',
  },
  {
    provider: 'standard-webhooks',
    secret: WHSEC,
    body: json({ type: 'user.created', data: {} }),
    sign: body => {
      const at = new Date();
      return {
        'webhook-id': 'msg_1',
        'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
        'webhook-signature': new StandardWebhook(WHSEC).sign('msg_1', at, body),
      };
    },
    topic: 'user.created',
  },
  {
    provider: 'svix',
    secret: WHSEC,
    body: json({ type: 'invoice.created' }),
    sign: body => {
      const at = new Date();
      return {
        'svix-id': 'msg_2',
        'svix-timestamp': `${Math.floor(at.getTime() / 1000)}`,
        'svix-signature': new SvixWebhook(WHSEC).sign('msg_2', at, body),
      };
    },
    topic: 'invoice.created',
  },
  {
    provider: 'twilio-form',
    secret: SECRET,
    body: 'MessageSid=SM1&MessageStatus=delivered&To=%2B18005551212&Body=a+b%26c',
    sign: (body, url) => ({
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(
        SECRET,
        url,
        Object.fromEntries(new URLSearchParams(body)),
      ),
    }),
    topic: 'delivered',
  },
  {
    provider: 'twilio-json',
    secret: SECRET,
    body: json({ type: 'com.twilio.voice' }),
    query: body => `?bodySHA256=${twilio.getExpectedBodyHash(body)}`,
    sign: (_body, url) => ({
      'content-type': 'application/json',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(SECRET, url, {}),
    }),
    topic: 'com.twilio.voice',
  },
  {
    provider: 'shopify',
    secret: SECRET,
    body: json({ id: 820982911946154508n.toString() }),
    sign: async body => ({
      'x-shopify-hmac-sha256': await createSHA256HMAC(SECRET, body),
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': 'b54557e4',
    }),
    topic: 'orders/create',
  },
  {
    provider: 'square',
    secret: SECRET,
    body: json({ merchant_id: 'M', type: 'payment.updated', event_id: 'e1', data: { id: 'p1' } }),
    sign: (body, url) => ({ 'x-square-hmacsha256-signature': hmac(url + body, 'base64') }),
    judges: (body, headers, url) =>
      WebhooksHelper.verifySignature({
        requestBody: body,
        signatureHeader: headers['x-square-hmacsha256-signature'] ?? '',
        signatureKey: SECRET,
        notificationUrl: url,
      }),
    topic: 'payment.updated',
  },
  {
    provider: 'paddle',
    secret: SECRET,
    body: json({ event_id: 'evt_1', event_type: 'transaction.paid', data: { id: 'txn_1' } }),
    sign: body => {
      const ts = seconds();
      return { 'paddle-signature': `ts=${ts};h1=${hmac(`${ts}:${body}`, 'hex')}` };
    },
    judges: (body, headers) =>
      new Paddle('key', { environment: Environment.sandbox }).webhooks.isSignatureValid(
        body,
        SECRET,
        headers['paddle-signature'] ?? '',
      ),
    topic: 'transaction.paid',
  },
  {
    provider: 'slack',
    secret: SECRET,
    body: json({ type: 'event_callback', event_id: 'Ev1', event: { type: 'app_mention' } }),
    sign: body => {
      const ts = `${seconds()}`;
      return {
        'x-slack-request-timestamp': ts,
        'x-slack-signature': `v0=${hmac(`v0:${ts}:${body}`, 'hex')}`,
      };
    },
    judges: (body, headers) => {
      try {
        verifySlackRequest({
          signingSecret: SECRET,
          body,
          headers: {
            'x-slack-signature': headers['x-slack-signature'] ?? '',
            'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
          },
        });
        return true;
      } catch {
        return false;
      }
    },
    topic: 'app_mention',
  },
  {
    provider: 'discord',
    secret: discordKey,
    body: json({ version: 1, type: 1, event: { type: 'ENTITLEMENT_CREATE' } }),
    sign: body => {
      const ts = `${seconds()}`;
      const signature = signWith(null, Buffer.from(ts + body), discordKeys.privateKey);
      return { 'x-signature-timestamp': ts, 'x-signature-ed25519': signature.toString('hex') };
    },
    judges: (body, headers) =>
      verifyKey(
        body,
        headers['x-signature-ed25519'] ?? '',
        headers['x-signature-timestamp'] ?? '',
        discordKey,
      ),
    topic: 'ENTITLEMENT_CREATE',
  },
  {
    provider: 'sendgrid',
    secret: sendgridKey,
    body: `${json([{ event: 'delivered', sg_event_id: 'e1' }])}\r\n`,
    sign: body => {
      const ts = `${seconds()}`;
      const signer = createSign('SHA256').update(ts + body);
      return {
        'x-twilio-email-event-webhook-timestamp': ts,
        'x-twilio-email-event-webhook-signature': signer.sign(sendgridKeys.privateKey, 'base64'),
      };
    },
    judges: (body, headers) => {
      const library = new EventWebhook();
      return library.verifySignature(
        library.convertPublicKeyToECDSA(sendgridKey),
        body,
        headers['x-twilio-email-event-webhook-signature'] ?? '',
        headers['x-twilio-email-event-webhook-timestamp'] ?? '',
      );
    },
    topic: 'delivered',
  },
];

describe.each(LIBRARIES)('$provider', ({ provider, secret, body, sign, judges, topic, query }) => {
  it('accepts what the library signs, and refuses what it would refuse', async () => {
    const { webhook_id: id, ingest_url: url } = await client.createWebhook({ provider, secret_key: secret });
    const search = query?.(body) ?? '';
    // Paddle's are good for five seconds: each request has one of its own.
    const signed = () => sign(body, url + search);
    const changed = `${body.slice(0, -4)}~${body.slice(-3)}`;
    if (judges !== undefined) {
      const headers = await signed();
      expect(await judges(body, headers, url)).toBe(true);
      expect(await judges(changed, headers, url)).toBe(false);
    }
    expect((await client.send(id, changed, await signed(), search)).status).toBe(401);
    expect((await client.send(id, body, {}, search)).status).toBe(401);
    const accepted = await client.send(id, body, await signed(), search);
    expect(accepted.json, accepted.text).toMatchObject({ status: 'accepted', sequence: 1 });
    const again = await client.send(id, body, await signed(), search);
    expect(again.json).toMatchObject({ status: 'duplicate', sequence: 1 });
    expect((await client.events(id)).map(event => event.topic)).toEqual([topic]);
  });
});
