/** Where the secret is found, and where the ingest_url goes: development, operations, content and standards. In the words of each provider's own pages. */
import type { Setup } from './setup';

const SENDER: Setup = {
  secretAt: 'where the sender’s subscription or endpoint is made',
  urlAt: 'the same place: the address that it sends to',
};

export const MAKERS: Readonly<Record<string, Setup>> = {
  github: {
    secretAt: 'repository or organization → Settings → Webhooks → Add webhook: Secret',
    urlAt: 'the same form: Payload URL, with the content type application/json',
  },
  bitbucket: {
    secretAt: 'Repository settings → Webhooks → Add webhook: Secret',
    urlAt: 'the same form: URL',
  },
  jira: {
    secretAt: 'Settings → System → WebHooks → Create a WebHook: Secret',
    urlAt: 'the same form: URL',
  },
  'gitlab-signing': {
    secretAt: 'project or group → Settings → Webhooks → the webhook: Signing token',
    urlAt: 'Settings → Webhooks → Add new webhook: URL',
  },
  'gitlab-token': {
    secretAt: 'project or group → Settings → Webhooks → the webhook: Secret token',
    urlAt: 'Settings → Webhooks → Add new webhook: URL',
  },
  linear: {
    secretAt: 'Settings → API → Webhooks → the webhook: Signing secret',
    urlAt: 'Settings → API → Webhooks → New webhook: URL',
  },
  pagerduty: {
    secretAt: 'Integrations → Generic Webhooks (v3): shown once, when the subscription is made',
    urlAt: 'Integrations → Generic Webhooks (v3) → New Webhook: Webhook URL',
  },
  hook0: {
    secretAt: 'the subscription: Secret',
    urlAt: 'the subscription: the address of its target',
  },
  workos: {
    secretAt: 'Dashboard → Webhooks → the endpoint: Signing secret',
    urlAt: 'Dashboard → Webhooks → Create Webhook: Endpoint URL',
  },
  sanity: {
    secretAt: 'sanity.io/manage → the project → API → Webhooks → the webhook: Secret',
    urlAt: 'the same place → Create webhook: URL',
  },
  notion: {
    secretAt:
      'Notion posts it to the ingest_url when the subscription is made: make this webhook with any text, have refused requests kept, make the subscription, read the token among the refused requests, and enter it as another secret',
    urlAt: 'the integration → Webhooks → Create a subscription: Webhook URL',
  },
  mux: {
    secretAt: 'Dashboard → Settings → Webhooks: Show signing secret',
    urlAt: 'Dashboard → Settings → Webhooks → Create new webhook: URL to notify',
  },
  svix: {
    secretAt: 'the sender’s webhook portal → Endpoints → the endpoint: Signing Secret',
    urlAt: 'the sender’s webhook portal → Add Endpoint: Endpoint URL',
  },
  'standard-webhooks': SENDER,
  'standard-webhooks-ed25519': SENDER,
  'x-hub-sha1': SENDER,
  'x-hub-sha256': SENDER,
  'x-hub-sha512': SENDER,
};
