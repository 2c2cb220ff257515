/** Tokens: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import type { Operation } from './operation';
import { integer, list, object, ref, said, text, time, words } from './shapes';

export const ACCESS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/tokens', id: 'createToken', tag: 'access', summary: 'Make an API token' },
    description:
      'Only the admin token can. The token is shown this once, so an `Idempotency-Key` is refused (422): a token whose ' +
      'answer was lost is revoked, and another made.',
    body: { schema: 'NewToken', example: { name: 'grafana', scope: 'read' } },
    ...{ answers: [201, 'CreatedToken'], problems: [400, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: '/v1/tokens', id: 'listTokens', tag: 'access', summary: 'List API tokens' },
    ...{ answers: [200, 'Tokens'] },
  },
  {
    ...{ method: 'delete', path: '/v1/tokens/{token_id}', id: 'revokeToken', tag: 'access' },
    ...{ summary: 'Revoke an API token', description: 'It may work for 10 more seconds elsewhere.' },
    ...{ answers: [204, null], problems: [404] },
  },
];

const token = {
  token_id: text,
  name: said('what it is for', text),
  scope: said('`write` includes `read`', words('read', 'write')),
  webhook_id: said('the one webhook that it is for; null for all', orNull(integer)),
  created_at: time,
  last_used_at: orNull(time),
};

export const ACCESS_ANSWERS: Record<string, JsonSchema> = {
  Token: object(token),
  CreatedToken: object({
    ...token,
    token: { ...text, description: 'the token itself; shown in this answer only' },
  }),
  Tokens: object({ tokens: said('all that were not revoked', list(ref('Token'))) }),
};
