/**
 * Ecwid's event types and what their `data` holds (https://docs.ecwid.com/webhook-automations/list-of-webhook-events).
 * All of `data` is optional and unknown fields pass, because an event only names the entity, which its consumer fetches.
 */
import * as v from 'valibot';
import { id, object, text } from './shapes';

const NO_DATA: v.ObjectEntries = {};

const order = {
  orderId: id,
  oldPaymentStatus: text,
  newPaymentStatus: text,
  oldFulfillmentStatus: text,
  newFulfillmentStatus: text,
};

const of = (kind: string, verbs: string, data: v.ObjectEntries): [string, v.GenericSchema][] =>
  verbs.split(' ').map(verb => [`${kind}.${verb}`, object(data)]);

const CHANGES = 'created updated deleted';

/** Schemas of `data` by event type. A type that is not here is accepted with any data. */
export const EVENT_TYPES: ReadonlyMap<string, v.GenericSchema> = new Map([
  ...of('order', CHANGES, order),
  ...of('unfinished_order', CHANGES, { ...order, cartId: id }),
  ...of('product', CHANGES, NO_DATA),
  ...of('category', CHANGES, NO_DATA),
  ...of('customer', `${CHANGES} personalDataRemovalRequest personalDataExportRequest`, {
    customerEmail: text,
  }),
  ...of('customer_group', CHANGES, NO_DATA),
  ...of('discount_coupon', CHANGES, NO_DATA),
  ...of('promotion', CHANGES, { version: id }),
  ...of('product_class', CHANGES, NO_DATA),
  ...of('review', CHANGES, { productId: id, orderId: id, status: text }),
  ...of('invoice', 'created deleted', { orderId: id }),
  ...of('profile', 'updated personalDataRemovalRequest personalDataExportRequest', NO_DATA),
  ...of('profile', 'subscriptionStatusChanged', { oldSubscriptionName: text, newSubscriptionName: text }),
  ...of('application', 'installed uninstalled', NO_DATA),
  ...of('application', 'subscriptionStatusChanged', {
    oldSubscriptionStatus: text,
    newSubscriptionStatus: text,
  }),
  ...of('application', 'storageChanged', { key: text }),
]);

export const ANY_DATA: v.GenericSchema = object({});

/** Integers below 2^53, since a rounded number would be confirmed as one entity and read by a destination as another. */
const entityId = v.union([v.string(), v.pipe(v.number(), v.safeInteger('expected an integer below 2^53'))]);

/** The other fields of an event that are read. For applications `entityId` is text, and it may be missing. */
export const ENVELOPE = v.looseObject({ storeId: entityId, entityId: v.nullish(entityId) });

/** The kind of entity an event is about: `order` of `order.updated`. */
export const kindOfEvent = (eventType: string): string => eventType.split('.', 1)[0] ?? '';
