/** The self-test of a deployment: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import type { Operation } from './operation';
import { integer, list, object, said, text, time, words } from './shapes';

export const SELF_TEST_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/self_test', id: 'startSelfTest', tag: 'operation' },
    summary: 'Begin a self-test of the deployment',
    description:
      'For `npm run verify-deployment`. Only the admin token can. The key is for the measures below and the two addresses ' +
      'under `/self_test`, for three minutes.',
    ...{ answers: [200, 'SelfTest'] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/connections', id: 'countConnections', tag: 'operation' },
    summary: 'How many requests wait for headers at once',
    description:
      'Sends 24 requests over one courier, or 12 over each of several, to `/self_test/echo` at `url`, the public address ' +
      'of this gateway.',
    body: {
      schema: 'SelfTestConnections',
      example: { key: '<key>', url: 'https://hooks.example.com', couriers: 4 },
    },
    ...{ answers: [200, 'Connections'], problems: [400, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/waking', id: 'measureWaking', tag: 'operation' },
    summary: 'How long couriers take to wake up',
    description:
      'Each is asked twice. The first time it is new, or, in a second such request, as idle as it has become.',
    body: { schema: 'SelfTestWaking', example: { key: '<key>', couriers: 5 } },
    ...{ answers: [200, 'Waking'], problems: [400, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/invocations', id: 'countInvocations', tag: 'operation' },
    summary: 'How many Workers one request may invoke',
    body: { schema: 'SelfTestRun', example: { key: '<key>' } },
    ...{ answers: [200, 'Invocations'], problems: [400, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/kv', id: 'measureKv', tag: 'operation' },
    summary: 'How long KV takes to show what was written',
    description: 'Takes up to 25 seconds.',
    body: { schema: 'SelfTestRun', example: { key: '<key>' } },
    ...{ answers: [200, 'KvDelay'], problems: [400, 413, 422] },
  },
  {
    ...{
      method: 'post',
      path: '/self_test/echo',
      id: 'echo',
      tag: 'operation',
      summary: 'Wait, then answer',
    },
    description: 'Met by the requests of a self-test; with its key only.',
    takes: ['self_test_key', 'hold_ms'],
    ...{ answers: [200, 'Echoed'], problems: [403, 422, 503], secured: false },
  },
  {
    ...{ method: 'post', path: '/self_test/receiver', id: 'receive', tag: 'operation' },
    summary: 'Judge the signature of a delivery',
    description: 'The destination of a self-test’s webhook; with its key only.',
    takes: ['self_test_key'],
    body: { schema: 'AnyBody', optional: true, example: {} },
    ...{ answers: [200, 'Received'], problems: [400, 403, 413, 503], secured: false },
  },
];

export const SELF_TEST_ANSWERS: Record<string, JsonSchema> = {
  SelfTest: object({
    run: text,
    key: { ...text, description: 'what the measures and the echo are asked with, for three minutes' },
    expires_at: time,
    destination_secret: { ...text, description: 'the secret of a destination at /self_test/receiver' },
  }),
  Connections: object({
    couriers: said('how many carried them', integer),
    asked: { ...integer, description: 'requests that were sent at once' },
    at_once: { ...integer, description: 'of these waited for their headers at the same time' },
    failed: said('of these failed', integer),
    failure: {
      ...orNull(
        object({
          error: said('how it failed', words('timeout', 'connection', 'status', 'other_answer')),
          status: said('HTTP status of the answer; null where there was none', orNull(integer)),
          cloudflare_code: said('error code of Cloudflare in it; null for none', orNull(integer)),
        }),
      ),
      description: 'why the first of those failed',
    },
  }),
  Waking: object({
    couriers: said(
      'one entry each',
      list(
        object({
          first_ms: said('how long the first answer took, in ms', integer),
          again_ms: said('and the second', integer),
        }),
      ),
    ),
  }),
  Invocations: object({
    allowed: said('invocations that worked', integer),
    tried: said('invocations that were tried', integer),
    refused: { ...orNull(text), description: 'what the platform said to the one after those' },
  }),
  KvDelay: object({
    new_key_ms: {
      ...orNull(integer),
      description: 'how long until a new key was seen, in ms; null: not within 10 s',
    },
    changed_key_ms: said('the same of a key that was changed', orNull(integer)),
  }),
  Echoed: object({
    run: text,
    version: orNull(text),
    arrived_ms: said('when the request came, ms since 1970', integer),
    answered_ms: said('when it was answered, ms since 1970', integer),
  }),
  Received: object({ signature: said('that it is right; another one gets 403', words('right')) }),
};
