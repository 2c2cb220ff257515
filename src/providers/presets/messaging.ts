/** Chat, calls, meetings and streams. */
import type { Declaration } from '../declared';
import { bodyHmac, PUBLIC_URL, preset, timedHmac } from './preset';

export const MESSAGING: readonly Declaration[] = [
  preset({
    name: 'slack',
    title: 'Slack',
    docsUrl: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
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
    success: 'any 2xx within 3 s; 3 retries',
  }),
  preset({
    name: 'discord',
    title: 'Discord',
    docsUrl: 'https://docs.discord.com/developers/events/webhook-events',
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
    success: '204 within 3 s; it also sends false signatures and expects 401',
  }),
  preset({
    name: 'meta',
    title: 'Meta (Facebook, Instagram, WhatsApp)',
    docsUrl: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
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
    success: '200',
  }),
  preset({
    name: 'twilio-form',
    title: 'Twilio (forms)',
    docsUrl: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
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
    success: 'any 2xx within 15 s',
  }),
  preset({
    name: 'twilio-json',
    title: 'Twilio (JSON)',
    docsUrl: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
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
    success: 'any 2xx within 15 s',
  }),
  preset({
    name: 'line',
    title: 'LINE',
    docsUrl: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
    scheme: bodyHmac('x-line-signature', 'base64'),
    topic: ['json:/events/0/type', 'text:ping'],
    id: ['json:/events/0/webhookEventId'],
    entity: ['json:/events/0/source/userId'],
    // A batch. A redelivery has a mark in its body, which `perAttempt` leaves out of the comparison.
    knownBy: 'body',
    perAttempt: ['isRedelivery'],
    secret: "the channel's secret",
    success: '200',
  }),
  preset({
    name: 'zoom',
    title: 'Zoom',
    docsUrl: 'https://developers.zoom.us/docs/api/webhooks/',
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
    success: '200 or 204 within 3 s',
  }),
  preset({
    name: 'twitch',
    title: 'Twitch EventSub',
    docsUrl: 'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/',
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
    success: 'any 2xx within a few seconds',
  }),
];
