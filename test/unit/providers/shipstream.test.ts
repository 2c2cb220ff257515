import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shipstream } from '../../../src/providers/shipstream';
import { TOPICS } from '../../../src/providers/shipstream-topics';
import { mutationsOf } from '../../support/mutations';
import examples from '../../vectors/shipstream-seed-payloads.json';
import { describeWith, expectSound, issuesOf } from './support';

const see = (body: unknown) => describeWith(shipstream, body);
const message = (topic: string, fields: object) =>
  see({ topic, message: { webhook_increment_id: 1, ...fields } });
const ID = '/message/webhook_increment_id';
const NOT_AN_ID = `${ID}: must be an integer from 1 to 9007199254740991`;

describe('documented payloads', () => {
  test.each(examples)('$page page, $payload.topic', ({ payload }) => {
    const described = see(JSON.stringify(payload, null, 4));
    expect(described.issues).toEqual([]);
    expect(described.topic).toBe(payload.topic);
    expect(described.incrementId).toBe(payload.message.webhook_increment_id);
    expect(TOPICS.has(payload.topic)).toBe(true);
  });

  test('every documented topic of the current page has a schema', () => {
    expect(TOPICS.size).toBe(51);
  });

  test.each<[string, object]>([
    [
      'order:items_updated',
      { order_ref: 'R', items_canceled: [], items_remaining: [{ sku: 's', quantity: '1.0000' }] },
    ],
    [
      'order:shipped',
      { unique_id: 5, shipments: [{ unique_id: '1', warehouse_id: '1', trackers: [{ tracker_id: 3 }] }] },
    ],
    [
      'order:shipping_options_changed',
      { unique_id: '5', shipping_options: [], old_shipping_options: { a: 1 } },
    ],
    ['order:address_changed', { unique_id: '5', address: [], old_address: null }],
    ['order:status_changed', { unique_id: '5', old_status: null, new_status: 'new' }],
    ['inventory:adjusted', { stock_adjustments: [] }],
    ['inventory:adjusted', { stock_adjustments: { 7: { qty_available: '95.0000', qty_adjust: -5.5 } } }],
    ['package:manifested', { package_id: 9, status: 'manifested' }],
    [
      'tracker:updated',
      { tracker_id: 1, new_details: [{ status: 'x', timestamp: 1, location: [] }], packages: [] },
    ],
    ['serial_number:checkin', { serial_id: 1, old_location: null, new_location: 'A1' }],
    [
      'shipment:labels_voided',
      { unique_id: '1', packages: [{ weight: '1.5', package_data: [], tracking_urls: null }] },
    ],
  ])('%s as the current page has it', (topic, fields) => {
    expect(message(topic, { event_timestamp: '2021-12-07T16:08:15+00:00', ...fields }).issues).toEqual([]);
  });
});

describe('the envelope', () => {
  test('a test ping needs neither id nor message members', () => {
    for (const body of ['{"topic":"test:ping","message":[]}', '{"topic":"test:ping","message":{}}']) {
      expect(see(body)).toMatchObject({ topic: 'test:ping', incrementId: null, entityKeys: [], issues: [] });
    }
  });

  test('topics that are not known yet are accepted', () => {
    expect(message('order:teleported', { unique_id: 'x' })).toMatchObject({
      issues: [],
      entityKeys: ['order:x'],
    });
    expect(message('__proto__', {}).issues).toEqual([]);
  });

  test('a webhook over several merchants says whose event it is', () => {
    const envelope = { merchant_id: '9', merchant_code: 'acme_inc', topic: 'x:y', message: {} };
    expect(see(envelope).issues).toEqual([]);
    expect(issuesOf(see({ ...envelope, merchant_id: {} }))).toEqual([
      '/merchant_id: expected string or number, found object',
    ]);
  });

  test.each<[string | Uint8Array, string]>([
    ['', ': is empty'],
    ['{', ': is not JSON'],
    [Uint8Array.of(0x7b, 0xff), ': is not UTF-8'],
    ['['.repeat(100), ': is nested more than 64 levels deep'],
    ['[]', ': expected object, found array'],
    ['null', ': expected object, found null'],
  ])('%j is one issue', (body, issue) => {
    expect(see(body)).toMatchObject({ topic: '', incrementId: null });
    expect(issuesOf(see(body))).toEqual([issue]);
  });

  test.each<[unknown, string]>([
    [{ message: {} }, '/topic: is required'],
    [{ topic: 7, message: {} }, '/topic: expected string, found number'],
    [{ topic: '', message: {} }, '/topic: must not be empty'],
    [{ topic: 'a\nb', message: {} }, '/topic: must not contain control characters'],
    [{ topic: 'a\u0085', message: {} }, '/topic: must not contain control characters'],
    [{ topic: 'é'.repeat(129), message: {} }, '/topic: must not be longer than 256 bytes'],
    ['{"topic":"\\ud800","message":{}}', '/topic: must be well-formed text'],
    [{ topic: 'gateway:gap_opened', message: {} }, '/topic: must not begin with gateway:'],
    ['{"topic":"a:b","message":{},"topic":"a:b"}', '/topic: is given twice'],
    [{ topic: 'a:b' }, '/message: is required'],
    [{ topic: 'a:b', message: 'text' }, '/message: expected object, found string'],
    [{ topic: 'a:b', message: [1] }, '/message: expected object, found array'],
    [{ topic: 'a:b', message: null }, '/message: expected object, found null'],
    [
      { topic: 'a:b', message: { event_timestamp: 5 } },
      '/message/event_timestamp: expected string, found number',
    ],
  ])('%j: %s', (body, issue) => {
    expect(issuesOf(see(body))).toEqual([issue]);
  });

  test('a topic of exactly 256 bytes passes', () => {
    expect(see({ topic: 'é'.repeat(128), message: {} }).issues).toEqual([]);
  });

  test('a reserved topic is shown', () => {
    expect(see({ topic: 'gateway:x', message: {} }).topic).toBe('gateway:x');
  });
});

describe('increment ids', () => {
  const withId = (source: string) => see(`{"topic":"a:b","message":{"webhook_increment_id":${source}}}`);

  test.each([
    ['1', 1],
    ['"7"', 7],
    ['"007"', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['"9007199254740991"', Number.MAX_SAFE_INTEGER],
    ['"\\u0037"', 7],
  ])('%s', (source, id) => {
    expect(withId(source)).toMatchObject({ incrementId: id, issues: [] });
  });

  test.each([
    '0',
    '-1',
    '-0',
    '1.0',
    '1e3',
    '1E0',
    '9007199254740992',
    '9007199254740993',
    '4.00000000000000000001',
    '1e999',
    '""',
    '"0"',
    '"1.0"',
    '" 1"',
    '"+1"',
    '"١"',
    '"9007199254740993"',
    '"10000000000000000"',
    'null',
    'true',
    '[1]',
    '{}',
  ])('%s is an issue', source => {
    expect(withId(source)).toMatchObject({ topic: 'a:b', incrementId: null });
    expect(issuesOf(withId(source))).toEqual([NOT_AN_ID]);
  });

  test('a repeated key on the way is an issue, whatever the values', () => {
    const twice = see('{"topic":"a:b","message":{"webhook_increment_id":4,"webhook_\\u0069ncrement_id":4}}');
    expect(twice.incrementId).toBeNull();
    expect(issuesOf(twice)).toEqual([`${ID}: is given twice`]);
    const messages = see(
      '{"topic":"a:b","message":{"webhook_increment_id":4},"message":{"webhook_increment_id":5}}',
    );
    expect(messages.incrementId).toBeNull();
    expect(issuesOf(messages)).toEqual(['/message: is given twice']);
  });

  test('an id is read although the payload has issues', () => {
    expect(message('order:created', { unique_id: {} })).toMatchObject({
      incrementId: 1,
      topic: 'order:created',
      issues: [{ path: '/message/unique_id' }],
    });
  });

  test('no name of an entity is required: the deprecated one may be missing, and be the only one', () => {
    expect(issuesOf(message('order:created', {}))).toEqual([]);
    expect(message('order:created', {}).entityKeys).toEqual([]);
  });

  test('an id elsewhere is not the id', () => {
    expect(
      see('{"topic":"a:b","message":{"x":{"webhook_increment_id":4}},"webhook_increment_id":5}'),
    ).toMatchObject({
      incrementId: null,
      issues: [],
    });
  });
});

describe('wrong types', () => {
  test.each<[string, object, string]>([
    ['order:created', { unique_id: {} }, '/unique_id: expected string or number, found object'],
    [
      'order:created',
      { unique_id: '1', stock_adjustments: 5 },
      '/stock_adjustments: expected object, found number',
    ],
    [
      'order:created',
      { unique_id: '1', stock_adjustments: [5] },
      '/stock_adjustments: expected object, found array',
    ],
    [
      'order:created',
      { unique_id: '1', stock_adjustments: { secret: { qty_adjust: 'five' } } },
      '/stock_adjustments/*/qty_adjust: expected a number or a numeric string',
    ],
    [
      'order:items_updated',
      { unique_id: '1', items_canceled: {} },
      '/items_canceled: expected array, found object',
    ],
    ['order:shipped', { unique_id: '1', shipments: [[]] }, '/shipments/0: expected object, found array'],
    ['order:status_changed', { unique_id: '1', status: 3 }, '/status: expected string, found number'],
    ['product:created', { sku: {} }, '/sku: expected string or number, found object'],
    ['inventory:adjusted', {}, '/stock_adjustments: is required'],
    [
      'shipment:packed',
      { unique_id: '1', packages: [{ items: [{ quantity: [] }] }] },
      '/packages/0/items/0/quantity: expected number or string, found array',
    ],
    ['manifest:sealed', { orders: {} }, '/orders: expected array, found object'],
  ])('%s %j', (topic, fields, issue) => {
    expect(issuesOf(message(topic, fields))).toEqual([`/message${issue}`]);
  });

  test('issues never repeat what was sent', () => {
    const described = message('order:created', { unique_id: ['hush'], stock_adjustments: { hush: 'hush' } });
    expect(described.issues).toHaveLength(2);
    expect(JSON.stringify(described.issues)).not.toContain('hush');
  });

  test('issues are few, also of a large payload', () => {
    const wrong = (count: number) =>
      message('order:shipped', { unique_id: '1', shipments: Array(count).fill(1) });
    expect(wrong(1000).issues).toHaveLength(20);
    expect(wrong(400_000).issues).toHaveLength(1);
  });
});

describe('what is read', () => {
  test.each<[string, object, string[]]>([
    ['order:created', { unique_id: 'U', order_ref: 'R' }, ['order:U']],
    ['order:created', { unique_id: null, order_ref: 'R' }, ['order:R']],
    ['shipment:packed', { unique_id: 'S', order_unique_id: 'U', order_ref: 'R' }, ['order:U']],
    ['shipment:packed', { unique_id: 'S' }, ['order:S']],
    ['tracker:updated', { tracker_id: 1, order_unique_id: 100000018 }, ['order:100000018']],
    ['track:created', { number: '1', order_unique_id: 'U' }, ['order:U']],
    ['product:updated', { sku: 'a:b' }, ['product:a:b']],
    ['product_media:created', { sku: 'a', unique_id: 'b' }, ['product:a']],
    ['product:created', { unique_id: 'b' }, ['product:b']],
    ['product:sku_changed', { sku: 'new', old_sku: 'old' }, ['product:new', 'product:old']],
    ['delivery:accepted', { delivery_id: 15 }, ['delivery:15']],
    ['package:packed', { package_id: 22, status: 'packed' }, ['package:22']],
    ['package:packed', { package_id: null }, []],
    ['import:created', { unique_id: 5 }, ['import:5']],
    ['delivery_label:voided', { unique_id: '5' }, ['delivery_label:5']],
    ['delivery_label:created', {}, []],
    ['serial_number:created', { serial_id: 234, identifier: '1', sku: 'sku123' }, ['serial_number:234']],
    ['serial_number:checkin', { identifier: '1' }, []],
    [
      'inventory:adjusted',
      { stock_adjustments: { a: { sku: 'a', qty_adjust: -1 }, '7': { qty_available: 2 }, 'b:c': {} } },
      ['inventory:7', 'inventory:a', 'inventory:b:c'],
    ],
    ['inventory:adjusted', { stock_adjustments: [] }, []],
    [
      'manifest:sealed',
      {
        manifest_id: 3,
        orders: [{ unique_id: 'A' }, { unique_id: 'B' }],
        shipments: [
          { unique_id: 'S', order_unique_id: 'A' },
          { unique_id: 'T', order_unique_id: 'C' },
        ],
      },
      ['manifest:3', 'order:A', 'order:B', 'order:C'],
    ],
  ])('entity keys of %s %j', (topic, fields, keys) => {
    expect(message(topic, fields)).toMatchObject({ entityKeys: keys, issues: [] });
  });

  test('the time of the event, where it is one', () => {
    const timeOf = (event_timestamp: unknown) => message('a:b', { event_timestamp });
    expect(timeOf('2021-12-07T16:08:15+00:00').eventTime).toBe(Date.UTC(2021, 11, 7, 16, 8, 15));
    expect(timeOf('2021-12-07T18:08:15.5+02:00').eventTime).toBe(Date.UTC(2021, 11, 7, 16, 8, 15, 500));
    for (const text of ['yesterday', '2021-02-30T00:00:00Z', '2021-12-07', '2021-12-07T24:00:00Z', '']) {
      expect(timeOf(text)).toMatchObject({ eventTime: null, issues: [] });
    }
    expect(timeOf(null)).toMatchObject({ eventTime: null, issues: [] });
  });
});

describe('any input', () => {
  test('bytes and JSON', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), body => expectSound(see(body))));
    fc.assert(fc.property(fc.json(), body => expectSound(see(body))));
  });

  test('mutated payloads', () => {
    const documents = examples.map(({ payload }) => payload);
    fc.assert(
      fc.property(mutationsOf(documents), body => expectSound(see(body))),
      { numRuns: 1000 },
    );
  });
});
