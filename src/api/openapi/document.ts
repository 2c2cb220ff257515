/**
 * The OpenAPI 3.1 document, put together from the operations, the schemas that validate, and the shapes of answers.
 * Made when it is first asked for, and kept: it is the same for everyone.
 */
import type { JsonSchema } from '../../input/json-schema';

import { findingParameters } from './finding';
import { inputSchemas } from './inputs';
import { ANSWERS, OPERATIONS } from './operations';
import { type Operation, TAGS } from './operations/operation';

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const safe = Number.MAX_SAFE_INTEGER;

const path = (name: string, schema: JsonSchema) => ({ name, in: 'path', required: true, schema });
const query = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'query', required: false, schema, description },
});
const header = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'header', required: false, schema, description },
});

const PARAMETERS: Record<string, { name: string; in: string }> = {
  webhook_id: path('webhook_id', { type: 'integer', minimum: 1, maximum: safe }),
  sequence: path('sequence', { type: 'integer', minimum: 1, maximum: safe }),
  replay_id: path('replay_id', { type: 'integer', minimum: 1, maximum: safe }),
  destination_id: path('destination_id', { type: 'string' }),
  token_id: path('token_id', { type: 'string' }),
  after: query('after', { type: 'integer', minimum: 0, maximum: safe, default: 0 }, 'Where to go on.'),
  limit: query('limit', { type: 'integer', minimum: 1, maximum: 500, default: 100 }, 'Entries of a page.'),
  topic: query('topic', { type: 'string', minLength: 1 }, 'A topic, or a prefix before `*`.'),
  scrape_limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 900, default: 900 },
    'Webhooks of a scrape.',
  ),
  reseal_after: query('after', { type: 'string' }, 'Where to go on: `next` of the part before.'),
  reseal_limit: query(
    'limit',
    { type: 'integer', minimum: 0, maximum: 200, default: 100 },
    'Webhooks of a part; 0 only says which key is current.',
  ),
  self_test_key: query('key', { type: 'string' }, 'The key of a self-test that is running.'),
  hold_ms: query('hold_ms', { type: 'integer', minimum: 0, maximum: 1000, default: 0 }, 'How long to wait.'),
  export_limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 100, default: 100 },
    'Webhooks of a part.',
  ),
  recovery_at: query('at', { type: 'string', format: 'date-time' }, 'A time of the last 30 days; none: now.'),
  recovery_bookmark: query('bookmark', { type: 'string' }, 'A bookmark that was taken then.'),
  feed_after: query(
    'after',
    { type: 'string', default: '0' },
    'The `cursor` of a page before; `now`: the end of the feed.',
  ),
  stream_after: query(
    'after',
    { type: 'string', default: 'now' },
    'A `cursor` of the stream or of the feed; `0`: all events; `now`: the end of the feed.',
  ),
  event_status: query(
    'status',
    { enum: ['accepted', 'confirming', 'held', 'quarantined', 'retrying', 'dead'] },
    'Only these.',
  ),
  ...findingParameters(),
  gap_status: query('status', { enum: ['open', 'filled', 'expired', 'resolved'] }, 'Only these.'),
  include: query('include', { enum: ['body'] }, 'With headers and bodies.'),
  wait: query('wait', { type: 'integer', minimum: 0, maximum: 30 }, 'Seconds to wait for an event.'),
  dry_run: query('dry_run', { enum: ['0', '1'] }, '1: only say what would change.'),
  prune: query('prune', { enum: ['0', '1'] }, '1: delete what is not listed.'),
  'If-Match': header('If-Match', { type: 'string' }, 'The `ETag` of the version that was read.'),
  'Idempotency-Key': header(
    'Idempotency-Key',
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    'The same key with the same body gets the same answer for 24 hours.',
  ),
};

const PROBLEMS: Record<number, [name: string, description: string]> = {
  400: ['Malformed', 'The body is not JSON, or did not arrive whole.'],
  401: ['Unauthorized', 'No valid token, or no valid signature.'],
  403: ['Forbidden', 'The token may not do this.'],
  404: ['NotFound', 'There is no such thing.'],
  405: ['MethodNotAllowed', 'The address does not take this method.'],
  409: ['Conflict', 'It cannot be done as things are; the detail says why.'],
  412: ['PreconditionFailed', 'The webhook was changed since it was read.'],
  413: ['TooLarge', 'The body is too large.'],
  415: ['UnsupportedMediaType', 'Another site must send `Content-Type: application/json`.'],
  422: ['Invalid', 'The input is not as it should be; `errors` names the fields.'],
  426: ['UpgradeRequired', 'The address is a WebSocket.'],
  429: ['TooManyFailures', 'Too many wrong tokens came from this address.'],
  501: ['NotSupported', 'This runtime has no point-in-time recovery; Cloudflare’s network has.'],
  503: ['Unavailable', 'Not configured, or the storage did not answer.'],
};

/** Bodies that are not the API's own. */
const FOREIGN: Record<string, JsonSchema> = {
  AnyBody: { type: 'object', description: 'whatever the provider sends', additionalProperties: true },
  RpcRequest: {
    type: 'object',
    properties: {
      jsonrpc: { enum: ['2.0', 2] },
      id: { type: ['string', 'number', 'null'] },
      method: { enum: ['login', 'call'] },
      params: { type: 'array' },
    },
    required: ['jsonrpc', 'id', 'method'],
  },
  RpcAnswer: { type: ['object', 'array'], additionalProperties: true },
  Description: { type: 'object', additionalProperties: true },
  Text: { type: 'string' },
};

function operationOf(operation: Operation): object {
  const { secured = true, problems = [], takes = [], body, type = 'application/json' } = operation;
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = [...inPath, ...takes].map(name => ref('parameters', name));
  const [status, schema] = operation.answers;
  // 422 also without input of its own: a query parameter that it does not have is refused.
  const statuses = new Set([...(secured ? [401, 403, 422, 429, 503] : []), ...problems]);
  const responses: Record<string, object> = {
    [status]: {
      description: operation.summary,
      ...(status === 204 ? {} : { headers: headersOf(operation) }),
      ...(schema === null ? {} : { content: { [type]: { schema: ref('schemas', schema) } } }),
    },
  };
  for (const code of [...statuses].sort()) {
    responses[code] = ref('responses', PROBLEMS[code]?.[0] ?? 'Invalid');
  }
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    ...(secured ? {} : { security: [] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: requestBodyOf(body) }),
    responses,
  };
}

function requestBodyOf({ schema, optional, example }: NonNullable<Operation['body']>): object {
  const content = { schema: ref('schemas', schema), ...(example === undefined ? {} : { example }) };
  return { required: optional !== true, content: { 'application/json': content } };
}

function headersOf({ id, takes = [], answers: [status] }: Operation): object {
  const tagged = id === 'getWebhook' || id === 'createWebhook' || takes.includes('If-Match');
  const schema = { type: 'string' };
  return {
    ...(tagged ? { ETag: { schema, description: 'Version of the webhook, for `If-Match`.' } } : {}),
    ...(status === 201 && id === 'createWebhook'
      ? { Location: { schema, description: 'Address of what was made.' } }
      : {}),
  };
}

function build(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation) };
  }
  const problem = { 'application/problem+json': { schema: ref('schemas', 'Problem') } };
  const responses = Object.values(PROBLEMS).map(([name, description]) => [
    name,
    { description, content: problem },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gapless',
      version: '1',
      description: 'A webhook gateway that knows what it missed. Times are RFC 3339 in UTC.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The admin token, or an API token.' },
      },
      parameters: PARAMETERS,
      responses: Object.fromEntries(responses),
      schemas: { ...inputSchemas(), ...ANSWERS, ...FOREIGN },
    },
  };
}

/** The query parameters of an operation; null where there is no such one. @param route as `/v1/webhooks/:webhook_id` */
export function queryNames(method: string, route: string): string[] | null {
  const path = route.replaceAll(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1');
  const operation = OPERATIONS.find(
    candidate => candidate.path === path && candidate.method === method.toLowerCase(),
  );
  if (operation === undefined) return null;
  return (operation.takes ?? []).flatMap(name => {
    const parameter = PARAMETERS[name];
    return parameter?.in === 'query' ? [parameter.name] : [];
  });
}

let built: object | null = null;

export function openApiDocument(): object {
  built ??= build();
  return built;
}
