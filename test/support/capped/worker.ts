/**
 * The gateway under production's limits of connections and invocations, which no local runtime has: the same Worker, with
 * `top-level.ts` around it. For `wrangler dev` and for the tests inside workerd alike.
 */
import * as gateway from '../../../src/index';
import { asTopLevel, capped, countInvocations, limitFetch } from './top-level';

limitFetch();

export const WebhookLog = capped(gateway.WebhookLog);
export const ApiTokens = capped(gateway.ApiTokens);
export const Courier = capped(gateway.Courier);

export default {
  fetch: (request, env, context) =>
    asTopLevel(() => gateway.default.fetch(request, env, countInvocations(context))),
} satisfies ExportedHandler<Env>;
