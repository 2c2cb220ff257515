/** `/v1`: everything behind a token. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { authorized } from './auth';
import { config } from './config';
import { corrections } from './corrections';
import { destinations } from './destinations';
import { events } from './events';
import { wrongMethod } from './fallbacks';
import { knownParameters } from './known-parameters';
import { providersView } from './providers';
import { rejections } from './rejections';
import { replays } from './replays';
import { reseal } from './reseal';
import { testEvents } from './test-events';
import { tokens } from './tokens';
import { webhooks } from './webhooks';

export const rest = new Hono<{ Bindings: Env }>();

rest.use(authorized);
rest.use(methodNotAllowed({ app: rest, onMethodNotAllowed: wrongMethod }));
rest.use(knownParameters);
rest.get('/providers', c => c.json({ providers: providersView() }));
rest.route('/tokens', tokens);
rest.route('/config', config);
rest.route('/reseal', reseal);
rest.route('/webhooks', webhooks);
rest.route('/webhooks', destinations);
rest.route('/webhooks', events);
rest.route('/webhooks', replays);
rest.route('/webhooks', corrections);
rest.route('/webhooks', rejections);
rest.route('/webhooks', testEvents);
