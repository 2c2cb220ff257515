/**
 * A validly signed request for every provider the gateway knows: HMAC schemes signed by the gateway's own `sign`, which the
 * vectors and the providers' libraries check elsewhere; the others by keys made here.
 */

import type { Provider } from '../../src/providers/provider';
import { compileScheme } from '../../src/signature/compile';
import type { Secret } from '../../src/signature/keys';
import { expandTemplate } from '../../src/signature/message';
import { RequestView, type SignedRequest } from '../../src/signature/request-view';
import { tokenHeaders } from '../../src/signature/shared-token';
import { canSign, sign } from '../../src/signature/sign';
import { writeTime } from '../../src/signature/timestamp';
import { requestOf } from './signed-request';

/** ms since 1970 */
export const NOW = Date.UTC(2026, 10, 20, 12);

export type SignedSample = { request: SignedRequest; secret: Secret };

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) => new Uint8Array(bytes).toHex();
const base64 = (bytes: ArrayBuffer) => new Uint8Array(bytes).toBase64();

const SECRETS: Readonly<Record<string, string>> = {
  utf8: 'a-secret-of-the-webhook',
  base64: encoder.encode('a-secret-of-the-webhook.').toBase64(),
  hex: encoder.encode('a-secret-of-the-webhook').toHex(),
};

/** Keys in sorted order and no whitespace: one text per value, also for schemes that sign canonical JSON. */
const JSON_BODY = JSON.stringify({
  eventCreated: 1_763_640_000,
  eventId: '80aece08-40e8-4145-8764-6c2f0d38678',
  id: 'evt_1',
  signature: { timestamp: '1763640000', token: 'tok' },
  type: 'order.created',
  webhookTimestamp: NOW,
});
const FORM_BODIES: Readonly<Record<string, string>> = {
  'twilio-form': 'CallSid=CA123&Digits=1234&To=%2B18005551212',
  mandrill: `mandrill_events=${encodeURIComponent('[{"event":"send","msg":{"_id":"m1"},"ts":1763640000}]')}`,
};

type Fill = (body: Uint8Array) => Uint8Array;

async function unsigned({ name, scheme }: Provider, fill: Fill): Promise<SignedRequest> {
  const body = fill(encoder.encode(FORM_BODIES[name] ?? JSON_BODY));
  const digest = hex(await crypto.subtle.digest('SHA-256', body));
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const [, header = ''] of scheme.msg.join('').matchAll(/\{h:([^}]*)\}/g)) headers.set(header, 'msg_1');
  // What signers of listed headers list.
  if (scheme.msg.some(template => template.includes('{headers:h}'))) {
    headers.set('x-event-id', 'e1');
    headers.set(scheme.sig[0]?.h ?? '', 'h=content-type x-event-id');
  }
  return requestOf({ url: `https://gateway.example/in/1?bodySHA256=${digest}`, headers, body });
}

/**
 * A signed request, or null for a scheme nobody here can sign.
 * @param fill makes another body of the sample's, before it is signed
 * @param at when it is signed, ms since 1970; not for keys made here
 */
export async function signedSample(
  provider: Provider,
  fill: Fill = body => body,
  at = NOW,
): Promise<SignedSample | null> {
  const request = await unsigned(provider, fill);
  const { scheme } = provider;
  if (canSign(scheme)) {
    const secret = { id: 's', text: SECRETS[scheme.key.enc] ?? '' };
    const signing = await sign(scheme, secret, request, at);
    for (const [name, value] of signing?.set ?? []) request.headers.set(name, value);
    return signing === null ? null : { request, secret };
  }
  switch (scheme.alg) {
    case 'token': {
      const secret = { id: 's', text: 'a-shared:token' };
      for (const [name, value] of tokenHeaders(scheme, secret.text)) request.headers.set(name, value);
      return { request, secret };
    }
    case 'ed25519':
      return withPublicKey(provider, request, { name: 'Ed25519' }, { name: 'Ed25519' });
    case 'ecdsa-p256-sha256':
      return withPublicKey(
        provider,
        request,
        { name: 'ECDSA', namedCurve: 'P-256' },
        { name: 'ECDSA', hash: 'SHA-256' },
      );
    case 'rsa-pkcs1-sha256': {
      const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
      const kind = { ...rsa, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
      return withPublicKey(provider, { ...request, cfg: { webhook_id: 'WH' } }, kind, rsa);
    }
    default:
      return provider.name === 'adyen-payments' ? adyen(request, fill) : mailgun(request, fill);
  }
}

async function withPublicKey(
  { scheme }: Provider,
  request: SignedRequest,
  kind: SubtleCryptoGenerateKeyAlgorithm,
  algorithm: SubtleCryptoSignAlgorithm,
): Promise<SignedSample> {
  const pair = (await crypto.subtle.generateKey(kind, true, ['sign', 'verify'])) as CryptoKeyPair;
  const [source] = scheme.sig;
  const time = writeTime(NOW, scheme.ts?.fmt ?? 's');
  if (scheme.ts?.from.startsWith('h:')) request.headers.set(scheme.ts.from.slice(2), time);
  const compiled = compileScheme(scheme);
  const template = compiled.ok ? compiled.value.templates[0] : undefined;
  if (template === undefined || source?.h === undefined) throw new Error('nothing to sign');
  const context = { element: null, timestamp: time, signatureFields: [] };
  const message = expandTemplate(template, new RequestView(request), context);
  if (!message.ok) throw new Error(message.error);
  const plain = await crypto.subtle.sign(algorithm, pair.privateKey, message.value);
  const signature = kind.name === 'ECDSA' ? toDer(new Uint8Array(plain)) : plain;
  const text = scheme.enc === 'hex' ? hex(signature) : base64(signature);
  request.headers.set(source.h, source.pick === undefined ? text : `${source.pick}${source.kv}${text}`);
  const format = scheme.key.enc === 'spki-base64' ? 'spki' : 'raw';
  const key = (await crypto.subtle.exportKey(format, pair.publicKey)) as ArrayBuffer;
  return { request, secret: { id: 's', text: scheme.key.enc === 'raw-hex' ? hex(key) : base64(key) } };
}

/** `SEQUENCE { r INTEGER, s INTEGER }` of r and s side by side. */
export function toDer(plain: Uint8Array): ArrayBuffer {
  const integers = [plain.subarray(0, 32), plain.subarray(32)].map(half => {
    let digits = [...half];
    while (digits.length > 1 && digits[0] === 0) digits = digits.slice(1);
    if ((digits[0] ?? 0) >= 0x80) digits.unshift(0);
    return [2, digits.length, ...digits];
  });
  const content = integers.flat();
  return Uint8Array.of(0x30, content.length, ...content).buffer;
}

export async function hmac(hash: string, key: Uint8Array, message: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, encoder.encode(message));
}

async function adyen(request: SignedRequest, fill: Fill): Promise<SignedSample> {
  const item = {
    pspReference: '7914073381342284',
    merchantAccountCode: 'TestMerchant',
    merchantReference: 'TestPayment-1407325143704',
    amount: { value: 1130, currency: 'EUR' },
    eventCode: 'AUTHORISATION',
    success: 'true',
  };
  const message = `${item.pspReference}::${item.merchantAccountCode}:${item.merchantReference}:1130:EUR:AUTHORISATION:true`;
  const hmacSignature = base64(await hmac('SHA-256', encoder.encode('an adyen key'), message));
  const items = [{ NotificationRequestItem: { ...item, additionalData: { hmacSignature } } }];
  const body = fill(encoder.encode(JSON.stringify({ live: 'false', notificationItems: items })));
  return {
    request: { ...request, body },
    secret: { id: 's', text: encoder.encode('an adyen key').toHex() },
  };
}

async function mailgun(request: SignedRequest, fill: Fill): Promise<SignedSample> {
  const signature = hex(await hmac('SHA-256', encoder.encode('a mailgun key'), '1763640000tok'));
  const content = { signature: { timestamp: '1763640000', token: 'tok', signature }, 'event-data': {} };
  const body = fill(encoder.encode(JSON.stringify(content)));
  return { request: { ...request, body }, secret: { id: 's', text: 'a mailgun key' } };
}
