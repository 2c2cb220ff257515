/** The gateway: a table of contents. An event's path is `ingest/` → `log/` → `delivery/`. */
import { Hono } from 'hono';
import { onlyGet, unexpectedError, unknownRoute } from './api/fallbacks';
import { jsonRpc } from './api/jsonrpc';
import { metrics } from './api/metrics';
import { openApiDocument } from './api/openapi/document';
import { reference } from './api/openapi/reference';
import { rest } from './api/rest';
import { ingest } from './ingest/ingest';

export { Courier } from './delivery/courier';
export { WebhookLog } from './log/webhook-log';
export { ApiTokens } from './tokens/api-tokens';

const app = new Hono<{ Bindings: Env }>();

app.route('/v1', rest);
app.route('/api/jsonrpc', jsonRpc);
app.get('/healthz', c => c.json({ status: 'ok' }));
app.route('/metrics', metrics);
app.get('/openapi.json', c => c.json(openApiDocument()));
app.get('/docs', reference);
for (const path of ['/healthz', '/metrics', '/openapi.json', '/docs']) app.all(path, onlyGet);
app.notFound(unknownRoute);
app.onError((error, c) => unexpectedError(error, c.req.routePath));

/** `/in/` and the webhook id, in an absolute address. */
const INGEST_PATH = /^[^/]+:\/\/[^/]*\/in\/([^/?#]+)(?:[?#]|$)/;

export default {
  async fetch(request, env, context) {
    // Events are most of what comes: they do not go through the router of everything else.
    const webhookId = INGEST_PATH.exec(request.url)?.[1];
    if (webhookId === undefined) return app.fetch(request, env, context);
    try {
      return await ingest(request, env, context, webhookId);
    } catch (error) {
      return unexpectedError(error instanceof Error ? error : new Error('not an error'), '/in/:webhook_id');
    }
  },
} satisfies ExportedHandler<Env>;
