/** Every route but ingest: management, its description, health and metrics. */
import { Hono } from 'hono';
import { onlyGet, unexpectedError, unknownRoute } from './fallbacks';
import { jsonRpc } from './jsonrpc';
import { metrics } from './metrics';
import { openApiDocument } from './openapi/document';
import { reference } from './openapi/reference';
import { rest } from './rest';

export const app = new Hono<{ Bindings: Env }>();

app.route('/v1', rest);
app.route('/api/jsonrpc', jsonRpc);
app.get('/healthz', c => c.json({ status: 'ok' }));
app.route('/metrics', metrics);
app.get('/openapi.json', c => c.json(openApiDocument()));
app.get('/docs', reference);
for (const path of ['/healthz', '/metrics', '/openapi.json', '/docs']) app.all(path, onlyGet);
app.notFound(unknownRoute);
app.onError((error, c) => unexpectedError(error, c.req.routePath));
