/** Where the secret is found, and where the ingest_url goes: chat, calls, mail and support. In the words of each provider's own pages. */
import type { Setup } from './setup';

export const SENDERS: Readonly<Record<string, Setup>> = {
  slack: {
    secretAt: 'api.slack.com/apps → the app → Basic Information: Signing Secret',
    urlAt: 'the app → Event Subscriptions: Request URL; Slack asks it at once, so make this webhook first',
  },
  discord: {
    secretAt: 'Developer Portal → the app → General Information: Public Key',
    urlAt: 'the app → Webhooks: Endpoint; Discord asks it at once, so make this webhook first',
  },
  meta: {
    secretAt: 'App Dashboard → App settings → Basic: App secret',
    urlAt: 'App Dashboard → Webhooks: Callback URL, with the Verify token that you enter here',
  },
  'twilio-form': {
    secretAt: 'Console → Account Info: Auth Token',
    urlAt: 'Console → the phone number or service: the webhook’s URL',
  },
  'twilio-json': {
    secretAt: 'Console → Account Info: Auth Token',
    urlAt: 'where the JSON webhook is set up: its URL',
  },
  line: {
    secretAt: 'LINE Developers Console → the channel → Basic settings: Channel secret',
    urlAt: 'the channel → Messaging API: Webhook URL',
  },
  zoom: {
    secretAt: 'App Marketplace → Manage → the app → Features → Access: Secret Token',
    urlAt: 'the same page → Event Subscription: Event notification endpoint URL',
  },
  twitch: {
    secretAt: 'transport.secret of the request that makes the subscription',
    urlAt: 'transport.callback of the same request',
  },
  klaviyo: {
    secretAt: 'where the webhook is made: its secret key',
    urlAt: 'the same form: Endpoint URL',
  },
  sendgrid: {
    secretAt: 'Settings → Mail Settings → Event Webhooks → the webhook → Signature Verification: public key',
    urlAt: 'Settings → Mail Settings → Event Webhooks → Create new webhook: Post URL',
  },
  mandrill: {
    secretAt: 'Settings → Webhooks: the key of the webhook, once it is made',
    urlAt: 'Settings → Webhooks → Add a Webhook: Post to URL',
  },
  mailgun: {
    secretAt: 'Settings → API security: HTTP webhook signing key',
    urlAt: 'Send → Sending → Webhooks → Add webhook: URL',
  },
  hubspot: {
    secretAt: 'Developer account → the app → Auth: Client secret',
    urlAt: 'the app → Webhooks: Target URL',
  },
  intercom: {
    secretAt: 'Developer Hub → the app → Basic information: Client secret',
    urlAt: 'the app → Webhooks: Endpoint URL',
  },
  zendesk: {
    secretAt: 'Admin Center → Apps and integrations → Webhooks → the webhook: Reveal secret',
    urlAt: 'Admin Center → Apps and integrations → Webhooks → Create webhook: Endpoint URL',
  },
  'zendesk-2021-doc': {
    secretAt: 'Admin Center → Apps and integrations → Webhooks → the webhook: Reveal secret',
    urlAt: 'Admin Center → Apps and integrations → Webhooks → Create webhook: Endpoint URL',
  },
  typeform: {
    secretAt: 'the form → Connect → Webhooks → the webhook → Edit: Secret',
    urlAt: 'the form → Connect → Webhooks → Add a webhook: Endpoint',
  },
  dropbox: {
    secretAt: 'App Console → the app → Settings: App secret',
    urlAt: 'the same page → Webhooks: Webhook URIs; Dropbox asks it at once, so make this webhook first',
  },
  box: {
    secretAt: 'Developer Console → the app → Webhooks → Manage signature keys',
    urlAt: 'Developer Console → the app → Webhooks → Create Webhook: URL Address',
  },
  calendly: {
    secretAt: 'signing_key of POST /webhook_subscriptions',
    urlAt: 'url of the same request',
  },
};
