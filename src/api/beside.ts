/** Answers that were made when the gateway was built (`bin/build.mjs`), and lie beside the Worker: it has but their names. */
import type { Context } from 'hono';
import { problem } from './problem';

/** @param path of the asset, as `description.gen.ts` has it */
export async function beside(
  c: Context<{ Bindings: Env }>,
  path: string,
  headers: Record<string, string>,
): Promise<Response> {
  const asset = await c.env.ASSETS.fetch(new URL(path, c.req.url));
  if (!asset.ok) return problem({ reason: 'unavailable', cause: 'no_asset' });
  return new Response(asset.body, { headers });
}
