/** Whose secret a text seems to be, by what it begins with. It proves nothing: a hint for when nothing was found. */
import { apiToken, type Mistake, otherSecret } from './mistakes';

/** `signs`: names of the providers whose webhooks are signed with such a secret. */
type Shape = { pattern: RegExp; what: string; signs: readonly string[] };

const SHAPES: readonly Shape[] = [
  { pattern: /^(sk|rk)_(live|test)_/, what: 'an API key as Stripe and Apideck give them out', signs: [] },
  { pattern: /^pk_(live|test)_/, what: 'a public key of Stripe', signs: [] },
  { pattern: /^shp(at|ca|pa|ua)_/, what: 'an access token of Shopify', signs: [] },
  { pattern: /^shpss_/, what: 'the client secret of a Shopify app', signs: ['shopify', 'shopify-events'] },
  { pattern: /^(gh[pousr]_|github_pat_)/, what: 'a token of GitHub', signs: [] },
  { pattern: /^glpat-/, what: 'an access token of GitLab', signs: [] },
  { pattern: /^xox[a-z]-/, what: 'a token of Slack', signs: [] },
  { pattern: /^xapp-/, what: 'an app token of Slack', signs: [] },
  { pattern: /^SG\.[\w-]+\./, what: 'an API key of SendGrid', signs: [] },
  { pattern: /^key-[0-9a-f]{32}$/, what: 'an API key of Mailgun', signs: [] },
  { pattern: /^(AC|SK)[0-9a-f]{32}$/, what: 'an id of Twilio (the auth token is another text)', signs: [] },
  { pattern: /^pdl_ntfset_/, what: 'the secret of a notification setting of Paddle', signs: ['paddle'] },
  { pattern: /^pdl_(live|sdbx)_apikey_/, what: 'an API key of Paddle', signs: [] },
  { pattern: /^EAA[A-Z]/, what: 'an access token of Square or Meta', signs: [] },
  { pattern: /^secret_[A-Za-z0-9]{32}$/, what: 'an access token of Ecwid', signs: [] },
  { pattern: /^lin_api_/, what: 'an API key of Linear', signs: [] },
  { pattern: /^lin_wh_/, what: 'the secret of a webhook of Linear', signs: ['linear'] },
  { pattern: /^eyJ[\w-]+\.eyJ/, what: 'a JSON Web Token', signs: [] },
  { pattern: /^Bearer /i, what: 'the value of an Authorization header', signs: [] },
  { pattern: /^https?:\/\//, what: 'an address', signs: [] },
  {
    pattern: /^whsec_/,
    what: 'the signing secret of a Stripe, Svix or Standard Webhooks endpoint',
    signs: ['stripe', 'svix', 'standard-webhooks', 'custom'],
  },
];

/** Null where the text says nothing, or is of the provider. @param provider its name, as in `"provider": "stripe"` */
export function shapeOf(text: string, provider: string): Mistake | null {
  const shape = SHAPES.find(({ pattern }) => pattern.test(text.trim()));
  if (shape === undefined || shape.signs.includes(provider)) return null;
  return shape.signs.length === 0 ? apiToken(shape.what) : otherSecret(shape.what);
}
