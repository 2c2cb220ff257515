/** The Worker's entry point. An event passes through `ingest/`, `log/` and `delivery/`, in this order. */
import { wakeOverdue } from './alarms/round';
import { app } from './api/app';
import { unexpectedError } from './api/fallbacks';
import { ingest } from './ingest/ingest';
import { setVersion } from './log-line';
import { answering } from './request-id';

export { Courier } from './delivery/courier';
export { WebhookLog } from './log/webhook-log';
export { ApiTokens } from './tokens/api-tokens';

/**
 * The page is a module of its own, which is evaluated when somebody first looks at it: most isolates only take events, and would wait for it
 * in vain. The platform evaluates a module once, however many ask at the same time.
 */
for (const path of ['/', '/sign_in', '/sign_out', '/webhooks/*']) {
  app.all(path, async c => (await import('./page/page')).page.fetch(c.req.raw, c.env, c.executionCtx));
}

/** Finds the webhook id in an absolute address, which may end in one slash. */
const INGEST = /^[^/]+:\/\/[^/]*\/in\/([^/?#]+)\/?(?:[?#]|$)/;

export default {
  fetch(request, env, context) {
    setVersion(env);
    return answering(request, () => answer(request, env, context));
  },
  async scheduled(_controller, env) {
    setVersion(env);
    await wakeOverdue(env, Date.now());
  },
} satisfies ExportedHandler<Env>;

async function answer(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
  // Most requests are events. They do not go through the router, which costs time.
  const webhookId = INGEST.exec(request.url)?.[1];
  if (webhookId === undefined) return app.fetch(request, env, context);
  try {
    return await ingest(request, env, context, webhookId);
  } catch (error) {
    return unexpectedError(error instanceof Error ? error : new Error('not an error'), '/in/:webhook_id');
  }
}
