/** The gateway: a table of contents. An event's path is `ingest/` → `log/` → `delivery/`. */
import { app } from './api/app';
import { unexpectedError } from './api/fallbacks';
import { ingest } from './ingest/ingest';

export { Courier } from './delivery/courier';
export { WebhookLog } from './log/webhook-log';
export { ApiTokens } from './tokens/api-tokens';

/** The webhook id, in an absolute address. */
const INGEST = /^[^/]+:\/\/[^/]*\/in\/([^/?#]+)(?:[?#]|$)/;

export default {
  async fetch(request, env, context) {
    // Events are most of what comes: they do not go through the router of everything else.
    const webhookId = INGEST.exec(request.url)?.[1];
    if (webhookId === undefined) return app.fetch(request, env, context);
    try {
      return await ingest(request, env, context, webhookId);
    } catch (error) {
      return unexpectedError(error instanceof Error ? error : new Error('not an error'), '/in/:webhook_id');
    }
  },
} satisfies ExportedHandler<Env>;
