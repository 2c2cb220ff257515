/** Where the secret is found, and where the ingest_url goes: development, operations, content and standards. In the words of each provider's own pages. */
import type { Setup } from './setup';

const SENDER: Pick<Setup, 'secretAt' | 'urlAt'> = {
  secretAt: 'where the sender’s subscription or endpoint is made',
  urlAt: 'the same place: the address that it sends to',
};

export const MAKERS: Readonly<Record<string, Setup>> = {
  github: {
    secretAt: 'repository or organization → Settings → Webhooks → Add webhook: Secret',
    urlAt: 'the same form: Payload URL, with the content type application/json',
    success: 'any 2xx within 10 s; it does not retry by itself',
    docsUrl: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
  },
  bitbucket: {
    secretAt: 'Repository settings → Webhooks → Add webhook: Secret',
    urlAt: 'the same form: URL',
    success: 'any 2xx',
    docsUrl: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  },
  jira: {
    secretAt: 'Settings → System → WebHooks → Create a WebHook: Secret',
    urlAt: 'the same form: URL',
    success: 'any 2xx',
    docsUrl: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
  },
  'gitlab-signing': {
    secretAt: 'project or group → Settings → Webhooks → the webhook: Signing token',
    urlAt: 'Settings → Webhooks → Add new webhook: URL',
    success: 'any 2xx',
    docsUrl: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  },
  'gitlab-token': {
    secretAt: 'project or group → Settings → Webhooks → the webhook: Secret token',
    urlAt: 'Settings → Webhooks → Add new webhook: URL',
    success: 'any 2xx',
    docsUrl: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  },
  linear: {
    secretAt: 'Settings → API → Webhooks → the webhook: Signing secret',
    urlAt: 'Settings → API → Webhooks → New webhook: URL',
    success: '200 within 5 s',
    docsUrl: 'https://linear.app/developers/webhooks',
  },
  pagerduty: {
    secretAt: 'Integrations → Generic Webhooks (v3): shown once, when the subscription is made',
    urlAt: 'Integrations → Generic Webhooks (v3) → New Webhook: Webhook URL',
    success: 'any 2xx within 5 s',
    docsUrl: 'https://developer.pagerduty.com/docs/verifying-webhook-signatures',
  },
  hook0: {
    secretAt: 'the subscription: Secret',
    urlAt: 'the subscription: the address of its target',
    success: 'any 2xx',
    docsUrl: 'https://documentation.hook0.com/docs/verifying-webhook-signatures',
  },
  workos: {
    secretAt: 'Dashboard → Webhooks → the endpoint: Signing secret',
    urlAt: 'Dashboard → Webhooks → Create Webhook: Endpoint URL',
    success: '200',
    docsUrl: 'https://workos.com/docs/events/data-syncing/webhooks',
  },
  sanity: {
    secretAt: 'sanity.io/manage → the project → API → Webhooks → the webhook: Secret',
    urlAt: 'the same place → Create webhook: URL',
    success: 'any 2xx',
    docsUrl: 'https://www.sanity.io/docs/webhooks',
  },
  notion: {
    secretAt:
      'Notion posts it to the ingest_url when the subscription is made: make this webhook with any text, have refused requests kept, make the subscription, read the token among the refused requests, and enter it as another secret',
    urlAt: 'the integration → Webhooks → Create a subscription: Webhook URL',
    success: '200',
    docsUrl: 'https://developers.notion.com/reference/webhooks',
  },
  mux: {
    secretAt: 'Dashboard → Settings → Webhooks: Show signing secret',
    urlAt: 'Dashboard → Settings → Webhooks → Create new webhook: URL to notify',
    success: 'any 2xx within 5 s',
    docsUrl: 'https://www.mux.com/docs/core/verify-webhook-signatures',
  },
  svix: {
    secretAt: 'the sender’s webhook portal → Endpoints → the endpoint: Signing Secret',
    urlAt: 'the sender’s webhook portal → Add Endpoint: Endpoint URL',
    success: 'any 2xx within 15 s',
    docsUrl: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  },
  'standard-webhooks': {
    ...SENDER,
    docsUrl: 'https://www.standardwebhooks.com',
    success: 'any 2xx within 15 s; 410 disables the endpoint',
  },
  'standard-webhooks-ed25519': {
    ...SENDER,
    docsUrl: 'https://www.standardwebhooks.com',
    success: 'any 2xx within 15 s; 410 disables the endpoint',
  },
  'x-hub-sha1': {
    ...SENDER,
    docsUrl: 'https://www.w3.org/TR/websub/#authenticated-content-distribution',
    success: 'any 2xx',
  },
  'x-hub-sha256': {
    ...SENDER,
    docsUrl: 'https://www.w3.org/TR/websub/#authenticated-content-distribution',
    success: 'any 2xx',
  },
  'x-hub-sha512': {
    ...SENDER,
    docsUrl: 'https://www.w3.org/TR/websub/#authenticated-content-distribution',
    success: 'any 2xx',
  },
};
