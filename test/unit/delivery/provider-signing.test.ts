/** `"sign": "provider"`: each attempt signed anew, so that a receiver which checks signature and age accepts it. */
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';
import type { CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { providerSigning } from '../../../src/delivery/provider-signing';
import type { CustomDefinition } from '../../../src/providers/custom';
import { providerFor } from '../../../src/providers/registry';
import { verify } from '../../../src/signature/verify';
import { eventOf, targetOf } from '../../support/deliveries';
import { requestOf } from '../../support/signed-request';
import { webhookRecord } from '../../support/webhook-record';

const AT = Date.UTC(2026, 10, 23);
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

async function sent(
  provider: string,
  secret: string,
  event: Partial<OutgoingEvent>,
  url = 'https://a.example/h',
) {
  const signing = providerSigning(webhookRecord({ provider }), [secret]);
  const target: Partial<CourierTarget> = { sign: 'provider', provider: signing };
  return outgoingHeaders(targetOf(url, target), eventOf(event), AT);
}

const accepts = async (provider: string, secret: string, request: Parameters<typeof requestOf>[0]) => {
  const scheme = providerFor(provider)?.scheme;
  if (scheme === undefined) throw new Error(provider);
  return (await verify(scheme, [{ id: 's', text: secret }], requestOf(request), AT)).ok;
};

const body = new TextEncoder().encode('{"id":"evt_1","type":"a"}');

describe('an attempt signed as the provider signs', () => {
  it('is new to a Stripe receiver, whatever the first signature was', async () => {
    const headers = await sent('stripe', 'whsec_x', {
      body,
      headers: [['stripe-signature', 't=1,v1=00,v0=00']],
    });
    expect(headers.get('stripe-signature')).toMatch(new RegExp(`^t=${AT / 1000},v1=[0-9a-f]{64}$`));
    expect(await accepts('stripe', 'whsec_x', { headers, body })).toBe(true);
    expect(await accepts('stripe', 'an-older-one', { headers, body })).toBe(false);
    expect([...headers.keys()].filter(name => name.startsWith('webhook-'))).toEqual([]);
    expect(headers.get('ce-type')).toBe('order:created');
  });

  it('keeps the provider’s own message id where that is signed', async () => {
    const headers = await sent('standard-webhooks', WHSEC, {
      body,
      headers: [
        ['webhook-id', 'msg_of_the_provider'],
        ['webhook-timestamp', '1'],
        ['webhook-signature', 'v1,AAAA'],
      ],
    });
    expect(headers.get('webhook-id')).toBe('msg_of_the_provider');
    const library = new Webhook(WHSEC);
    const signature = library.sign('msg_of_the_provider', new Date(AT), new TextDecoder().decode(body));
    expect(headers.get('webhook-signature')).toBe(signature);
  });

  it('is signed for the address it goes to', async () => {
    const url = 'https://a.example/h?x=1&y=2';
    const headers = await sent('square', 'k', { body, query: 'y=2' }, 'https://a.example/h?x=1');
    expect(await accepts('square', 'k', { headers, body, url })).toBe(true);
    expect(await accepts('square', 'k', { headers, body })).toBe(false);
  });

  it('leaves no second signature that contradicts it', async () => {
    const headers = await sent('box', 'k', {
      body,
      headers: [
        ['box-signature-primary', 'old'],
        ['box-signature-secondary', 'old'],
        ['box-delivery-timestamp', '2020-01-01T00:00:00-07:00'],
      ],
    });
    expect(headers.get('box-delivery-timestamp')).toBe('2026-11-23T00:00:00Z');
    expect(headers.has('box-signature-secondary')).toBe(false);
    expect(await accepts('box', 'k', { headers, body })).toBe(true);
  });
});

describe('while the secret is rotated', () => {
  const [newest, older] = [WHSEC, 'whsec_cm90YXRlZC1hLW1vbWVudC1hZ28='];
  const text = new TextDecoder().decode(body);
  const rotated = (provider: string, secrets: string[], headers: [string, string][]) => {
    const signing = providerSigning(webhookRecord({ provider }), secrets);
    const target: Partial<CourierTarget> = { sign: 'provider', provider: signing };
    return outgoingHeaders(targetOf('https://a.example/h', target), eventOf({ body, headers }), Date.now());
  };

  it('both secrets sign for Stripe’s own library', async () => {
    const verified = async (secrets: string[], secret: string) => {
      const signature = (await rotated('stripe', secrets, [])).get('stripe-signature') ?? '';
      const provider = Stripe.createSubtleCryptoProvider();
      const { webhooks } = new Stripe('sk_test');
      return webhooks.constructEventAsync(text, signature, secret, undefined, provider).then(
        () => true,
        () => false,
      );
    };
    expect(await verified([newest, older], newest)).toBe(true);
    expect(await verified([newest, older], older)).toBe(true);
    expect(await verified([newest, older], 'whsec_another')).toBe(false);
    expect(await verified([newest], older)).toBe(false);
  });

  it.each([
    ['standard-webhooks', 'webhook'],
    ['svix', 'svix'],
  ])('both secrets sign for the library of %s', async (provider, family) => {
    const sentAs = async (secrets: string[]) => {
      const headers = await rotated(provider, secrets, [
        [`${family}-id`, 'msg_1'],
        [`${family}-timestamp`, '1'],
        [`${family}-signature`, 'v1,AAAA'],
      ]);
      const named = ['id', 'timestamp', 'signature'].map(
        name => [`webhook-${name}`, headers.get(`${family}-${name}`) ?? ''] as const,
      );
      return Object.fromEntries(named);
    };
    const both = await sentAs([newest, older]);
    expect(new Webhook(newest).verify(text, both)).toEqual(JSON.parse(text));
    expect(new Webhook(older).verify(text, both)).toEqual(JSON.parse(text));
    const one = await sentAs([newest]);
    expect(() => new Webhook(older).verify(text, one)).toThrow('No matching signature');
  });

  it('the newest alone signs where a receiver may look at the last signature only', async () => {
    const headers = await rotated('paddle', [newest, older], []);
    expect(headers.get('paddle-signature')).toMatch(/^ts=\d+;h1=[0-9a-f]{64}$/);
    const plain = await rotated('shopify', [newest, older], []);
    expect(plain.get('x-shopify-hmac-sha256')).toBe(
      (await sent('shopify', newest, { body })).get('x-shopify-hmac-sha256'),
    );
  });
});

describe('named parts of a signature', () => {
  const signature: CustomDefinition = {
    alg: 'hmac-sha256',
    key: { enc: 'utf8' },
    enc: 'hex',
    sig: [{ h: 'x-sig', split: ',', kv: '=', pick: 'v1' }],
    msg: ['{ts}.{sig:n}.{body}'],
    ts: { from: 'sig:t', fmt: 's', tol: 300 },
    type: [],
    id: [],
    entity: [],
  };
  const renewed = async (definition: CustomDefinition, header: string) => {
    const signing = providerSigning(webhookRecord({ provider: 'custom', signature: definition }), ['k']);
    const target: Partial<CourierTarget> = { sign: 'provider', provider: signing };
    const headers: [string, string][] = [['x-sig', header]];
    const sent = await outgoingHeaders(
      targetOf('https://a.example/', target),
      eventOf({ body, headers }),
      AT,
    );
    const verified = await verify(
      definition,
      [{ id: 's', text: 'k' }],
      requestOf({ headers: sent, body }),
      AT,
    );
    return [sent.get('x-sig')?.replace(/[0-9a-f]{64}/, '…'), verified.ok];
  };

  it('that are signed stay beside a signature of now, the others do not', async () => {
    expect(await renewed(signature, 't=1700000000,n=abc,v0=11,v1=22')).toEqual([
      `t=${AT / 1000},n=abc,v1=…`,
      true,
    ]);
    const { ts: _, ...untimed } = signature;
    expect(await renewed({ ...untimed, msg: ['{sig:t}.{body}'] }, 'kid=7,t=17,v1=22')).toEqual([
      't=17,v1=…',
      true,
    ]);
  });
});

describe('the keys', () => {
  it('are imported once, though every call to a courier comes with a copy of them', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    const send = (secrets: string[]) => {
      const signing = providerSigning(webhookRecord({ provider: 'stripe' }), secrets);
      const target = targetOf('https://a.example/', { sign: 'provider', provider: structuredClone(signing) });
      return outgoingHeaders(target, eventOf({ body }), AT);
    };
    const first = await send(['imported-once', 'the-older']);
    expect(await send(['imported-once', 'the-older'])).toEqual(first);
    expect(importKey).toHaveBeenCalledTimes(2);
    const rotated = await send(['another', 'imported-once']);
    expect(rotated.get('stripe-signature')).not.toBe(first.get('stripe-signature'));
    importKey.mockRestore();
  });
});

describe('what cannot be signed anew', () => {
  it.each(['discord', 'sendgrid', 'gitlab-token', 'adyen-payments', 'standard-webhooks-ed25519', 'nobody'])(
    '%s goes as it came',
    provider => {
      expect(providerSigning(webhookRecord({ provider }), ['k'])).toBeNull();
    },
  );

  it('goes as it came where a part of the message is missing, or the secret is no key', async () => {
    const headers: [string, string][] = [['webhook-signature', 'v1,AAAA']];
    expect((await sent('standard-webhooks', WHSEC, { body, headers })).get('webhook-signature')).toBe(
      'v1,AAAA',
    );
    expect(providerSigning(webhookRecord({ provider: 'stripe' }), [])).toBeNull();
    const old: [string, string][] = [['hmacsignature', 'old']];
    expect((await sent('adyen-platform', 'no hex', { body, headers: old })).get('hmacsignature')).toBe('old');
  });
});
