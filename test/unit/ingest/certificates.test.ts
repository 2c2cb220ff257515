/** PayPal: the key is in a certificate that the request names, fetched from PayPal's own hosts and from nowhere else. */
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { Certificates } from '../../../src/ingest/certificates';
import { verifyInbound } from '../../../src/ingest/verify-inbound';
import type { CertificateRule, Provider } from '../../../src/providers/provider';
import { providerFor } from '../../../src/providers/registry';
import { readCertificate } from '../../../src/signature/certificate';
import { requestOf } from '../../support/signed-request';
import vector from '../../vectors/paypal.json';

const NOW = Date.UTC(2026, 10, 25);
const ADDRESS = vector.headers['paypal-cert-url'];

const SENDER = { webhookId: 1, address: '192.0.2.1' };

const found = providerFor('paypal');
if (found?.certificate === undefined || found.certificate === null) throw new Error('no rule');
const paypal: Provider = found;
const rule: CertificateRule = found.certificate;

function server(answer: () => Response | Promise<Response>) {
  const asked: string[] = [];
  const fetcher: typeof fetch = async input => {
    asked.push(String(input));
    return answer();
  };
  return { asked, certificates: new Certificates(fetcher), fetcher };
}

describe('a certificate', () => {
  test('is read for its key and its validity', () => {
    expect(readCertificate(vector.certificate)).toEqual({
      ok: true,
      value: {
        publicKey: vector.publicKey,
        notBefore: Date.parse(vector.notBefore),
        notAfter: Date.parse(vector.notAfter),
      },
    });
  });

  test('that is none is none, however it is cut', () => {
    expect(readCertificate('').ok).toBe(false);
    for (let at = 0; at < vector.certificate.length; at += 7) {
      const cut = vector.certificate.slice(0, at) + vector.certificate.slice(at + 5);
      // Cut where the key does not notice, it may still be read; it must not throw.
      expect(typeof readCertificate(cut).ok).toBe('boolean');
    }
  });
});

describe('the key behind an address', () => {
  test('is fetched once and kept for a day', async () => {
    const { asked, certificates } = server(() => new Response(vector.certificate));
    for (const later of [0, 1000, 86_399_000]) {
      expect(await certificates.keyAt(rule, ADDRESS, SENDER, NOW + later)).toEqual({
        ok: true,
        value: vector.publicKey,
      });
    }
    expect(asked).toEqual([ADDRESS]);
    await certificates.keyAt(rule, ADDRESS, SENDER, NOW + 86_400_000);
    expect(asked).toHaveLength(2);
  });

  test.each([
    '',
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'https://evil.example/v1/notifications/certs/CERT-1',
    'https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/../../evil',
    'https://api.paypal.com/v1/notifications/certs/',
    'https://api.paypal.com/v1/notifications/certs/CERT-1?x=https://evil.example',
    'https://api.paypal.com/v1/notifications/certs/CERT-1#a',
    'https://API.paypal.com/v1/notifications/certs/CERT-1',
  ])('is not looked for at %j', async address => {
    const { asked, certificates } = server(() => new Response(vector.certificate));
    expect(await certificates.keyAt(rule, address, SENDER, NOW)).toEqual({ ok: false, error: 'unverified' });
    expect(asked).toEqual([]);
  });

  test('is none where the certificate is not valid now, is no certificate, is too large, or is elsewhere', async () => {
    for (const [answer, now] of [
      [() => new Response(vector.certificate), Date.parse(vector.notAfter)],
      [() => new Response(vector.certificate), Date.parse(vector.notBefore) - 1],
      [() => new Response('no certificate'), NOW],
      [() => new Response(' '.repeat(40_000) + vector.certificate), NOW],
      [() => new Response(null, { status: 404 }), NOW],
      [() => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }), NOW],
    ] as const) {
      expect(await server(answer).certificates.keyAt(rule, ADDRESS, SENDER, now)).toEqual({
        ok: false,
        error: 'unverified',
      });
    }
  });

  test('is not looked for where an answer leads to, though it is there', async () => {
    const chaos = inject('chaosUrl');
    const there = `/answer?body=${encodeURIComponent(vector.certificate)}`;
    const asking = (path: string) => new Certificates((_input, init) => fetch(`${chaos}${path}`, init));
    const key = (path: string) => asking(path).keyAt(rule, ADDRESS, SENDER, NOW);
    expect(await key(there)).toEqual({ ok: true, value: vector.publicKey });
    for (const status of [301, 302, 303, 307, 308]) {
      const away = `/redirect?status=${status}&to=${encodeURIComponent(there)}`;
      expect(await key(away)).toEqual({ ok: false, error: 'unverified' });
    }
  });

  test('cannot be had now where PayPal does not answer: the event comes again', async () => {
    for (const answer of [
      () => new Response(null, { status: 503 }),
      () => Promise.reject(new TypeError('no connection')),
    ]) {
      expect(await server(answer).certificates.keyAt(rule, ADDRESS, SENDER, NOW)).toEqual({
        ok: false,
        error: 'unavailable',
      });
    }
  });

  test('stays while it is valid when it cannot be looked for again', async () => {
    let answer = () => new Response(vector.certificate);
    const { certificates } = server(() => answer());
    await certificates.keyAt(rule, ADDRESS, SENDER, NOW);
    answer = () => new Response(null, { status: 503 });
    const later = (ms: number) => certificates.keyAt(rule, ADDRESS, SENDER, ms);
    expect(await later(NOW + 2 * 86_400_000)).toEqual({ ok: true, value: vector.publicKey });
    expect(await later(Date.parse(vector.notAfter))).toEqual({ ok: false, error: 'unavailable' });
    answer = () => new Response(null, { status: 404 });
    expect(await later(NOW + 2 * 86_400_000)).toEqual({ ok: false, error: 'unverified' });
  });

  test('is looked for under few new names a minute of one sender, and of one webhook', async () => {
    const { asked, certificates } = server(() => new Response(null, { status: 404 }));
    const look = (name: string, sender: Partial<typeof SENDER> = {}, later = 0) =>
      certificates.keyAt(rule, `${ADDRESS}${name}`, { ...SENDER, ...sender }, NOW + later);
    for (let i = 0; i < 20; i++) await look(`a${i}`);
    expect(asked).toHaveLength(3);
    // Known to lead nowhere: no look, and no 503.
    expect(await look('a0')).toEqual({ ok: false, error: 'unverified' });
    expect(await look('a19')).toEqual({ ok: false, error: 'unavailable' });
    for (let i = 0; i < 60; i++) await look(`b${i}`, { address: `192.0.2.${i}` });
    expect(asked).toHaveLength(30);
    await look('c', { webhookId: 2 });
    await look('d', {}, 61_000);
    expect(asked).toHaveLength(32);
  });

  test('is not pushed out by names that lead nowhere, and needs no quota', async () => {
    const { asked, certificates } = server(() =>
      asked.at(-1) === ADDRESS ? new Response(vector.certificate) : new Response(null, { status: 404 }),
    );
    const known = () => certificates.keyAt(rule, ADDRESS, SENDER, NOW);
    expect((await known()).ok).toBe(true);
    for (let i = 0; i < 3000; i++) {
      const sender = { webhookId: i, address: '192.0.2.9' };
      await certificates.keyAt(rule, `${ADDRESS}${i}`, sender, NOW);
    }
    for (let i = 0; i < 10; i++) await certificates.keyAt(rule, `${ADDRESS}x${i}`, SENDER, NOW);
    expect((await known()).ok).toBe(true);
    expect(asked.filter(address => address === ADDRESS)).toHaveLength(1);
    // A day later it is looked for again, whatever is left of the quota.
    await certificates.keyAt(rule, ADDRESS, SENDER, NOW + 86_400_000);
    expect(asked.filter(address => address === ADDRESS)).toHaveLength(2);
  });
});

describe('a request of PayPal', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const judge = async (text: string, change: Parameters<typeof requestOf>[0] = {}) => {
    const { fetcher } = server(() => new Response(vector.certificate));
    vi.stubGlobal('fetch', fetcher);
    const request = requestOf({ headers: vector.headers, body: vector.body, ...change });
    const result = await verifyInbound(paypal, [{ id: 's', text }], request, SENDER.webhookId, NOW);
    return result.ok ? 'valid' : result.error.reason;
  };

  test('is verified with the key it names and the id of the webhook', async () => {
    expect(await judge(vector.webhookId)).toBe('valid');
    expect(await judge('8PT597110X687430LKGECATB')).toBe('mismatch');
    expect(await judge(vector.webhookId, { body: `${vector.body} ` })).toBe('mismatch');
    const headers = { ...vector.headers, 'paypal-cert-url': 'https://evil.example/certs/CERT-1' };
    expect(await judge(vector.webhookId, { headers })).toBe('malformed');
  });

  test('is verified with a pinned key, and nothing is fetched', async () => {
    const cfg = { webhook_id: vector.webhookId };
    expect(await judge(vector.publicKey, { cfg })).toBe('valid');
    expect(await judge(vector.publicKey)).toBe('malformed');
  });

  test('signs a checksum of its body, so the body counts as unsigned', () => {
    expect(paypal.scheme.bodySigned).toBe(false);
  });
});
