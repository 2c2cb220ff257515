/** Where presets read topic, id and entity key, and what they make an event known by. */
import { describe, expect, test } from 'vitest';
import type { KnownBy, Provider } from '../../../src/providers/provider';
import { allProviders, providerFor } from '../../../src/providers/registry';
import { SETUPS } from '../../../src/providers/setup/setups';
import { describeWith, issuesOf } from './support';

function named(name: string): Provider {
  const provider = providerFor(name);
  if (provider === undefined) throw new Error(`no provider ${name}`);
  return provider;
}

type Case = {
  provider: string;
  headers?: Record<string, string>;
  body: unknown;
  topic: string;
  eventId: string | null;
  entity?: string;
  knownBy: KnownBy;
};

const CASES: Case[] = [
  {
    provider: 'github',
    headers: { 'x-github-event': 'issues', 'x-github-delivery': '72d3162e' },
    body: { action: 'opened', issue: { number: 1347 }, repository: { id: 1296269 } },
    topic: 'issues',
    eventId: '72d3162e',
    entity: 'github:1296269.1347',
    knownBy: 'delivery_id',
  },
  {
    provider: 'stripe',
    body: { id: 'evt_1', type: 'invoice.paid', data: { object: { id: 'in_1' } } },
    topic: 'invoice.paid',
    eventId: 'evt_1',
    entity: 'stripe:in_1',
    knownBy: 'event_id',
  },
  {
    // A thin event names its object and does not carry it.
    provider: 'stripe',
    body: {
      ...{ id: 'evt_65', object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered' },
      related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1/billing/meters/mtr_1' },
    },
    topic: 'v1.billing.meter.error_report_triggered',
    eventId: 'evt_65',
    entity: 'stripe:mtr_1',
    knownBy: 'event_id',
  },
  {
    provider: 'shopify',
    headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': 'w1', 'x-shopify-event-id': 'e1' },
    body: '{"id":820982911946154508}',
    topic: 'orders/create',
    eventId: 'e1',
    entity: 'shopify:820982911946154508',
    knownBy: 'delivery_id',
  },
  {
    provider: 'woocommerce',
    headers: {
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-id': '10',
      'x-wc-webhook-delivery-id': '3b9f6d',
    },
    body: { id: 1234 },
    topic: 'order.updated',
    eventId: '10.3b9f6d',
    entity: 'woocommerce:1234',
    knownBy: 'delivery_id',
  },
  {
    provider: 'bigcommerce',
    headers: { 'webhook-id': 'm1' },
    body: { scope: 'store/order/created', data: { type: 'order', id: 5 } },
    topic: 'store/order/created',
    eventId: 'm1',
    entity: 'bigcommerce:order.5',
    knownBy: 'event_id',
  },
  {
    provider: 'slack',
    body: {
      type: 'event_callback',
      event_id: 'Ev1',
      event: { type: 'reaction_added', channel: 'C1' },
    },
    topic: 'reaction_added',
    eventId: 'Ev1',
    entity: 'slack:C1',
    knownBy: 'event_id',
  },
  {
    provider: 'slack',
    body: 'command=%2Fweather&trigger_id=13.37&channel_id=C2',
    topic: '/weather',
    eventId: '13.37',
    entity: 'slack:C2',
    knownBy: 'event_id',
  },
  {
    provider: 'adyen-payments',
    body: {
      notificationItems: [{ NotificationRequestItem: { pspReference: 'p1', eventCode: 'CAPTURE' } }],
    },
    topic: 'CAPTURE',
    eventId: 'p1.CAPTURE',
    entity: 'adyen-payments:p1',
    knownBy: 'event_id_and_signed_bytes',
  },
  {
    provider: 'hubspot',
    body: '[{"eventId":531833541,"subscriptionType":"contact.creation"}]',
    topic: 'contact.creation',
    eventId: '531833541',
    knownBy: 'body',
  },
  {
    provider: 'twilio-form',
    headers: { 'i-twilio-idempotency-token': 't1' },
    body: 'MessageSid=SM1&MessageStatus=delivered',
    topic: 'delivered',
    eventId: 't1',
    entity: 'twilio-form:SM1',
    knownBy: 'delivery_id',
  },
  {
    provider: 'mandrill',
    body: `mandrill_events=${encodeURIComponent('[{"event":"hard_bounce","msg":{"_id":"m1"},"_id":"m1","ts":1}]')}`,
    topic: 'hard_bounce',
    eventId: null,
    knownBy: 'signed_bytes',
  },
  {
    provider: 'mandrill',
    body: `mandrill_events=${encodeURIComponent('[{"type":"blacklist","action":"add","reject":{},"ts":1}]')}`,
    topic: 'blacklist',
    eventId: null,
    knownBy: 'signed_bytes',
  },
  {
    provider: 'dropbox',
    body: { list_folder: { accounts: ['dbid:A'] } },
    topic: 'list_folder',
    eventId: null,
    knownBy: 'request',
  },
  {
    provider: 'discord',
    body: { version: 1, type: 1, event: { type: 'ENTITLEMENT_CREATE' } },
    topic: 'ENTITLEMENT_CREATE',
    eventId: null,
    knownBy: 'body',
  },
  {
    provider: 'meta',
    body: { object: 'page', entry: [] },
    topic: 'page',
    eventId: null,
    knownBy: 'signed_bytes',
  },
  {
    provider: 'zendesk',
    headers: { 'x-zendesk-webhook-invocation-id': '01F' },
    body: '{"id":123,"say":"hello"}',
    topic: 'event',
    eventId: '01F',
    knownBy: 'event_id_or_signed_bytes',
  },
  {
    provider: 'zendesk',
    headers: { 'x-zendesk-webhook-invocation-id': '01F' },
    body: { id: '01H', type: 'zen:event-type:user.created' },
    topic: 'zen:event-type:user.created',
    eventId: '01H',
    knownBy: 'event_id_or_signed_bytes',
  },
  {
    provider: 'paypal',
    headers: { 'paypal-transmission-id': 't1' },
    body: { id: 'WH-1', event_type: 'PAYMENT.SALE.COMPLETED', resource: { id: 'r1' } },
    topic: 'PAYMENT.SALE.COMPLETED',
    eventId: 'WH-1',
    entity: 'paypal:r1',
    knownBy: 'event_id_and_signed_bytes',
  },
  {
    provider: 'twitch',
    headers: { 'twitch-eventsub-message-id': 'm1' },
    body: { subscription: { type: 'stream.online', status: 'enabled' }, event: {} },
    topic: 'stream.online',
    eventId: 'm1',
    knownBy: 'event_id',
  },
  {
    provider: 'twitch',
    headers: { 'twitch-eventsub-message-id': 'm2', 'twitch-eventsub-message-type': 'revocation' },
    body: { subscription: { type: 'stream.online', status: 'user_removed' } },
    topic: 'revocation',
    eventId: 'm2',
    knownBy: 'event_id',
  },
  {
    provider: 'gitlab-signing',
    headers: { 'x-gitlab-event': 'Push Hook', 'webhook-id': 'f5e5', 'idempotency-key': 'other' },
    body: { object_kind: 'push', project: { id: 7 } },
    topic: 'Push Hook',
    eventId: 'f5e5',
    entity: 'gitlab-signing:7',
    knownBy: 'event_id',
  },
  {
    provider: 'linear',
    headers: { 'linear-delivery': 'd1', 'linear-event': 'Comment' },
    body: { type: 'Comment', data: { id: 'c1' } },
    topic: 'Comment',
    eventId: 'd1',
    entity: 'linear:c1',
    knownBy: 'event_id_and_signed_bytes',
  },
];

describe('readings', () => {
  test.each(CASES)(
    '$provider: $topic',
    ({ provider, headers = {}, body, topic, eventId, entity, knownBy }) => {
      const description = describeWith(named(provider), body, { headers });
      expect(description).toMatchObject({ topic, eventId, incrementId: null, issues: [] });
      expect(description.entityKeys).toEqual(entity === undefined ? [] : [entity]);
      expect(named(provider).knownBy).toBe(knownBy);
    },
  );

  test('the topics of all elements of a list are read', () => {
    const item = (eventCode: string) => ({ NotificationRequestItem: { eventCode, pspReference: '7' } });
    const items = [item('AUTHORISATION'), item('CAPTURE'), item('CAPTURE')];
    expect(describeWith(named('adyen-payments'), { notificationItems: items })).toMatchObject({
      topic: 'AUTHORISATION',
      topics: ['AUTHORISATION', 'CAPTURE'],
    });
    expect(describeWith(named('sendgrid'), [{ event: 'a' }, { event: 'a' }])).not.toHaveProperty('topics');
    // The first says nothing of itself.
    expect(describeWith(named('hubspot'), [{}, { subscriptionType: 'b' }])).toMatchObject({
      topic: 'event',
      topics: ['event', 'b'],
    });
    expect(issuesOf(describeWith(named('sendgrid'), [{ event: 'a' }, { event: 'gateway:x' }]))).toEqual([
      '/1: must not begin with gateway:',
    ]);
  });

  test('in a form field too, of whichever kind each element is', () => {
    const events = [{ event: 'open' }, { type: 'blacklist' }, { event: 'click', type: 'none' }, {}];
    const posted = (value: string) =>
      describeWith(named('mandrill'), `mandrill_events=${encodeURIComponent(value)}`);
    expect(posted(JSON.stringify(events))).toMatchObject({
      ...{ topic: 'open', topics: ['open', 'blacklist', 'click'], issues: [] },
    });
    expect(posted(JSON.stringify(events.toReversed().slice(1)))).toMatchObject({
      ...{ topic: 'click', topics: ['click', 'blacklist', 'open'] },
    });
    expect(issuesOf(posted('[{"event":"a"},{"event":"gateway:x"}]'))).toEqual([
      'form:mandrill_events/1: must not begin with gateway:',
    ]);
    expect(issuesOf(posted('[{}]'))).toEqual(['form:mandrill_events/0/event: is required']);
    expect(issuesOf(posted('{"event":"a"}'))).toEqual(['form:mandrill_events/0/event: is required']);
    expect(issuesOf(posted('[{"event":"a","event":"b"}]'))).toEqual([
      'form:mandrill_events/0/event: is given twice',
    ]);
    expect(issuesOf(posted('[{"event":'))).toEqual(['form:mandrill_events: is not JSON']);
    expect(issuesOf(posted(''))).toEqual(['form:mandrill_events: is empty']);
    const elsewhere = (body: string) => issuesOf(describeWith(named('mandrill'), body));
    expect(elsewhere('other=1')).toEqual(['form:mandrill_events: is required']);
    expect(elsewhere('mandrill_events=[]&mandrill_events=[]')).toEqual([
      'form:mandrill_events/0/event: is given twice',
    ]);
    expect(elsewhere('%zz')).toEqual(['form:mandrill_events: is not in the body, which is no form']);
  });

  test('what cannot be read is an issue, and what can be is read all the same', () => {
    expect(issuesOf(describeWith(named('stripe'), {}))).toEqual(['/type: is required']);
    expect(issuesOf(describeWith(named('stripe'), { type: {}, id: [] }))).toEqual([
      '/type: expected text or number, found object or array',
      '/id: expected text or number, found object or array',
    ]);
    expect(issuesOf(describeWith(named('stripe'), '{"type":"a","id":"x","id":"y"}'))).toEqual([
      '/id: is given twice',
    ]);
    expect(describeWith(named('shopify'), 'no json', { headers: { 'x-shopify-topic': 'a' } })).toMatchObject({
      topic: 'a',
      issues: [{ path: '', message: 'is not JSON' }],
    });
    expect(issuesOf(describeWith(named('sendgrid'), {}))).toEqual([
      ': expected array, found object',
      '/0/event: is required',
    ]);
    expect(
      issuesOf(describeWith(named('github'), {}, { headers: { 'x-github-event': 'gateway:x' } })),
    ).toEqual(['header:x-github-event: must not begin with gateway:']);
  });
});

/** Whose body, or a part of it, is not covered by the signature so that no byte could be another. */
const UNSIGNED = [
  'adyen-payments',
  'chargebee',
  'ecwid',
  'gitlab-token',
  'mailgun',
  'mandrill',
  'paypal',
  'twilio-form',
];

/** The names a webhook can be created with: those of the 25 providers, and more. */
const NAMES =
  `shipstream apideck ecwid github x-hub-sha1 x-hub-sha256 x-hub-sha512 intercom meta typeform shopify
  shopify-events woocommerce linear dropbox pagerduty adyen-platform adyen-payments stripe paddle slack zendesk
  zendesk-2021-doc box square hubspot twilio-form twilio-json sendgrid discord paypal standard-webhooks svix bigcommerce
  gitlab-signing gitlab-token standard-webhooks-ed25519 chargebee coinbase-cdp mandrill`.split(/\s+/);

describe('the table', () => {
  test('has every provider, once', () => {
    const names = allProviders().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(NAMES.filter(name => !names.includes(name))).toEqual([]);
  });

  test('says truly whose body is signed', () => {
    const unsigned = allProviders()
      .filter(({ scheme }) => scheme.bodySigned === false)
      .map(({ name }) => name);
    expect(unsigned.sort()).toEqual(UNSIGNED);
  });

  test.each(allProviders())('says of $name what a user has to know', ({ name, guide, title }) => {
    const setup = SETUPS.get(name);
    expect(URL.canParse(setup?.docsUrl ?? '')).toBe(true);
    expect([title, guide.secret, setup?.success, guide.reads.topic]).not.toContain('');
  });
});
