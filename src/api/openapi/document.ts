/**
 * The OpenAPI 3.1 document, put together from the operations, the schemas that validate, and the shapes of answers.
 * Made when the gateway is built (`bin/build/api-description.mjs`).
 */
import type { JsonSchema } from '../../input/json-schema';
import { inputSchemas } from './inputs';
import { ANSWERS, OPERATIONS } from './operations';
import { type Operation, TAGS } from './operations/operation';
import { PARAMETERS, parameterNames } from './parameters';

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
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
  const { secured = true, problems = [], body, type = 'application/json' } = operation;
  const parameters = parameterNames(operation).map(name => ref('parameters', name));
  const [status, schema] = operation.answers;
  // 422 also without input of its own: a query parameter that it does not have is refused.
  const statuses = new Set([...(secured ? [401, 403, 422, 429, 503] : []), ...problems]);
  const responses: Record<string, object> = {
    [status]: {
      description: operation.summary,
      ...(status === 204 ? {} : { headers: headersOf(operation) }),
      ...(schema === null ? {} : { content: contentOf(schema, type, operation.linesOf) }),
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

const contentOf = (schema: string, type: string, linesOf: string | undefined): object => ({
  [type]: { schema: ref('schemas', schema) },
  ...(linesOf === undefined ? {} : { 'application/x-ndjson': { schema: ref('schemas', linesOf) } }),
});

function requestBodyOf({ schema, optional, example }: NonNullable<Operation['body']>): object {
  const content = { schema: ref('schemas', schema), example };
  return { required: optional !== true, content: { 'application/json': content } };
}

/** Operations that answer with a webhook's `ETag` and change nothing that has one yet. */
const TAGGED = ['getWebhook', 'createWebhook', 'listDestinations', 'getDestination'];

function headersOf({ id, takes = [], answers: [status] }: Operation): object {
  const tagged = TAGGED.includes(id) || takes.includes('If-Match');
  const schema = { type: 'string' };
  return {
    ...(tagged ? { ETag: { schema, description: 'Version of the webhook, for `If-Match`.' } } : {}),
    ...(status === 201 && id === 'createWebhook'
      ? { Location: { schema, description: 'Address of what was made.' } }
      : {}),
  };
}

export function openApiDocument(): object {
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
