/** The listeners of a webhook on Cloudflare: WebSockets of the object, and the one object that knows all tokens. */
import { PLATFORM_CLOCK } from '../clock';
import { errorMessage } from '../error-name';
import { logLine } from '../log-line';
import { tokensOf } from '../where-is';
import { Listeners } from './stream/listeners';
import type { StreamViews } from './stream/news';

/** @param views the webhook; null where there is none (any more) */
export const platformListeners = (
  ctx: DurableObjectState,
  env: Env,
  views: () => StreamViews | null,
): Listeners =>
  new Listeners({
    ...{ sockets: ctx, views, clock: PLATFORM_CLOCK },
    tokens: ids => tokensOf(env).remaining(ids),
    failed: error =>
      logLine('unexpected_error', {
        route: 'stream',
        webhook_id: views()?.webhook.id,
        name: error instanceof Error ? error.name : 'unknown',
        message: errorMessage(error),
      }),
  });
