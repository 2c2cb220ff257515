/** Configuration as code: operations and answers. */
import type { JsonSchema } from '../../../input/json-schema';
import type { Operation } from './operation';
import { kvCopy, list, object, ref, text, warnings, words } from './shapes';

export const CONFIGURATION_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/v1/config', id: 'exportConfig', tag: 'operation' },
    ...{ summary: 'The configuration, without secrets', answers: [200, 'Config'] },
  },
  {
    ...{ method: 'put', path: '/v1/config', id: 'applyConfig', tag: 'operation' },
    summary: 'Apply a configuration',
    description:
      'Webhooks and destinations are known by their names. A field that is left out has its default, a secret that is ' +
      'left out stays. What is not listed stays too, unless `prune=true`. Applying twice changes nothing.',
    takes: ['dry_run', 'prune'],
    query: 'dry_run=true',
    body: { schema: 'Config', example: { webhooks: [{ name: 'ShipStream EU', provider: 'shipstream' }] } },
    ...{ answers: [200, 'Changes'], problems: [400, 404, 409, 413, 422] },
  },
];

export const CONFIGURATION_ANSWERS: Record<string, JsonSchema> = {
  Config: object({ webhooks: list({ type: 'object', additionalProperties: true }) }),
  Change: object(
    {
      action: words('create', 'update', 'delete'),
      kind: words('webhook', 'destination'),
      name: text,
    },
    {
      webhook: text,
      fields: { type: 'object', additionalProperties: true },
      secret_key: text,
      kv_copy: kvCopy,
    },
  ),
  Changes: object({ changes: list(ref('Change')), warnings }),
};
