import { DurableObject } from 'cloudflare:workers';

export class WebhookLog extends DurableObject<Env> {}

export default { fetch: () => new Response('ok') } satisfies ExportedHandler<Env>;
