/** What the gateway knows of providers, and what they call: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import type { Operation } from './operation';
import { boolean, integer, list, object, text } from './shapes';

export const PROVIDERS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/v1/providers', id: 'listProviders', tag: 'operation' },
    ...{ summary: 'Providers the gateway knows', answers: [200, 'Providers'] },
  },
  {
    ...{ method: 'post', path: '/in/{webhook_id}', id: 'ingest', tag: 'providers' },
    summary: 'Where a provider sends events',
    description:
      'The body is what the provider sends, signed as it signs. Answered after the event was stored.',
    takes: [],
    body: { schema: 'AnyBody', example: { topic: 'order:created', message: { unique_id: '100000015' } } },
    ...{ answers: [200, 'Ingested'], problems: [400, 401, 404, 405, 413, 422, 503], secured: false },
  },
  {
    ...{ method: 'post', path: '/api/jsonrpc', id: 'jsonRpc', tag: 'providers' },
    summary: 'ShipStream’s JSON-RPC API for webhooks',
    description:
      'Methods `login` and `call`; the admin token is the session, the password, or the bearer token.',
    body: {
      schema: 'RpcRequest',
      example: { jsonrpc: '2.0', id: 1, method: 'call', params: ['<token>', 'webhook.list', []] },
    },
    ...{ answers: [200, 'RpcAnswer'], problems: [413, 415], secured: false },
  },
];

export const PROVIDERS_ANSWERS: Record<string, JsonSchema> = {
  Providers: object({
    providers: list({
      ...object({
        name: text,
        title: text,
        docs_url: text,
        numbered: boolean,
        retry_horizon_seconds: orNull(integer),
        body_signed: boolean,
      }),
      additionalProperties: true,
    }),
  }),
};
