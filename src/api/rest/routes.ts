/**
 * `/v1`: everything behind a token. Each resource is a file of this folder with its routes, what they take and what they
 * answer; its head names the addresses. What several resources share is `addressed.ts` and
 * `long-poll.ts`.
 */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { acted } from '../acted';
import { authorized } from '../auth';
import { wrongMethod } from '../fallbacks';
import { knownParameters } from '../known-parameters';
import { addedEvents } from './added-events';
import { audit, deploymentAudit } from './audit';
import { config } from './config';
import { destinationList } from './destination-list';
import { destinationTests } from './destination-tests';
import { destinations } from './destinations';
import { events } from './events';
import { feed } from './feed';
import { gaps } from './gaps';
import { numbering } from './numbering';
import { overview } from './overview';
import { providers } from './providers';
import { recovery } from './recovery';
import { redactions } from './redactions';
import { rejections } from './rejections';
import { replays } from './replays';
import { reseal } from './reseal';
import { retries } from './retries';
import { selfTest } from './self-test';
import { sequenceMap } from './sequence-map';
import { status } from './status';
import { stream } from './stream';
import { testEvents } from './test-events';
import { tokens } from './tokens';
import { exports, imports } from './transfer';
import { webhooks } from './webhooks';

export const rest = new Hono<{ Bindings: Env }>();

rest.use(authorized);
rest.use(methodNotAllowed({ app: rest, onMethodNotAllowed: wrongMethod }));
rest.use(knownParameters);
rest.use(acted);
rest.route('/providers', providers);
rest.route('/status', overview);
rest.route('/tokens', tokens);
rest.route('/audit', deploymentAudit);
rest.route('/config', config);
rest.route('/reseal', reseal);
rest.route('/self_test', selfTest);
rest.route('/export', exports);
rest.route('/import', imports);
rest.route('/webhooks', webhooks);
rest.route('/webhooks', destinations);
rest.route('/webhooks', destinationList);
rest.route('/webhooks', events);
rest.route('/webhooks', feed);
rest.route('/webhooks', stream);
rest.route('/webhooks', status);
rest.route('/webhooks', gaps);
rest.route('/webhooks', sequenceMap);
rest.route('/webhooks', numbering);
rest.route('/webhooks', addedEvents);
rest.route('/webhooks', replays);
rest.route('/webhooks', retries);
rest.route('/webhooks', destinationTests);
rest.route('/webhooks', recovery);
rest.route('/webhooks', redactions);
rest.route('/webhooks', rejections);
rest.route('/webhooks', audit);
rest.route('/webhooks', testEvents);
