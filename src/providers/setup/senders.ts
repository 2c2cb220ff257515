/** Where the secret is found, and where the ingest_url goes: chat, calls, mail and support. In the words of each provider's own pages. */
import type { Setup } from './setup';

export const SENDERS: Readonly<Record<string, Setup>> = {
  slack: {
    secretAt: 'api.slack.com/apps → the app → Basic Information: Signing Secret',
    urlAt: 'the app → Event Subscriptions: Request URL; Slack asks it at once, so make this webhook first',
    success: 'any 2xx within 3 s; 3 retries',
    docsUrl: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
  },
  discord: {
    secretAt: 'Developer Portal → the app → General Information: Public Key',
    urlAt: 'the app → Webhooks: Endpoint; Discord asks it at once, so make this webhook first',
    success: '204 within 3 s; it also sends false signatures and expects 401',
    docsUrl: 'https://docs.discord.com/developers/events/webhook-events',
  },
  meta: {
    secretAt: 'App Dashboard → App settings → Basic: App secret',
    urlAt: 'App Dashboard → Webhooks: Callback URL, with the Verify token that you enter here',
    success: '200',
    docsUrl: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  },
  'twilio-form': {
    secretAt: 'Console → Account Info: Auth Token',
    urlAt: 'Console → the phone number or service: the webhook’s URL',
    success: 'any 2xx within 15 s',
    docsUrl: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  },
  'twilio-json': {
    secretAt: 'Console → Account Info: Auth Token',
    urlAt: 'where the JSON webhook is set up: its URL',
    success: 'any 2xx within 15 s',
    docsUrl: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  },
  line: {
    secretAt: 'LINE Developers Console → the channel → Basic settings: Channel secret',
    urlAt: 'the channel → Messaging API: Webhook URL',
    success: '200',
    docsUrl: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
  },
  zoom: {
    secretAt: 'App Marketplace → Manage → the app → Features → Access: Secret Token',
    urlAt: 'the same page → Event Subscription: Event notification endpoint URL',
    success: '200 or 204 within 3 s',
    docsUrl: 'https://developers.zoom.us/docs/api/webhooks/',
  },
  twitch: {
    secretAt: 'transport.secret of the request that makes the subscription',
    urlAt: 'transport.callback of the same request',
    success: 'any 2xx within a few seconds',
    docsUrl: 'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/',
  },
  klaviyo: {
    secretAt: 'where the webhook is made: its secret key',
    urlAt: 'the same form: Endpoint URL',
    success: 'any 2xx',
    docsUrl: 'https://developers.klaviyo.com/en/docs/working_with_system_webhooks',
  },
  sendgrid: {
    secretAt: 'Settings → Mail Settings → Event Webhooks → the webhook → Signature Verification: public key',
    urlAt: 'Settings → Mail Settings → Event Webhooks → Create new webhook: Post URL',
    success: 'any 2xx',
    docsUrl:
      'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  },
  mandrill: {
    secretAt: 'Settings → Webhooks: the key of the webhook, once it is made',
    urlAt: 'Settings → Webhooks → Add a Webhook: Post to URL',
    success: '200; it posts batches of up to 1,000 events about once a minute',
    docsUrl:
      'https://mandrill.zendesk.com/hc/en-us/articles/360039232513-How-to-Authenticate-Webhook-Requests',
  },
  mailgun: {
    secretAt: 'Settings → API security: HTTP webhook signing key',
    urlAt: 'Send → Sending → Webhooks → Add webhook: URL',
    success: '200; 406 stops the retries',
    docsUrl: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  },
  hubspot: {
    secretAt: 'Developer account → the app → Auth: Client secret',
    urlAt: 'the app → Webhooks: Target URL',
    success: 'any 2xx within 5 s; 10 retries in 24 h',
    docsUrl: 'https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests',
  },
  intercom: {
    secretAt: 'Developer Hub → the app → Basic information: Client secret',
    urlAt: 'the app → Webhooks: Endpoint URL',
    success: '200 within 5 s',
    docsUrl: 'https://developers.intercom.com/docs/webhooks',
  },
  zendesk: {
    secretAt: 'Admin Center → Apps and integrations → Webhooks → the webhook: Reveal secret',
    urlAt: 'Admin Center → Apps and integrations → Webhooks → Create webhook: Endpoint URL',
    success: 'any 2xx within 12 s; 409, 429 and 503 are retried',
    docsUrl: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  },
  'zendesk-2021-doc': {
    secretAt: 'Admin Center → Apps and integrations → Webhooks → the webhook: Reveal secret',
    urlAt: 'Admin Center → Apps and integrations → Webhooks → Create webhook: Endpoint URL',
    success: 'any 2xx',
    docsUrl: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  },
  typeform: {
    secretAt: 'the form → Connect → Webhooks → the webhook → Edit: Secret',
    urlAt: 'the form → Connect → Webhooks → Add a webhook: Endpoint',
    success: 'any 2xx',
    docsUrl: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  },
  dropbox: {
    secretAt: 'App Console → the app → Settings: App secret',
    urlAt: 'the same page → Webhooks: Webhook URIs; Dropbox asks it at once, so make this webhook first',
    success: 'any 2xx within 10 s',
    docsUrl: 'https://www.dropbox.com/developers/reference/webhooks',
  },
  box: {
    secretAt: 'Developer Console → the app → Webhooks → Manage signature keys',
    urlAt: 'Developer Console → the app → Webhooks → Create Webhook: URL Address',
    success: 'any 2xx within 30 s',
    docsUrl: 'https://developer.box.com/guides/webhooks/v2/signatures-v2/',
  },
  calendly: {
    secretAt: 'signing_key of POST /webhook_subscriptions',
    urlAt: 'url of the same request',
    success: 'any 2xx',
    docsUrl: 'https://developer.calendly.com/api-docs/webhook-signatures',
  },
};
