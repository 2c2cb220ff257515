/** `GET /v1/providers`: what the gateway knows of each provider. The answer was made when the gateway was built (`../openapi/provider-list.ts`). */
import { Hono } from 'hono';
import { beside } from '../beside';
import { PROVIDERS } from '../description.gen';

export const providers = new Hono<{ Bindings: Env }>();

providers.get('/', c => beside(c, PROVIDERS, { 'Content-Type': 'application/json' }));
