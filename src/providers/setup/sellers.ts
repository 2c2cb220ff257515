/** Where the secret is found, and where the ingest_url goes: shops, warehouses and payments. In the words of each provider's own pages. */
import type { Setup } from './setup';

export const SELLERS: Readonly<Record<string, Setup>> = {
  shipstream: {
    secretAt: 'any text that you choose: webhook.create of ShipStream’s API takes it, webhook.list shows it',
    urlAt: 'the url of the webhook: in webhook.create, or where webhooks are listed in ShipStream',
    success: '200 within 5 s; 14 retries in 104 h',
    docsUrl: 'https://docs.shipstream.io/merchant-api/webhook',
  },
  apideck: {
    secretAt: 'Dashboard → Configuration → API keys',
    urlAt:
      'Dashboard → Configuration → Webhooks → Add endpoint; Apideck asks the address at once, so make this webhook first',
    success: 'any 2xx within 60 s; 9 retries in 24 h',
    docsUrl: 'https://developers.apideck.com/guides/webhook-signature-verification',
  },
  ecwid: {
    secretAt: 'my.ecwid.com/#develop-apps → the app → Details: Client secret',
    urlAt: 'the same page: Webhooks; of a published app Ecwid’s support sets it',
    success: '200, 201, 202, 204 or 209 within 10 s; 27 retries in 24 h',
    docsUrl: 'https://docs.ecwid.com/webhook-automations/setup-webhooks',
  },
  shopify: {
    secretAt:
      'Dev Dashboard → the app → Settings: Client secret; for webhooks of the admin: Settings → Notifications → Webhooks, below the list',
    urlAt:
      'uri under [webhooks] in shopify.app.toml; in the admin: Settings → Notifications → Webhooks → Create webhook',
    success: 'any 2xx within 5 s; after 8 failed retries the subscription is deleted',
    docsUrl: 'https://shopify.dev/docs/apps/build/webhooks',
  },
  'shopify-events': {
    secretAt: 'Dev Dashboard → the app → Settings: Client secret',
    urlAt: 'uri of the subscription in shopify.app.toml',
    success: 'any 2xx within 5 s',
    docsUrl: 'https://shopify.dev/docs/apps/build/webhooks',
  },
  woocommerce: {
    secretAt: 'WooCommerce → Settings → Advanced → Webhooks → Add webhook: Secret',
    urlAt: 'the same page: Delivery URL',
    success:
      '200 to 302 within 60 s; it does not retry, and more than 5 failures in a row disable the webhook',
    docsUrl: 'https://woocommerce.com/document/webhooks/',
  },
  bigcommerce: {
    secretAt:
      'Developer Portal → the app → View Client ID: Client secret; of a store’s own account: shown when it is made',
    urlAt: 'destination of POST /stores/{hash}/v3/hooks',
    success: 'any 2xx; below 90 % in 2 minutes it stops for the whole domain for 3 minutes',
    docsUrl: 'https://developer.bigcommerce.com/docs/integrations/webhooks',
  },
  square: {
    secretAt: 'Developer Console → the app → Webhooks → Subscriptions → the subscription: Signature key',
    urlAt: 'the same place → Add subscription: URL',
    success: 'any 2xx within 10 s',
    docsUrl: 'https://developer.squareup.com/docs/webhooks/step3validate',
  },
  stripe: {
    secretAt: 'Workbench → Webhooks → the destination: Signing secret',
    urlAt: 'Workbench → Webhooks → Add destination → Webhook endpoint: Endpoint URL',
    success: 'any 2xx',
    docsUrl: 'https://docs.stripe.com/webhooks',
  },
  paddle: {
    secretAt: 'Developer tools → Notifications → the destination → Edit: Secret key',
    urlAt: 'Developer tools → Notifications → New destination: URL',
    success: '200 within 5 s',
    docsUrl: 'https://developer.paddle.com/webhooks/signature-verification',
  },
  paypal: {
    secretAt: 'Developer Dashboard → Apps & Credentials → the app → Webhooks: Webhook ID',
    urlAt: 'the same place → Add Webhook: Webhook URL',
    success: 'any 2xx; 25 retries in 3 days',
    docsUrl: 'https://developer.paypal.com/api/rest/webhooks/rest/',
  },
  'adyen-payments': {
    secretAt: 'Customer Area → Developers → Webhooks → the webhook → Security: HMAC key',
    urlAt: 'Customer Area → Developers → Webhooks → Standard webhook: URL',
    success: 'any 2xx within 10 s',
    docsUrl: 'https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures/',
  },
  'adyen-platform': {
    secretAt: 'Customer Area of the platform → Developers → Webhooks → the webhook → Security: HMAC key',
    urlAt: 'Customer Area of the platform → Developers → Webhooks → the webhook: URL',
    success: 'any 2xx within 10 s',
    docsUrl: 'https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures/',
  },
  razorpay: {
    secretAt: 'Dashboard → Account & Settings → Webhooks → Add New Webhook: Secret',
    urlAt: 'the same form: Webhook URL',
    success: 'any 2xx within 5 s',
    docsUrl: 'https://razorpay.com/docs/webhooks/validate-test/',
  },
  paystack: {
    secretAt: 'Dashboard → Settings → API Keys & Webhooks: Secret Key',
    urlAt: 'the same page: Webhook URL',
    success: '200',
    docsUrl: 'https://paystack.com/docs/payments/webhooks/',
  },
  chargebee: {
    secretAt: 'Settings → Configure Chargebee → Webhooks → the webhook: basic authentication',
    urlAt: 'the same form: Webhook URL',
    success: '200',
    docsUrl: 'https://www.chargebee.com/docs/2.0/webhook_settings.html',
  },
  coinify: {
    secretAt: 'where the webhook subscription is made at Coinify',
    urlAt: 'the same place: the address of the subscription',
    success: 'any 2xx',
    docsUrl: 'https://coinify.readme.io/docs/webhooks',
  },
  'authorize-net': {
    secretAt: 'Merchant Interface → Account → Settings → API Credentials & Keys: New Signature Key',
    urlAt: 'Merchant Interface → Account → Settings → Webhooks → Add endpoint',
    success: '200',
    docsUrl: 'https://developer.authorize.net/api/reference/features/webhooks.html',
  },
  'coinbase-cdp': {
    secretAt: 'metadata.secret in the answer to the request that made the subscription',
    urlAt: 'target.url of the subscription; or CDP Portal → Webhooks',
    success: 'any 2xx',
    docsUrl: 'https://docs.cdp.coinbase.com/webhooks/verify-signatures',
  },
};
