/** Metrics, health and this description: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import type { Operation } from './operation';
import { object, said, text, words } from './shapes';

export const SERVICE_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/metrics', id: 'getMetrics', tag: 'operation', type: 'text/plain' },
    summary: 'Counters and gauges for Prometheus',
    description:
      'Beyond 900 webhooks scrape in parts: `gapless_scrape_next` is the `after` of the next one. A webhook that does not answer within ' +
      '7 seconds is named by `gapless_webhook_left_out`.',
    ...{ takes: ['after', 'scrape_limit'], answers: [200, 'Text'], problems: [422] },
  },
  {
    ...{ method: 'get', path: '/healthz', id: 'getHealth', tag: 'operation', summary: 'Whether it is ready' },
    ...{ answers: [200, 'Health'], secured: false },
  },
  {
    ...{ method: 'get', path: '/openapi.json', id: 'getDescription', tag: 'operation' },
    ...{ summary: 'This description', answers: [200, 'Description'], secured: false },
  },
  {
    ...{ method: 'get', path: '/docs', id: 'getReference', tag: 'operation', type: 'text/html' },
    ...{ summary: 'This description, to read', answers: [200, 'Text'], secured: false },
  },
];

export const SERVICE_ANSWERS: Record<string, JsonSchema> = {
  Health: object({
    status: said('that it answers', words('ok')),
    version: { ...orNull(text), description: 'id of the deployed version' },
  }),
};
