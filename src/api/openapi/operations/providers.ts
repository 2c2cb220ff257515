/** What the gateway knows of providers, and what they call: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import type { Operation } from './operation';
import { boolean, integer, list, object, said, text } from './shapes';

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

const READ = ['topic', 'event_id', 'increment_id', 'entity_key', 'attempt'];

export const PROVIDERS_ANSWERS: Record<string, JsonSchema> = {
  Providers: object({
    providers: said(
      'one entry each',
      list({
        ...object({
          name: said('as `provider` of a webhook takes it', text),
          title: said('what people call it', text),
          docs_url: said('what it says of its webhooks', text),
          numbered: said('whether it numbers its events', boolean),
          retry_horizon_seconds: said(
            'how long it tries, in seconds; null where that is not known',
            orNull(integer),
          ),
          body_signed: boolean,
          secret_key: said('what is entered as the secret of a webhook', text),
          secret_is_chosen: said('whether you make it up; false: the provider gives it', boolean),
          secret_at: said(
            'where the secret is found there, or chosen; null where that is not known',
            orNull(text),
          ),
          ingest_url_at: said(
            'where the `ingest_url` is entered there; null where that is not known',
            orNull(text),
          ),
          settings: said(
            'what it needs besides a secret',
            list(
              object({
                name: said('as a key of `settings`', text),
                required: said('whether a webhook needs it', boolean),
                what: said('what it is', text),
              }),
            ),
          ),
          reads: said(
            'where the gateway reads what it knows of an event; null for nowhere',
            object(
              Object.fromEntries(
                READ.map(name => [name, said(`where ${name} is read; null for nowhere`, orNull(text))]),
              ),
            ),
          ),
          known_by: said('what tells that two requests are one event', text),
          max_age_seconds: said(
            'how old a signed time may be, in seconds; null without one',
            orNull(integer),
          ),
          success: said('which answers it takes for success', text),
          handshake: said('how its first request is answered; null where it makes none', orNull(text)),
          signature: said('how it signs, as `signature` of a custom provider is written', { type: 'object' }),
        }),
        additionalProperties: true,
      }),
    ),
  }),
};
