/**
 * `GET /openapi.json` and `GET /docs`: the description of the API, which was made when the gateway was built (`openapi/`) and lies beside the
 * Worker.
 */
import type { Context } from 'hono';
import { beside } from './beside';
import { DOCUMENT, POLICY, REFERENCE } from './description.gen';

type WorkerContext = Context<{ Bindings: Env }>;

export const openApiDocument = (c: WorkerContext): Promise<Response> =>
  beside(c, DOCUMENT, { 'Content-Type': 'application/json' });

/** It loads nothing, from nowhere, and runs no script, which its policy also says. */
export const reference = (c: WorkerContext): Promise<Response> =>
  beside(c, REFERENCE, {
    'Content-Type': 'text/html; charset=UTF-8',
    'Content-Security-Policy': POLICY,
    'Referrer-Policy': 'no-referrer',
  });
