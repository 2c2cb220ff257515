/** Configuration as code: operations and answers. */
import type { JsonSchema } from '../../../input/json-schema';
import type { Operation } from './operation';
import { kvCopy, list, object, ref, said, text, warnings, words } from './shapes';

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
  Config: object({
    webhooks: said(
      'as `PUT` takes them, without secrets',
      list({ type: 'object', additionalProperties: true }),
    ),
  }),
  Change: object(
    {
      action: said('what is done', words('create', 'update', 'delete')),
      kind: said('to what', words('webhook', 'destination')),
      name: said('its name', text),
    },
    {
      webhook: said('name of the webhook that a destination is of', text),
      fields: said('what changes, by field: `from` and `to`; of secrets only that they do', {
        type: 'object',
        additionalProperties: true,
      }),
      secret_key: said('of a destination that was made; shown in this answer only', text),
      kv_copy: kvCopy,
    },
  ),
  Changes: object({ changes: said('in the order in which they are made', list(ref('Change'))), warnings }),
};
