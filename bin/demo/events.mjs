/** ShipStream's events as its documentation shows them, shortened, and its signature. */
import { createHmac } from 'node:crypto';

/** The secret on ShipStream's own page. */
export const SECRET = '2RUJ8NXLnLRrAj3';

const STOCK = {
  sku123: {
    sku: 'sku123',
    external_id: null,
    product_id: 7,
    qty_adjust: -5,
    qty_available: 95,
    qty_advertised: 95,
  },
};

const MESSAGES = {
  'order:created': { unique_id: '100000015', source: null, stock_adjustments: STOCK },
  'order:status_changed': {
    unique_id: '100000022',
    source: null,
    old_status: null,
    status: 'new',
    old_state: null,
    state: 'new',
  },
  'product:updated': { sku: 'product1', external_id: null },
  'delivery:created': {
    delivery_id: 15,
    increment_id: '1000029',
    sender_name: 'Microsoft',
    sender_ref: '00123456',
  },
  'inventory:adjusted': { stock_adjustments: STOCK },
  'shipment:packed': {
    unique_id: '100000007',
    warehouse_id: 1,
    status: 'packed',
    order_unique_id: '100000018',
    carrier: 'fedex',
  },
  'order:completed': { unique_id: '100000020', source: null },
};

/** The body of an event, numbered as the next payload of its webhook. */
export function body(topic, incrementId) {
  return JSON.stringify(
    { topic, message: { ...MESSAGES[topic], webhook_increment_id: incrementId } },
    null,
    4,
  );
}

export function signature(text, secret = SECRET) {
  return createHmac('sha256', secret).update(text).digest('base64');
}
