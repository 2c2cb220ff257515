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

app.all('/in/:webhook_id', ingest);
app.route('/v1', rest);
app.route('/api/jsonrpc', jsonRpc);
app.get('/healthz', c => c.json({ status: 'ok' }));
app.route('/metrics', metrics);
app.get('/openapi.json', c => c.json(openApiDocument()));
app.get('/docs', reference);
for (const path of ['/healthz', '/metrics', '/openapi.json', '/docs']) app.all(path, onlyGet);
app.notFound(unknownRoute);
app.onError(unexpectedError);

export default app;
