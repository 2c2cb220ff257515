/**
 * `GET /openapi.json` and `GET /docs`: the description of the API, which was made when the gateway was built (`openapi/`) and lies beside the
 * Worker.
 */
import type { Context } from 'hono';
import { DOCUMENT, POLICY, REFERENCE } from './description.gen';
import { problem } from './problem';

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

async function beside(c: WorkerContext, path: string, headers: Record<string, string>): Promise<Response> {
  const asset = await c.env.ASSETS.fetch(new URL(path, c.req.url));
  if (!asset.ok) return problem({ reason: 'unavailable', cause: 'no_description' });
  return new Response(asset.body, { headers });
}
