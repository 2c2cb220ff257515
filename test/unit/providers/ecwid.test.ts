import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ecwid } from '../../../src/providers/ecwid';
import { EVENT_TYPES } from '../../../src/providers/ecwid-events';
import { providerFor } from '../../../src/providers/registry';
import { mutationsOf } from '../../support/mutations';
import examples from '../../vectors/ecwid-payloads.json';
import { describeWith, expectSound, issuesOf } from './support';

const see = (body: unknown, query = '') => describeWith(ecwid, body, { query });
const EVENT = {
  eventId: 'e1',
  eventType: 'product.updated',
  eventCreated: 1230329329,
  storeId: 1003,
  entityId: 7,
};

test.each(examples.payloads)('documented: $source', ({ payload, query }) => {
  expect(see(payload, query)).toEqual({
    topic: payload.eventType,
    eventId: String(payload.eventId),
    incrementId: null,
    entityKeys: [`ecwid:${payload.eventType.split('.')[0]}:1003:${payload.entityId}`],
    eventTime: payload.eventCreated * 1000,
    issues: [],
  });
});

test('all documented event types are known, others are accepted', () => {
  expect(EVENT_TYPES.size).toBe(42);
  for (const eventType of [...EVENT_TYPES.keys(), 'drone.landed'])
    expect(see({ ...EVENT, eventType }).issues).toEqual([]);
});

describe('event id', () => {
  const idOf = (source: string) => see(JSON.stringify(EVENT).replace('"e1"', source));

  test.each([
    ['5', '5'],
    ['"5"', '5'],
    ['9007199254740993', '9007199254740993'],
    ['"80aece08-40e8-4145-8764-6c2f0d38678"', '80aece08-40e8-4145-8764-6c2f0d38678'],
  ])('%s', (source, id) => {
    expect(idOf(source)).toMatchObject({ eventId: id, issues: [] });
  });

  test.each(['1.5', '5.0', '5e0', '""', 'true', '{}', 'null', '"\\ud800"'])('%s is an issue', source => {
    const described = idOf(source);
    expect(described.eventId).toBeNull();
    expect(described.issues).toMatchObject([{ path: '/eventId' }]);
  });
});

describe('event type in the query', () => {
  test.each(['', 'eventtype=product.updated', 'a=1&eventtype=product%2Eupdated'])('%j agrees', query => {
    expect(see(EVENT, query).issues).toEqual([]);
  });

  test.each(['eventtype=product.deleted', 'eventtype=', 'eventtype=product.updated&eventtype=x'])(
    '%j differs',
    query => {
      expect(issuesOf(see(EVENT, query))).toEqual(['query:eventtype: is not the event type of the body']);
    },
  );
});

test.each<[object | string, string[]]>([
  [{ ...EVENT, eventType: undefined }, ['/eventType: is required']],
  [{ ...EVENT, eventId: undefined }, ['/eventId: is required']],
  [{ ...EVENT, eventCreated: undefined }, ['/eventCreated: expected seconds since 1970']],
  [{ ...EVENT, eventCreated: 1.5 }, ['/eventCreated: expected seconds since 1970']],
  [{ ...EVENT, eventCreated: 1e300 }, ['/eventCreated: expected seconds since 1970']],
  [{ ...EVENT, storeId: undefined }, ['/storeId: is required']],
  [{ ...EVENT, storeId: 2 ** 53 }, ['/storeId: expected an integer below 2^53']],
  [{ ...EVENT, entityId: [] }, ['/entityId: expected string or number, found array']],
  [{ ...EVENT, data: 'x' }, ['/data: expected object, found string']],
  [{ ...EVENT, data: [1] }, ['/data: expected object, found array']],
  [
    { ...EVENT, eventType: 'order.updated', data: { newPaymentStatus: 5 } },
    ['/data/newPaymentStatus: expected string, found number'],
  ],
  [`${JSON.stringify(EVENT).slice(0, -1)},"entityId":8}`, [': gives a key twice']],
  [`${JSON.stringify(EVENT).slice(0, -1)},"data":{"n":1.0,"a":1,"a":2}}`, [': gives a key twice']],
  ['', [': is empty']],
])('%j', (body, issues) => {
  expect(issuesOf(see(body))).toEqual(issues);
});

test('an event without an entity has no key', () => {
  expect(see({ ...EVENT, entityId: undefined })).toMatchObject({ entityKeys: [], issues: [] });
});

test('order 7 and product 7 are two entities', () => {
  expect(see({ ...EVENT, eventType: 'order.updated' }).entityKeys).not.toEqual(see(EVENT).entityKeys);
});

test('any input', () => {
  const documents = examples.payloads.map(({ payload }) => payload);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (body, query) =>
      expectSound(see(body, query)),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), mutationsOf(documents)), body => expectSound(see(body ?? 'null'))),
    { numRuns: 500 },
  );
});

test('registry', () => {
  expect(providerFor('ecwid')).toBe(ecwid);
  for (const name of ['', 'Ecwid', '__proto__', 'constructor']) expect(providerFor(name)).toBeUndefined();
});
