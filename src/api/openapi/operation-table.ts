/**
 * What the Worker itself knows of the operations, as `bin/build.mjs` writes it into `description.gen.ts`: by method and address,
 * the name and the query parameters.
 */
import { OPERATIONS } from './operations';
import type { Operation } from './operations/operation';
import { PARAMETERS } from './parameters';

/** `path` as `/v1/webhooks/{webhook_id}`, `id` as in `operationId`. */
export type KnownOperation = Pick<Operation, 'method' | 'path' | 'id'> & { query: readonly string[] };

export const operationTable = (): KnownOperation[] =>
  OPERATIONS.map(({ method, path, id, takes = [] }) => ({
    ...{ method, path, id },
    query: takes.flatMap(name => {
      const parameter = PARAMETERS[name];
      return parameter?.in === 'query' ? [parameter.name] : [];
    }),
  }));
