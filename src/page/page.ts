/**
 * The page: everything at `/` that is for people. It is served by the same Worker, and asks the API what it shows and does
 * (`ask-api.ts`). A file per page; `parts/` is what they are made of, `browser/` what is sent to browsers as it is.
 */
import { Hono } from 'hono';
import { unexpectedError, unknownRoute } from '../api/fallbacks';
import { actions } from './actions';
import type { PageContext, PageEnv } from './context';
import { destinationTest } from './destination-test';
import { editDestination } from './edit-destination';
import { editWebhook } from './edit-webhook';
import { errorPage } from './error-page';
import { event } from './event';
import { events } from './events';
import { gaps } from './gaps';
import { guarded } from './guard';
import { mendGap } from './mend-gap';
import { newWebhook } from './new-webhook';
import { overview } from './overview';
import { replayPlan } from './replay-plan';
import { replays } from './replays';
import { rotateSecret } from './rotate-secret';
import { sequence } from './sequence';
import { signIn } from './sign-in';
import { stream } from './stream';
import { webhook } from './webhook';

export const page = new Hono<PageEnv>();

page.route('/', signIn);
page.use('/', guarded);
// `/webhooks` too.
page.use('/webhooks/*', guarded);
// These are numbers; what is none has no page.
for (const path of ['/webhooks/:id/events/:number/*', '/webhooks/:id/replays/:number/*'] as const) {
  page.use(path, (c, next) => (/^\d{1,16}$/.test(c.req.param('number')) ? next() : noPage(c)));
}
const shown = [overview, webhook, events, event, gaps, sequence, replays, stream];
const changing = [
  actions,
  newWebhook,
  editWebhook,
  rotateSecret,
  editDestination,
  destinationTest,
  mendGap,
  replayPlan,
];
for (const part of [...shown, ...changing]) page.route('/', part);
page.all('/webhooks/*', noPage);
page.notFound(unknownRoute);
page.onError((error, c) => {
  // Logged as the API logs it; shown as a page.
  const { status } = unexpectedError(error, c.req.routePath);
  return errorPage(c, c.var.visitor ?? null, {
    status,
    title: 'Internal error',
    detail: 'The gateway made a mistake; its log says which.',
  });
});

function noPage(c: PageContext): Promise<Response> {
  return errorPage(c, c.var.visitor, { status: 404, title: 'Not found', detail: 'There is no such page.' });
}
