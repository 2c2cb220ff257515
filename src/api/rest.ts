/** `/v1`: everything behind the admin token. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { adminOnly } from './auth';
import { destinations } from './destinations';
import { events } from './events';
import { wrongMethod } from './fallbacks';
import { providersView } from './providers';
import { replays } from './replays';
import { webhooks } from './webhooks';

export const rest = new Hono<{ Bindings: Env }>();

rest.use(adminOnly);
rest.use(methodNotAllowed({ app: rest, onMethodNotAllowed: wrongMethod }));
rest.get('/providers', c => c.json({ providers: providersView() }));
rest.route('/webhooks', webhooks);
rest.route('/webhooks', destinations);
rest.route('/webhooks', events);
rest.route('/webhooks', replays);
