/** Where the secret is found, and where the ingest_url goes: shops, warehouses and payments. In the words of each provider's own pages. */
import type { Setup } from './setup';

export const SELLERS: Readonly<Record<string, Setup>> = {
  shipstream: {
    secretAt: 'any text that you choose: webhook.create of ShipStream’s API takes it, webhook.list shows it',
    urlAt: 'the url of the webhook: in webhook.create, or where webhooks are listed in ShipStream',
  },
  apideck: {
    secretAt: 'Dashboard → Configuration → API keys',
    urlAt:
      'Dashboard → Configuration → Webhooks → Add endpoint; Apideck asks the address at once, so make this webhook first',
  },
  ecwid: {
    secretAt: 'my.ecwid.com/#develop-apps → the app → Details: Client secret',
    urlAt: 'the same page: Webhooks; of a published app Ecwid’s support sets it',
  },
  shopify: {
    secretAt:
      'Dev Dashboard → the app → Settings: Client secret; for webhooks of the admin: Settings → Notifications → Webhooks, below the list',
    urlAt:
      'uri under [webhooks] in shopify.app.toml; in the admin: Settings → Notifications → Webhooks → Create webhook',
  },
  'shopify-events': {
    secretAt: 'Dev Dashboard → the app → Settings: Client secret',
    urlAt: 'uri of the subscription in shopify.app.toml',
  },
  woocommerce: {
    secretAt: 'WooCommerce → Settings → Advanced → Webhooks → Add webhook: Secret',
    urlAt: 'the same page: Delivery URL',
  },
  bigcommerce: {
    secretAt:
      'Developer Portal → the app → View Client ID: Client secret; of a store’s own account: shown when it is made',
    urlAt: 'destination of POST /stores/{hash}/v3/hooks',
  },
  square: {
    secretAt: 'Developer Console → the app → Webhooks → Subscriptions → the subscription: Signature key',
    urlAt: 'the same place → Add subscription: URL',
  },
  stripe: {
    secretAt: 'Workbench → Webhooks → the destination: Signing secret',
    urlAt: 'Workbench → Webhooks → Add destination → Webhook endpoint: Endpoint URL',
  },
  paddle: {
    secretAt: 'Developer tools → Notifications → the destination → Edit: Secret key',
    urlAt: 'Developer tools → Notifications → New destination: URL',
  },
  paypal: {
    secretAt: 'Developer Dashboard → Apps & Credentials → the app → Webhooks: Webhook ID',
    urlAt: 'the same place → Add Webhook: Webhook URL',
  },
  'adyen-payments': {
    secretAt: 'Customer Area → Developers → Webhooks → the webhook → Security: HMAC key',
    urlAt: 'Customer Area → Developers → Webhooks → Standard webhook: URL',
  },
  'adyen-platform': {
    secretAt: 'Customer Area of the platform → Developers → Webhooks → the webhook → Security: HMAC key',
    urlAt: 'Customer Area of the platform → Developers → Webhooks → the webhook: URL',
  },
  razorpay: {
    secretAt: 'Dashboard → Account & Settings → Webhooks → Add New Webhook: Secret',
    urlAt: 'the same form: Webhook URL',
  },
  paystack: {
    secretAt: 'Dashboard → Settings → API Keys & Webhooks: Secret Key',
    urlAt: 'the same page: Webhook URL',
  },
  chargebee: {
    secretAt: 'Settings → Configure Chargebee → Webhooks → the webhook: basic authentication',
    urlAt: 'the same form: Webhook URL',
  },
  coinify: {
    secretAt: 'where the webhook subscription is made at Coinify',
    urlAt: 'the same place: the address of the subscription',
  },
  'authorize-net': {
    secretAt: 'Merchant Interface → Account → Settings → API Credentials & Keys: New Signature Key',
    urlAt: 'Merchant Interface → Account → Settings → Webhooks → Add endpoint',
  },
  'coinbase-cdp': {
    secretAt: 'metadata.secret in the answer to the request that made the subscription',
    urlAt: 'target.url of the subscription; or CDP Portal → Webhooks',
  },
};
