/** What was changed by the API, and by whom: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { W } from './addresses';
import type { Operation } from './operation';
import { integer, list, next, object, ref, said, text, time, words } from './shapes';

const FORMAT = '`format=ndjson` exports the whole log, an entry a line. It has the latest 10,000 entries.';

export const AUDIT_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: `${W}/audit`, id: 'listChanges', tag: 'access' },
    summary: 'List what was changed of a webhook by the API, newest first',
    description: `Who, what, when, and which fields; secrets, header values, filters and settings are masked. ${FORMAT}`,
    takes: ['older_than', 'limit', 'audit_format'],
    linesOf: 'AuditEntry',
    ...{ answers: [200, 'Audit'], problems: [404, 422] },
  },
  {
    ...{ method: 'get', path: '/v1/audit', id: 'listDeploymentChanges', tag: 'access' },
    summary: 'List which tokens were made and revoked and which webhooks deleted, newest first',
    description: `Only the admin token can. ${FORMAT}`,
    takes: ['older_than', 'limit', 'audit_format'],
    linesOf: 'AuditEntry',
    ...{ answers: [200, 'Audit'], problems: [422] },
  },
];

export const act: Record<string, JsonSchema> = {
  by: said('with the admin token, with an API token, or by JSON-RPC', words('admin', 'token', 'json_rpc')),
  token: said('the API token; null for none', orNull(object({ token_id: text, name: text }))),
  operation: { ...text, description: '`operationId` of this description, or the method of JSON-RPC' },
  request_id: { ...orNull(text), description: 'as in answers that are problems, and in the log' },
};

const valueBeside = (when: string): JsonSchema => ({
  description: `its value ${when}; null where there was none; a long one is cut and given as text`,
});

export const AUDIT_ANSWERS: Record<string, JsonSchema> = {
  AuditEntry: object({
    audit_id: integer,
    at: time,
    ...act,
    changes: said(
      'fields that were changed; secrets and what may be one are masked',
      list(
        object({
          path: said('JSON pointer of the field', text),
          before: valueBeside('before'),
          after: valueBeside('after'),
        }),
      ),
    ),
    facts: {
      type: 'object',
      description:
        'what else there is to know: ids, numbers, words of the API; of a replay its filter, without what may name a person',
      additionalProperties: true,
    },
  }),
  Audit: object({ entries: said('newest first', list(ref('AuditEntry'))), next }),
};
