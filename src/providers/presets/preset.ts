/** Helpers for the tables of presets: defaults, and schemes that many providers share. */
import type { Scheme } from '../../signature/scheme';
import type { Declaration } from '../declared';
import type { Setting } from '../provider';

type Given = Pick<Declaration, 'name' | 'title' | 'scheme' | 'topic'> &
  Partial<Omit<Declaration, 'guide'>> & {
    /** What to enter as `secret_key`. */
    secret: string;
    isSecretChosen?: boolean;
    settings?: readonly Setting[];
  };

export function preset({ secret, isSecretChosen, settings, ...given }: Given): Declaration {
  return {
    body: 'object',
    id: [],
    entity: [],
    seq: null,
    attempt: null,
    retryHorizonSeconds: null,
    knownBy: null,
    perAttempt: [],
    certificate: null,
    handshake: null,
    ...given,
    guide: {
      secret,
      isSecretChosen: isSecretChosen ?? false,
      settings: settings ?? [],
    },
  };
}

type Hash = 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512';
type Written = 'hex' | 'base64' | 'base64url';

/** One header with the HMAC of the body, after a prefix. */
export const bodyHmac = (
  header: string,
  enc: Written,
  prefix?: string,
  alg: Hash = 'hmac-sha256',
): Scheme => ({
  alg,
  key: { enc: 'utf8' },
  enc,
  sig: [{ h: header, prefix }],
  msg: ['{body}'],
});

/** One header with the HMAC of a time, which another header gives, and the body. */
export const timedHmac = (
  header: { h: string; prefix?: string },
  enc: Written,
  msg: string,
  ts: Scheme['ts'],
): Scheme => ({ alg: 'hmac-sha256', key: { enc: 'utf8' }, enc, sig: [header], msg: [msg], ts });

/** Stripe's form, `t=…,v1=…`, with the HMAC of `t.body`. */
export const stripeLike = (header: string, enc: Written = 'hex', fmt: 's' | 'ms' = 's'): Scheme => ({
  alg: 'hmac-sha256',
  key: { enc: 'utf8' },
  enc,
  sig: [{ h: header, split: ',', kv: '=', pick: 'v1' }],
  msg: ['{ts}.{body}'],
  ts: { from: 'sig:t', fmt, tol: 300 },
});

/** Standard Webhooks, `v1,… v1,…` over `id.time.body`, under the header names of a family. */
export const standardWebhooks = (family: 'webhook' | 'svix', key: Scheme['key']): Scheme => ({
  alg: 'hmac-sha256',
  key,
  enc: 'base64',
  sig: [{ h: `${family}-signature`, split: ' ', kv: ',', pick: 'v1', several: true }],
  msg: [`{h:${family}-id}.{ts}.{body}`],
  ts: { from: `h:${family}-timestamp`, fmt: 's', tol: 300 },
});

/** Base64 after `whsec_`. */
export const WHSEC: Scheme['key'] = { enc: 'base64', strip: 'whsec_' };

export const PUBLIC_URL: Setting = {
  name: 'public_url',
  isRequired: false,
  what: 'the address given to the provider, where it is not the ingest_url: it is signed, character by character',
};
