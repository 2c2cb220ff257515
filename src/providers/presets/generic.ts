/** Standard Webhooks, for every sender that keeps to it, and Svix, where it comes from. */
import type { Declaration } from '../declared';
import { preset, standardWebhooks, WHSEC } from './preset';

/** 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h */
const SVIX_HORIZON_SECONDS = 99_305;

export const GENERIC: readonly Declaration[] = [
  preset({
    name: 'standard-webhooks',
    title: 'Standard Webhooks',
    scheme: standardWebhooks('webhook', WHSEC),
    topic: ['json:/type', 'text:event'],
    id: ['h:webhook-id'],
    body: 'any',
    secret: 'the secret of the endpoint, base64 with or without whsec_',
  }),
  preset({
    name: 'standard-webhooks-ed25519',
    title: 'Standard Webhooks, asymmetric',
    scheme: {
      ...standardWebhooks('webhook', { enc: 'raw-base64', strip: 'whpk_' }),
      alg: 'ed25519',
      sig: [{ h: 'webhook-signature', split: ' ', kv: ',', pick: 'v1a' }],
    },
    topic: ['json:/type', 'text:event'],
    id: ['h:webhook-id'],
    body: 'any',
    secret: 'the public key of the endpoint, base64 with or without whpk_',
  }),
  preset({
    name: 'svix',
    title: 'Svix',
    scheme: standardWebhooks('svix', WHSEC),
    topic: ['json:/type', 'json:/eventType', 'text:event'],
    id: ['h:svix-id'],
    body: 'any',
    retryHorizonSeconds: SVIX_HORIZON_SECONDS,
    secret: "the endpoint's signing secret, whsec_ included",
  }),
];
