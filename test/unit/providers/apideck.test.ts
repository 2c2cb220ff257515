import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apideck } from '../../../src/providers/apideck';
import { mutationsOf } from '../../support/mutations';
import examples from '../../vectors/apideck-payloads.json';
import { describeWith, expectSound, issuesOf } from './support';

const TYPE = 'x-apideck-event-type';
const KEY = 'x-apideck-idempotency-key';
const see = (body: unknown, headers: Record<string, string> = {}) => describeWith(apideck, body, { headers });
const event = (fields: object, headers?: Record<string, string>) =>
  see({ payload: { event_type: 'ecommerce.order.created', event_id: 'e1', ...fields } }, headers);

describe('documented payloads', () => {
  test.each(examples.payloads)('$payload.event_type', body => {
    expect(see(body, { [TYPE]: body.payload.event_type, [KEY]: 'other' })).toEqual({
      topic: body.payload.event_type,
      eventId: 'd290f1ee-6c54-4b01-90e6-d701748f0851',
      incrementId: null,
      entityKeys: [`apideck:test_user_id:${body.payload.entity_id}`],
      eventTime: Date.UTC(2020, 0, 1),
      issues: [],
    });
  });
});

describe('event type', () => {
  test('types that are not known are accepted', () => {
    expect(event({ event_type: 'vault.connection.updated', entity: { a: 1 } })).toMatchObject({
      topic: 'vault.connection.updated',
      issues: [],
    });
  });

  test('the header fills in what the body leaves out', () => {
    expect(see({ payload: { event_id: 'e1' } }, { [TYPE]: 'crm.lead.created' })).toMatchObject({
      topic: 'crm.lead.created',
      issues: [],
    });
  });

  test('a header that differs from the signed type is an issue', () => {
    const described = event({}, { [TYPE]: 'ecommerce.order.deleted' });
    expect(described.topic).toBe('ecommerce.order.created');
    expect(issuesOf(described)).toEqual([`header:${TYPE}: is not the event type of the body`]);
  });

  test('an event that lost its type is an issue', () => {
    expect(issuesOf(see({ payload: { entity_id: '1' } }))).toEqual(['/payload/event_type: is required']);
    expect(issuesOf(event({ event_type: 5 }))).toEqual([
      '/payload/event_type: expected string, found number',
    ]);
    expect(issuesOf(event({ event_type: 'gateway:x' }))).toEqual([
      '/payload/event_type: must not begin with gateway:',
    ]);
  });
});

test.each(['{}', '[]', '"hello"', 'true', '{"payload":{}}', '{"type":"validation"}', '{"payload":null}'])(
  'a signed %s is a validation request',
  body => {
    expect(see(body)).toEqual({
      topic: 'apideck:validation',
      eventId: null,
      incrementId: null,
      entityKeys: [],
      eventTime: null,
      issues: [],
    });
  },
);

describe('event id', () => {
  test('of the body, as text from the source; else of the header', () => {
    expect(event({ event_id: 'a' }, { [KEY]: 'b' }).eventId).toBe('a');
    expect(see('{"payload":{"event_type":"a.b","event_id":9007199254740993}}').eventId).toBe(
      '9007199254740993',
    );
    expect(event({ event_id: undefined }, { [KEY]: 'b' }).eventId).toBe('b');
    expect(event({ event_id: null }).eventId).toBeNull();
  });

  test.each<[unknown, string]>([
    ['', 'must not be empty'],
    [{}, 'expected string or number, found object'],
    [1.5, 'must be an integer or a string'],
    ['x'.repeat(513), 'must not be longer than 512 bytes'],
  ])('%j is an issue, and the header does not replace it', (event_id, message) => {
    const described = event({ event_id }, { [KEY]: 'b' });
    expect(described.eventId).toBeNull();
    expect(issuesOf(described)).toEqual([`/payload/event_id: ${message}`]);
  });
});

describe('payload', () => {
  test('what the header announces has to be there', () => {
    const headers = { [TYPE]: 'a.b' };
    expect(issuesOf(see('{}', headers))).toEqual(['/payload: is required']);
    expect(issuesOf(see('{"payload":[]}', headers))).toEqual(['/payload: expected object, found array']);
    expect(issuesOf(see('[]', headers))).toEqual([': expected object, found array']);
  });

  test('wrong types', () => {
    expect(issuesOf(event({ entity_id: [], execution_attempt: 1.5, entity_url: 5 }))).toEqual([
      '/payload/entity_id: expected string or number, found array',
      '/payload/entity_url: expected string, found number',
      '/payload/execution_attempt: expected an integer',
    ]);
  });

  test('entity keys keep their parts apart', () => {
    const keyOf = (consumer_id: unknown, entity_id: unknown) => event({ consumer_id, entity_id }).entityKeys;
    expect(keyOf('a:b', 'c')).toEqual(['apideck:a%3Ab:c']);
    expect(keyOf('a', 'b:c')).toEqual(['apideck:a:b:c']);
    expect(keyOf('a%3Ab', 'c')).toEqual(['apideck:a%253Ab:c']);
    expect(keyOf('a', null)).toEqual([]);
  });
});

test('any input', () => {
  const headers = fc.dictionary(fc.constantFrom(TYPE, KEY), fc.stringMatching(/^[ -~]*$/));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), headers, (body, sent) => expectSound(see(body, sent))),
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), mutationsOf(examples.payloads)), headers, (body, sent) =>
      expectSound(see(body ?? 'null', sent)),
    ),
    { numRuns: 500 },
  );
});
