/** Simple stand-ins for what workerd alone lacks: KV as a map that counts its reads, and rate limits that never limit. */
import { WorkerEntrypoint } from 'cloudflare:workers';

const entries = new Map();
let reads = 0;

/** Speaks the HTTP protocol behind a KV binding: GET, PUT and DELETE on the key, and the list. */
export const Kv = {
  async fetch(request) {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (key === '') {
      const keys = [...entries.keys()].map(name => ({ name }));
      return Response.json({ keys, list_complete: true, cacheStatus: null });
    }
    switch (request.method) {
      case 'PUT':
        entries.set(key, await request.arrayBuffer());
        return new Response(null);
      case 'DELETE':
        entries.delete(key);
        return new Response(null);
      default: {
        reads++;
        const value = entries.get(key);
        return value === undefined ? new Response(null, { status: 404 }) : new Response(value);
      }
    }
  },
};

export class Limits extends WorkerEntrypoint {
  async limit() {
    return { success: true };
  }
}

/** How often KV was read. */
export default { fetch: () => Response.json({ reads }) };
