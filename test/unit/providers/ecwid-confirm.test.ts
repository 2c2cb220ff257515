import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmRequest, judgeConfirmation } from '../../../src/providers/ecwid-confirm';

const SETTINGS = { url: 'https://app.ecwid.com/api/v3/', token: 'secret_abc' };
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const EVENT = { eventId: 'e1', eventType: 'product.updated', eventCreated: 1, storeId: 1003, entityId: 7 };
const ORDER = {
  ...EVENT,
  eventType: 'order.updated',
  entityId: 103,
  data: { orderId: 'XJ12H', newPaymentStatus: 'PAID', newFulfillmentStatus: 'SHIPPED' },
};
const FOUND = { id: 'XJ12H', internalId: 103, paymentStatus: 'PAID', fulfillmentStatus: 'SHIPPED' };

describe('confirmRequest', () => {
  const urlOf = (event: object) => {
    const request = confirmRequest(SETTINGS, encode({ ...EVENT, ...event }));
    return request.ok ? request.value.url.replace('https://app.ecwid.com/api/v3', '') : request.error;
  };

  test('carries the token', () => {
    expect(confirmRequest(SETTINGS, encode(EVENT))).toEqual({
      ok: true,
      value: {
        url: 'https://app.ecwid.com/api/v3/1003/products/7',
        headers: { authorization: 'Bearer secret_abc', accept: 'application/json' },
      },
    });
  });

  test.each<[object, string]>([
    [ORDER, '/1003/orders/XJ12H'],
    [{ eventType: 'order.created' }, '/1003/orders/7'],
    [{ eventType: 'category.created' }, '/1003/categories/7'],
    [{ eventType: 'customer.personalDataExportRequest' }, '/1003/customers/7'],
    [{ eventType: 'customer_group.updated' }, '/1003/customer_groups/7'],
    [{ eventType: 'discount_coupon.updated' }, '/1003/discount_coupons/7'],
    [{ eventType: 'promotion.updated' }, '/1003/promotions/7'],
    [{ eventType: 'product_class.updated' }, '/1003/classes/7'],
    [{ eventType: 'review.updated' }, '/1003/reviews/7'],
    [{ eventType: 'unfinished_order.created', data: { cartId: 'C-1' } }, '/1003/carts/C-1'],
    [{ eventType: 'unfinished_order.created', entityId: -1 }, 'the event names no entity'],
    [{ eventType: 'profile.updated' }, '/1003/profile'],
    [{ entityId: 'a/../b?c#d' }, '/1003/products/a%2F..%2Fb%3Fc%23d'],
    [{ entityId: '..' }, 'the event names no entity'],
    [{ entityId: null }, 'the event names no entity'],
    [{ storeId: '.' }, 'the event names no store'],
    [{ storeId: {} }, 'the event names no store'],
    [{ eventType: 'application.installed' }, 'events of this type name nothing that can be fetched'],
    [{ eventType: 7 }, 'events of this type name nothing that can be fetched'],
  ])('%j → %s', (event, url) => {
    expect(urlOf(event)).toBe(url);
  });
});

describe('judgeConfirmation', () => {
  const judge = (event: object, status: number, json: unknown = undefined) => {
    const judgement = judgeConfirmation(encode({ ...EVENT, ...event }), { status, json });
    return 'held' in judgement ? 'held' : judgement.verdict;
  };

  test.each<[string, object, number, unknown, string]>([
    ['found', {}, 200, { id: 7 }, 'confirmed'],
    ['found, id as text', {}, 200, { id: '7' }, 'confirmed'],
    ['another entity', {}, 200, { id: 8 }, 'unconfirmed'],
    ['no object', {}, 200, undefined, 'retry'],
    ['gone', {}, 404, undefined, 'unconfirmed'],
    ['deleted and gone', { eventType: 'product.deleted' }, 404, undefined, 'confirmed'],
    ['deleted and there', { eventType: 'product.deleted' }, 200, { id: 7 }, 'unconfirmed'],
    ['a scope is missing', {}, 403, undefined, 'held'],
    ['the token is wrong', {}, 401, undefined, 'held'],
    ['a scope is missing for a deletion', { eventType: 'product.deleted' }, 403, undefined, 'held'],
    ['too many requests', {}, 429, undefined, 'retry'],
    ['down', {}, 503, undefined, 'retry'],
    ['no answer', {}, 0, undefined, 'retry'],
    ['a redirect', {}, 302, undefined, 'retry'],
    ['refused', {}, 400, undefined, 'unconfirmed'],
    ['no entity to fetch', { eventType: 'application.installed' }, 200, {}, 'unconfirmed'],
    ['the store', { eventType: 'profile.updated' }, 200, { generalInfo: { storeId: 1003 } }, 'confirmed'],
    ['another store', { eventType: 'profile.updated' }, 200, { generalInfo: { storeId: 1 } }, 'unconfirmed'],
    ['the order', ORDER, 200, FOUND, 'confirmed'],
    ['the order, in other letters', ORDER, 200, { ...FOUND, paymentStatus: 'paid' }, 'confirmed'],
    ['the order by number', ORDER, 200, { ...FOUND, id: 1, orderNumber: 'XJ12H' }, 'confirmed'],
    ['the order without its internal id', ORDER, 200, { ...FOUND, internalId: undefined }, 'confirmed'],
    ['another payment status', ORDER, 200, { ...FOUND, paymentStatus: 'REFUNDED' }, 'unconfirmed'],
    ['another fulfillment status', ORDER, 200, { ...FOUND, fulfillmentStatus: 'DELIVERED' }, 'unconfirmed'],
    ['no status', ORDER, 200, { ...FOUND, fulfillmentStatus: undefined }, 'unconfirmed'],
    ['the entity id of another order', { ...ORDER, entityId: 104 }, 200, FOUND, 'unconfirmed'],
    ['no status claimed', { ...ORDER, data: { orderId: 'XJ12H' } }, 200, FOUND, 'confirmed'],
  ])('%s', (_, event, status, json, verdict) => {
    expect(judge(event, status, json)).toBe(verdict);
  });

  test('any body and any answer', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        (entityId, data, other, json) => {
          const body = encode({
            ...ORDER,
            entityId,
            data: [data, { orderId: 'XJ12H', newPaymentStatus: other }][1],
          });
          confirmRequest(SETTINGS, body);
          confirmRequest(SETTINGS, encode(data));
          judgeConfirmation(body, { status: 200, json: { ...FOUND, paymentStatus: json } });
          judgeConfirmation(encode({ ...ORDER, data }), { status: 200, json });
        },
      ),
    );
  });
});
