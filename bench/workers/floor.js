/** The floor: what the platform costs without a gateway. One RPC to a Durable Object and one INSERT per request. */
import { DurableObject } from 'cloudflare:workers';

export class Floor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, body BLOB)');
  }

  async insert(body) {
    this.ctx.storage.sql.exec('INSERT INTO events (body) VALUES (?)', body);
  }
}

export default {
  async fetch(request, env) {
    const body = await request.arrayBuffer();
    await env.FLOOR.getByName('floor').insert(body);
    return Response.json({ status: 'accepted' });
  },
};
