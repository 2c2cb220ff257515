/** Chat, calls, meetings and streams. */
import type { Declaration } from '../declared';
import { bodyHmac, PUBLIC_URL, preset, timedHmac } from './preset';

export const MESSAGING: readonly Declaration[] = [
  preset({
    name: 'slack',
    title: 'Slack',
    // The secret looks like hex and is used as text.
    scheme: timedHmac({ h: 'x-slack-signature', prefix: 'v0=' }, 'hex', 'v0:{ts}:{body}', {
      from: 'h:x-slack-request-timestamp',
      fmt: 's',
      tol: 300,
    }),
    topic: ['json:/event/type', 'json:/type', 'form:command', 'text:interaction'],
    id: ['json:/event_id', 'form:trigger_id'],
    entity: ['json:/event/channel', 'form:channel_id'],
    attempt: 'h:x-slack-retry-num',
    // Events are JSON; slash commands and interactions are forms.
    body: 'any',
    handshake: {
      kind: 'signed',
      when: { 'json:/type': 'url_verification' },
      reply: { kind: 'echo', challenge: 'json:/challenge' },
    },
    secret: "the app's signing secret",
  }),
  preset({
    name: 'discord',
    title: 'Discord',
    scheme: {
      alg: 'ed25519',
      key: { enc: 'raw-hex' },
      enc: 'hex',
      sig: [{ h: 'x-signature-ed25519' }],
      msg: ['{ts}{body}'],
      ts: { from: 'h:x-signature-timestamp', fmt: 's', tol: 300 },
    },
    topic: ['json:/event/type'],
    // The body contains the time of the event, so no two events have the same body.
    knownBy: 'body',
    handshake: {
      kind: 'signed',
      when: { 'json:/type': '0', 'json:/version': '1' },
      reply: { kind: 'empty', status: 204 },
    },
    secret: "the application's public key, in hex",
  }),
  preset({
    name: 'meta',
    title: 'Meta (Facebook, Instagram, WhatsApp)',
    scheme: bodyHmac('x-hub-signature-256', 'hex', 'sha256='),
    topic: ['json:/object'],
    // Batches of entries with ids and times of their own. Only a retry has the same bytes.
    knownBy: 'signed_bytes',
    handshake: {
      kind: 'get',
      when: { 'q:hub.mode': 'subscribe' },
      token: { from: 'q:hub.verify_token', setting: 'verify_token' },
      challenge: 'q:hub.challenge',
    },
    retryHorizonSeconds: 129_600,
    secret: "the app's secret",
    settings: [
      {
        name: 'verify_token',
        isRequired: false,
        isSecret: true,
        what: 'the verify token entered at Meta; without it the verification of the address is refused',
      },
    ],
  }),
  preset({
    name: 'twilio-form',
    title: 'Twilio (forms)',
    scheme: {
      ...bodyHmac('x-twilio-signature', 'base64', undefined, 'hmac-sha1'),
      msg: ['{url}{form*}', '{url|port+}{form*}', '{url|port-}{form*}'],
    },
    topic: ['form:EventType', 'form:MessageStatus', 'form:SmsStatus', 'form:CallStatus', 'text:event'],
    id: ['h:i-twilio-idempotency-token'],
    entity: ['form:MessageSid', 'form:CallSid'],
    body: 'any',
    secret: "the account's auth token",
    settings: [PUBLIC_URL],
  }),
  preset({
    name: 'twilio-json',
    title: 'Twilio (JSON)',
    scheme: {
      ...bodyHmac('x-twilio-signature', 'base64', undefined, 'hmac-sha1'),
      msg: ['{url}', '{url|port+}', '{url|port-}'],
      digest: { from: 'q:bodySHA256', alg: 'sha256', enc: 'hex' },
    },
    topic: ['json:/type', 'json:/0/type', 'text:event'],
    id: ['h:i-twilio-idempotency-token'],
    body: 'json',
    secret: "the account's auth token",
    settings: [PUBLIC_URL],
  }),
  preset({
    name: 'line',
    title: 'LINE',
    scheme: bodyHmac('x-line-signature', 'base64'),
    topic: ['json:/events/0/type', 'text:ping'],
    id: ['json:/events/0/webhookEventId'],
    entity: ['json:/events/0/source/userId'],
    // A batch. A redelivery has a mark in its body, which `perAttempt` leaves out of the comparison.
    knownBy: 'body',
    perAttempt: ['isRedelivery'],
    secret: "the channel's secret",
  }),
  preset({
    name: 'zoom',
    title: 'Zoom',
    scheme: timedHmac({ h: 'x-zm-signature', prefix: 'v0=' }, 'hex', 'v0:{ts}:{body}', {
      from: 'h:x-zm-request-timestamp',
      fmt: 's',
      tol: 300,
    }),
    topic: ['json:/event'],
    entity: ['json:/payload/object/uuid', 'json:/payload/object/id'],
    // The body contains the time of the event in ms, so no two events have the same body.
    knownBy: 'body',
    handshake: {
      kind: 'signed',
      when: { 'json:/event': 'endpoint.url_validation' },
      reply: {
        kind: 'hmac',
        challenge: 'json:/payload/plainToken',
        names: { challenge: 'plainToken', hmac: 'encryptedToken' },
      },
    },
    secret: "the app's secret token",
  }),
  preset({
    name: 'twitch',
    title: 'Twitch EventSub',
    scheme: timedHmac(
      { h: 'twitch-eventsub-message-signature', prefix: 'sha256=' },
      'hex',
      '{h:twitch-eventsub-message-id}{ts}{body}',
      { from: 'h:twitch-eventsub-message-timestamp', fmt: 'rfc3339', tol: 600 },
    ),
    topic: [
      // The notice that a subscription has ended is not an event.
      {
        read: 'text:revocation',
        when: {
          'json:/subscription/status': [
            'authorization_revoked',
            'moderator_removed',
            'user_removed',
            'chat_user_banned',
            'version_removed',
            'beta_maintenance',
            'notification_failures_exceeded',
          ],
        },
      },
      'json:/subscription/type',
      'h:twitch-eventsub-subscription-type',
    ],
    id: ['h:twitch-eventsub-message-id'],
    entity: ['json:/event/broadcaster_user_id'],
    attempt: 'h:twitch-eventsub-message-retry',
    handshake: {
      kind: 'signed',
      when: { 'h:twitch-eventsub-message-type': 'webhook_callback_verification' },
      reply: { kind: 'echo', challenge: 'json:/challenge' },
    },
    secret: 'the secret given when subscribing',
    isSecretChosen: true,
  }),
];
