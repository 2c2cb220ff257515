/**
 * Every route but ingest, which `index.ts` takes first: `rest/` is `/v1`, `jsonrpc/` is ShipStream's API, `metrics/` is
 * Prometheus' and `self-test/` is met by the deployment's own requests, and `openapi/` describes them all. The files beside this one are what these share.
 */

import { Hono } from 'hono';
import { versionId } from '../log-line';
import { PRIVATE } from '../problem';
import { openApiDocument, reference } from './description';
import { onlyGet, unexpectedError, unknownRoute } from './fallbacks';
import { jsonRpc } from './jsonrpc/endpoint';
import { metrics } from './metrics/endpoint';
import { rest } from './rest/routes';
import { echo } from './self-test/echo';

export const app = new Hono<{ Bindings: Env }>();

// Whatever a route answers: secrets that are shown once, too.
app.use(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(PRIVATE)) c.res.headers.set(name, value);
});

app.route('/v1', rest);
app.route('/api/jsonrpc', jsonRpc);
app.get('/healthz', c => c.json({ status: 'ok', version: versionId() }));
app.route('/metrics', metrics);
app.route('/self_test', echo);
app.get('/openapi.json', openApiDocument);
app.get('/docs', reference);
for (const path of ['/healthz', '/metrics', '/openapi.json', '/docs']) app.all(path, onlyGet);
app.notFound(unknownRoute);
app.onError((error, c) => unexpectedError(error, c.req.routePath));
