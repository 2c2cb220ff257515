/** Mail, support and the records of customers. */
import type { Declaration } from '../declared';
import { bodyHmac, PUBLIC_URL, preset, timedHmac } from './preset';

/** Zendesk's own events have a signed id. In a body that a user wrote, `id` may be that of a ticket. */
const ZENDESK_IDS = [
  { read: 'json:/id', when: { 'json:/type': ['zen:event-type:*'] } },
  'h:x-zendesk-webhook-invocation-id',
];

export const CUSTOMERS: readonly Declaration[] = [
  preset({
    name: 'klaviyo',
    title: 'Klaviyo',
    scheme: timedHmac({ h: 'klaviyo-signature' }, 'hex', '{body}{ts}', {
      from: 'h:klaviyo-timestamp',
      fmt: 'http-date',
      tol: null,
    }),
    topic: ['json:/data/0/topic', 'text:event'],
    secret: 'the secret key chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'sendgrid',
    title: 'SendGrid',
    scheme: {
      alg: 'ecdsa-p256-sha256',
      key: { enc: 'spki-base64' },
      enc: 'base64',
      sig: [{ h: 'x-twilio-email-event-webhook-signature' }],
      msg: ['{ts}{body}'],
      ts: { from: 'h:x-twilio-email-event-webhook-timestamp', fmt: 's', tol: null },
    },
    topic: ['json:/0/event'],
    id: ['json:/0/sg_event_id'],
    body: 'list',
    // A batch has no id, only its events have.
    knownBy: 'body',
    retryHorizonSeconds: 86_400,
    secret: 'the verification key',
  }),
  preset({
    name: 'mandrill',
    title: 'Mandrill (Mailchimp Transactional)',
    scheme: {
      ...bodyHmac('x-mandrill-signature', 'base64', undefined, 'hmac-sha1'),
      msg: ['{url}{form*}'],
    },
    // Events of a message have `event`, changes of the deny list and the allow list `type`. A batch has no id, nor have its events:
    // `_id` is that of the message.
    topic: ['json@mandrill_events:/0/event', 'json@mandrill_events:/0/type'],
    body: 'any',
    handshake: { kind: 'head', emptyList: 'mandrill_events' },
    secret:
      "the webhook's key, which Mandrill makes with the webhook: create this one with any text, make Mandrill's with the ingest_url, " +
      'and set its key with rotate_secret',
    settings: [PUBLIC_URL],
  }),
  preset({
    name: 'mailgun',
    title: 'Mailgun',
    scheme: {
      alg: 'hmac-sha256',
      key: { enc: 'utf8' },
      enc: 'hex',
      sig: [{ json: '/signature/signature' }],
      // The time has a known length, so it cannot be mistaken for a part of the token beside it.
      msg: ['{ts}{json:/signature/token}'],
      ts: { from: 'json:/signature/timestamp', fmt: 's', tol: null },
      bodySigned: false,
    },
    topic: ['json:/event-data/event'],
    // The only id that is signed.
    id: ['json:/signature/token'],
    entity: ['json:/event-data/message/headers/message-id'],
    secret: "the account's HTTP webhook signing key",
  }),
  preset({
    name: 'hubspot',
    title: 'HubSpot (signature v3)',
    scheme: timedHmac({ h: 'x-hubspot-signature-v3' }, 'base64', '{method}{url|unpct}{body}{ts}', {
      from: 'h:x-hubspot-request-timestamp',
      fmt: 'ms',
      tol: 300,
    }),
    topic: ['json:/0/subscriptionType', 'json:/subscriptionType', 'text:event'],
    id: ['json:/0/eventId'],
    entity: [],
    attempt: 'json:/0/attemptNumber',
    body: 'json',
    // A batch of events whose ids HubSpot does not call unique. Only a retry has the same content.
    knownBy: 'body',
    perAttempt: ['attemptNumber'],
    retryHorizonSeconds: 86_400,
    secret: "the app's client secret",
    settings: [PUBLIC_URL],
  }),
  preset({
    name: 'intercom',
    title: 'Intercom',
    scheme: bodyHmac('x-hub-signature', 'hex', 'sha1=', 'hmac-sha1'),
    topic: ['json:/topic'],
    id: ['json:/id'],
    entity: ['json:/data/item/id'],
    attempt: 'json:/delivery_attempts',
    secret: "the app's client secret",
  }),
  preset({
    name: 'zendesk',
    title: 'Zendesk',
    scheme: timedHmac({ h: 'x-zendesk-webhook-signature' }, 'base64', '{ts}{body}', {
      from: 'h:x-zendesk-webhook-signature-timestamp',
      fmt: 'rfc3339',
      tol: null,
    }),
    // The user writes the body of a trigger's webhook.
    topic: ['json:/type', 'json:/event', 'text:event'],
    id: ZENDESK_IDS,
    body: 'any',
    secret: "the webhook's signing secret",
  }),
  preset({
    name: 'zendesk-2021-doc',
    title: 'Zendesk (order of 2021)',
    scheme: timedHmac({ h: 'x-zendesk-webhook-signature' }, 'base64', '{body}{ts}', {
      from: 'h:x-zendesk-webhook-signature-timestamp',
      fmt: 'rfc3339',
      tol: null,
    }),
    topic: ['json:/type', 'json:/event', 'text:event'],
    id: ZENDESK_IDS,
    body: 'any',
    secret: "the webhook's signing secret",
  }),
];
