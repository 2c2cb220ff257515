/** Development, operations and content. */
import type { Declaration } from '../declared';
import { bodyHmac, preset, standardWebhooks, stripeLike, WHSEC } from './preset';

/** Many providers sign with the header that GitHub introduced. These are the places where they name the event. */
const HUB_TOPICS = [
  'h:x-github-event',
  'h:x-event-key',
  'json:/webhookEvent',
  'json:/event',
  'json:/type',
  'text:event',
];

export const DEVELOPMENT: readonly Declaration[] = [
  preset({
    name: 'github',
    title: 'GitHub',
    scheme: bodyHmac('x-hub-signature-256', 'hex', 'sha256='),
    topic: ['h:x-github-event'],
    id: ['h:x-github-delivery'],
    entity: [
      '{json:/repository/id}.{json:/pull_request/number}',
      '{json:/repository/id}.{json:/issue/number}',
      'json:/repository/id',
    ],
    // The body is JSON, or a form with the JSON in a field.
    body: 'any',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'x-hub-sha1',
    title: 'X-Hub-Signature, SHA-1',
    scheme: bodyHmac('x-hub-signature', 'hex', 'sha1=', 'hmac-sha1'),
    topic: HUB_TOPICS,
    body: 'any',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'x-hub-sha256',
    title: 'X-Hub-Signature, SHA-256',
    scheme: bodyHmac('x-hub-signature', 'hex', 'sha256='),
    topic: HUB_TOPICS,
    body: 'any',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'x-hub-sha512',
    title: 'X-Hub-Signature, SHA-512',
    scheme: bodyHmac('x-hub-signature', 'hex', 'sha512=', 'hmac-sha512'),
    topic: HUB_TOPICS,
    body: 'any',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'bitbucket',
    title: 'Bitbucket',
    scheme: bodyHmac('x-hub-signature', 'hex', 'sha256='),
    topic: ['h:x-event-key'],
    id: ['h:x-request-uuid'],
    entity: ['{json:/repository/uuid}.{json:/pullrequest/id}', 'json:/repository/uuid'],
    attempt: 'h:x-attempt-number',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'jira',
    title: 'Jira',
    scheme: bodyHmac('x-hub-signature', 'hex', 'sha256='),
    topic: ['json:/webhookEvent'],
    id: ['h:x-atlassian-webhook-identifier'],
    entity: ['json:/issue/id'],
    attempt: 'h:x-atlassian-webhook-retry',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'gitlab-signing',
    title: 'GitLab (signing token)',
    scheme: standardWebhooks('webhook', WHSEC),
    topic: ['h:x-gitlab-event'],
    // The same as Idempotency-Key, and signed.
    id: ['h:webhook-id'],
    entity: ['{json:/project/id}.{json:/object_attributes/iid}', 'json:/project/id'],
    secret: 'the signing token, whsec_ included',
  }),
  preset({
    name: 'gitlab-token',
    title: 'GitLab (secret token)',
    scheme: {
      alg: 'token',
      key: { enc: 'utf8' },
      enc: 'utf8',
      sig: [{ h: 'x-gitlab-token' }],
      msg: [],
      bodySigned: false,
    },
    topic: ['h:x-gitlab-event'],
    id: ['h:idempotency-key', 'h:x-gitlab-event-uuid'],
    entity: ['{json:/project/id}.{json:/object_attributes/iid}', 'json:/project/id'],
    secret: 'the secret token chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'linear',
    title: 'Linear',
    scheme: {
      ...bodyHmac('linear-signature', 'hex'),
      ts: { from: 'json:/webhookTimestamp', fmt: 'ms', tol: 60 },
    },
    topic: ['json:/type', 'h:linear-event'],
    id: ['h:linear-delivery'],
    entity: ['json:/data/id'],
    secret: "the webhook's signing secret",
  }),
  preset({
    name: 'pagerduty',
    title: 'PagerDuty',
    scheme: {
      ...bodyHmac('x-pagerduty-signature', 'hex'),
      sig: [{ h: 'x-pagerduty-signature', split: ',', kv: '=', pick: 'v1', several: true }],
    },
    topic: ['json:/event/event_type'],
    id: ['json:/event/id'],
    entity: ['json:/event/data/id'],
    secret: "the subscription's secret",
  }),
  preset({
    name: 'hook0',
    title: 'Hook0',
    scheme: {
      ...stripeLike('x-hook0-signature'),
      sig: [{ h: 'x-hook0-signature', split: ',', kv: '=', pick: 'v0' }],
    },
    topic: ['h:x-event-type', 'json:/event_type', 'text:event'],
    id: ['h:x-event-id'],
    body: 'any',
    secret: "the subscription's secret",
  }),
  preset({
    name: 'coinbase-cdp',
    title: 'Coinbase Developer Platform',
    // The second version of Hook0's scheme, which signs the headers that it lists. Their values may contain the dot between them, so
    // only a body that is a JSON object says where it begins.
    scheme: { ...stripeLike('x-hook0-signature'), msg: ['{ts}.{sig:h}.{headers:h}.{body}'] },
    topic: ['h:x-event-type', 'json:/eventType', 'json:/event_type', 'text:event'],
    id: ['h:x-event-id', 'json:/eventId', 'json:/id'],
    secret: "the subscription's secret",
  }),
  preset({
    name: 'workos',
    title: 'WorkOS',
    scheme: {
      ...stripeLike('workos-signature', 'hex', 'ms'),
      ts: { from: 'sig:t', fmt: 'ms', tol: 180 },
    },
    topic: ['json:/event'],
    id: ['json:/id'],
    entity: ['json:/data/id'],
    secret: "the endpoint's signing secret",
  }),
  preset({
    name: 'sanity',
    title: 'Sanity',
    // The time is that of the first attempt. The provider's library checks only that it is a time, not its age.
    scheme: {
      ...stripeLike('sanity-webhook-signature', 'base64url', 'ms'),
      ts: { from: 'sig:t', fmt: 'ms', tol: null },
    },
    topic: ['h:sanity-operation', 'text:document'],
    id: ['h:idempotency-key'],
    entity: ['h:sanity-document-id', 'json:/_id'],
    body: 'json',
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'notion',
    title: 'Notion',
    scheme: bodyHmac('x-notion-signature', 'hex', 'sha256='),
    topic: ['json:/type'],
    id: ['json:/id'],
    entity: ['json:/entity/id'],
    attempt: 'json:/attempt_number',
    secret:
      'the verification_token that Notion posts, unsigned, when the subscription is made: create the webhook with any text, ' +
      'POST …/capture, make the subscription, read the token in …/rejections, and set it with rotate_secret',
  }),
  preset({
    name: 'mux',
    title: 'Mux',
    scheme: stripeLike('mux-signature'),
    topic: ['json:/type'],
    id: ['json:/id'],
    entity: ['json:/object/id'],
    secret: "the webhook's signing secret",
  }),
];
