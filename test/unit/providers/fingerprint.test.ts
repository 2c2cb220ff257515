/** What makes two requests of a provider one event, and two events of the same bytes two. */
import { describe, expect, test } from 'vitest';
import { identityOf } from '../../../src/providers/fingerprint';
import { providerFor } from '../../../src/providers/registry';
import { ParsedBody } from '../../../src/signature/parsed-body';
import { describeWith } from './support';

const bytes = (text: string) => new TextEncoder().encode(text);

async function identity(name: string, text: string, headers: Record<string, string> = {}, signed = text) {
  const provider = providerFor(name);
  if (provider === undefined) throw new Error(`no provider ${name}`);
  const body = bytes(text);
  const description = describeWith(provider, body, { headers });
  const { fingerprint, ...rest } = await identityOf(
    provider,
    description,
    new ParsedBody(body),
    signed === text ? body : bytes(signed),
  );
  return { ...rest, fingerprint: fingerprint.toHex() };
}

describe('the same bytes', () => {
  const BODY = '{"id":820982911946154508}';

  test.each([
    ['shopify', 'x-shopify-topic', 'orders/create', 'orders/paid'],
    ['woocommerce', 'x-wc-webhook-topic', 'order.created', 'order.updated'],
    ['github', 'x-github-event', 'star', 'watch'],
    ['bitbucket', 'x-event-key', 'repo:push', 'repo:fork'],
    ['x-hub-sha256', 'x-event-key', 'a', 'b'],
  ])('under two topics of %s are two events', async (name, header, one, other) => {
    const first = await identity(name, BODY, { [header]: one });
    // An id beside them is no part of the bytes.
    expect(await identity(name, BODY, { [header]: one, 'x-request-uuid': 'another' })).toMatchObject(first);
    const second = await identity(name, BODY, { [header]: other });
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(second.signedDigest).not.toBe(name === 'x-hub-sha256' ? '' : first.signedDigest);
  });

  test('under two topics that nobody signs, of a body that nobody signs either, are not both passed', async () => {
    const provider = { 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'k' };
    const push = await identity('gitlab-token', BODY, provider, '');
    const tag = await identity('gitlab-token', BODY, { ...provider, 'x-gitlab-event': 'Tag Push Hook' }, '');
    expect(push.signedDigest).toBeUndefined();
    // The same id with another fingerprint: held.
    expect(tag.fingerprint).not.toBe(push.fingerprint);
  });

  test('whose topic is in the body have one fingerprint, whatever headers say', async () => {
    const plain = await identity('stripe', '{"id":"evt_1","type":"a"}');
    expect(plain).toEqual({ fingerprint: expect.any(String) });
    expect(await identity('stripe', '{"id":"evt_1","type":"a"}', { 'x-github-event': 'b' })).toEqual(plain);
  });
});

describe('a retry that is signed anew', () => {
  test('of HubSpot or LINE is known by its body without the attempt', async () => {
    const hubspot = (attempt: number, id = 1) =>
      identity('hubspot', `[{"eventId":${id},"attemptNumber":${attempt}}]`, {}, `POST${attempt}`);
    expect(await hubspot(1)).toEqual(await hubspot(0));
    expect((await hubspot(0, 2)).signedDigest).not.toBe((await hubspot(0)).signedDigest);
    const line = (again: boolean) =>
      identity('line', `{"events":[{"type":"a","deliveryContext":{"isRedelivery":${again}}}]}`);
    expect(await line(true)).toEqual(await line(false));
  });

  test('of Chargebee is compared without what it says of the attempt', async () => {
    const chargebee = (status: string, id = 'ev_1') =>
      identity(
        'chargebee',
        `{"id":"${id}","webhook_status":"${status}","webhooks":[{"webhook_status":"${status}"}]}`,
      );
    expect(await chargebee('re_scheduled')).toEqual(await chargebee('scheduled'));
    expect(await chargebee('scheduled', 'ev_2')).not.toEqual(await chargebee('scheduled'));
  });

  test('is not mistaken where a text only looks like an attempt', async () => {
    const one = await identity('hubspot', '[{"propertyValue":"\\"attemptNumber\\":1"}]');
    const other = await identity('hubspot', '[{"propertyValue":"\\"attemptNumber\\":2"}]');
    expect(one.signedDigest).not.toBe(other.signedDigest);
  });

  test.each(['zoom', 'calendly', 'discord'])(
    'of %s is known by its body, which says when it was',
    async name => {
      const body = '{"event":"meeting.started","event_ts":1626230691572}';
      expect(await identity(name, body, {}, `1.${body}`)).toEqual(
        await identity(name, body, {}, `2.${body}`),
      );
    },
  );

  test('of Zendesk is known by its id where that is signed, else by what is signed and by its id', async () => {
    const event = '{"id":"01H","type":"zen:event-type:user.created"}';
    expect(await identity('zendesk', event, {}, 'signed')).toEqual({ fingerprint: expect.any(String) });
    // What a user wrote may have the id of a ticket.
    const headers = { 'x-zendesk-webhook-invocation-id': '01F' };
    expect(await identity('zendesk', '{"id":"7","type":"ticket"}', headers, 'signed')).toMatchObject({
      signedDigest: expect.any(String),
      alsoKnownBy: 'unsigned_id',
    });
  });

  test('of PayPal is known by its id and by what is signed', async () => {
    expect(await identity('paypal', '{"id":"WH-1"}', {}, 'signed')).toMatchObject({
      signedDigest: expect.any(String),
      alsoKnownBy: 'event_id',
    });
  });
});
