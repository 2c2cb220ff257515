/**
 * What a message of each of ShipStream's topics looks like: the topics of the current page
 * (github.com/ShipStream/shipstream.github.io, `_posts/2015-06-12-topics.md`), of its 2021 version and of the older
 * event page, with the spellings of all three.
 *
 * Every field may be missing (`unique_id` is deprecated, and the oldest examples have nothing else) and unknown fields
 * pass, because quarantining what the next release adds would help nobody. A known field of a wrong type is an issue.
 * `webhook_increment_id` is not here: it needs the source text (`increment-id.ts`).
 */
import * as v from 'valibot';
import { id, object, text } from './shapes';
import { flag, list, quantity, section, stockAdjustments } from './shipstream-fields';

const event = { event_timestamp: text };

const statusChange = {
  status: text,
  old_status: text,
  new_status: text,
  state: text,
  old_state: text,
  new_state: text,
};

const items = list(object({ order_item_id: id, sku: id, quantity, lot_data: list(v.unknown()) }));

const trackers = list(
  object({ tracker_id: id, carrier: text, tracking_number: id, carrier_tracking_url: text, status: text }),
);

const packages = list(
  object({
    package_id: id,
    status: text,
    weight: quantity,
    weight_unit: text,
    tracker_id: id,
    items,
    package_data: list(object({ order_item_id: id, label: text })),
    tracking_numbers: list(id),
    tracking_urls: list(v.unknown()),
    packaging: list(v.unknown()),
  }),
);

const shipmentFields = {
  unique_id: id,
  order_unique_id: id,
  order_ref: id,
  external_id: id,
  warehouse_id: id,
  source: text,
  status: text,
  order_status: text,
  carrier: text,
  service: text,
  service_description: text,
  shipping_method: text,
  updated_at: text,
  items,
  packages,
  trackers,
};

const shipments = list(object(shipmentFields));

const address = section({
  firstname: text,
  lastname: text,
  company: text,
  street: v.nullish(v.union([v.string(), v.array(v.string())])),
  city: text,
  region: text,
  postcode: id,
  country: text,
  classification: text,
  is_valid: flag,
  telephone: id,
  email: text,
});

const message = (entries: v.ObjectEntries) => object({ ...event, ...entries });

const order = (entries: v.ObjectEntries = {}) =>
  message({ unique_id: id, order_unique_id: id, order_ref: id, source: text, ...entries });
const withStock = { stock_adjustments: v.nullish(stockAdjustments) };
const plainOrder = order();
const shippedOrder = order({ shipments });

/** `unique_id` is how the oldest page names every entity; later ones have better names. */
const product = message({ sku: id, unique_id: id, external_id: id, old_sku: id });

const delivery = message({
  delivery_id: id,
  unique_id: id,
  increment_id: id,
  delivery_type: text,
  sender_name: text,
  sender_ref: id,
  sender_ref_alt: id,
  merchant_ref: id,
  merchant_status: text,
  ...withStock,
  ...statusChange,
});

const uniqueThing = message({ unique_id: id });

const shipment = message(shipmentFields);

const parcel = message({ package_id: id, status: text });

const track = message({
  order_ref: id,
  order_unique_id: id,
  shipment_unique_id: id,
  warehouse_id: id,
  package_id: id,
  source: text,
  carrier: text,
  service: text,
  number: id,
  url: text,
});

const tracker = message({
  tracker_id: id,
  order_unique_id: id,
  order_ref: id,
  order_source: text,
  shipment_unique_id: id,
  warehouse_id: id,
  carrier: text,
  tracking_number: id,
  carrier_tracking_url: text,
  old_status: text,
  new_status: text,
  new_details: list(
    object({
      status: text,
      timestamp: id,
      is_timestamp_date: flag,
      message: text,
      source: text,
      location: section({}),
    }),
  ),
  packages,
});

const manifest = message({
  manifest_id: id,
  warehouse_id: id,
  carrier: text,
  weight: quantity,
  weight_unit: text,
  orders: list(
    object({ unique_id: id, order_ref: id, source: text, state: text, tracking_numbers: list(id) }),
  ),
  shipments,
});

const serialNumber = message({
  serial_id: id,
  identifier: id,
  product_id: id,
  sku: id,
  created_at: text,
  warehouse_id: id,
  package_id: id,
  old_status: text,
  new_status: text,
});

/** A message of which nothing is known but what all share. */
export const ANY_MESSAGE: v.GenericSchema = object(event);

const of = (entity: string, verbs: string, schema: v.GenericSchema): [string, v.GenericSchema][] =>
  verbs.split(' ').map(verb => [`${entity}:${verb}`, schema]);

/** Message schemas by topic. A topic that is not here is accepted with `ANY_MESSAGE`. */
export const TOPICS: ReadonlyMap<string, v.GenericSchema> = new Map([
  ...of('order', 'holded completed address_validation_failed', plainOrder),
  ...of('order', 'created', order({ ...withStock, items })),
  ...of('order', 'canceled', order({ ...withStock, shipments })),
  ...of('order', 'items_updated', order({ items_canceled: items, items_remaining: items })),
  ...of('order', 'shipped delivered shipments_updated', shippedOrder),
  ...of('order', 'status_changed', order(statusChange)),
  ...of(
    'order',
    'address_changed',
    order({ ...statusChange, old_address: address, address, update_method: text }),
  ),
  ...of(
    'order',
    'shipping_options_changed',
    order({ ...statusChange, shipping_options: section({}), old_shipping_options: section({}) }),
  ),
  ...of('product', 'created updated deleted sku_changed', product),
  ...of('product_media', 'created updated deleted', product),
  ...of(
    'delivery',
    'created canceled accepted processed exception putaway committed status_changed',
    delivery,
  ),
  ...of('delivery_label', 'created voided', uniqueThing),
  ...of('import', 'created completed', uniqueThing),
  ...of('inventory', 'adjusted', object({ ...event, stock_adjustments: stockAdjustments })),
  ...of('shipment', 'packed shipped delivered reverted labels_voided', shipment),
  ...of('package', 'packed manifested shipped delivered', parcel),
  ...of('track', 'created', track),
  ...of('tracker', 'updated delivered exception', tracker),
  ...of('manifest', 'sealed loaded', manifest),
  ...of('serial_number', 'created updated checkin checkout', serialNumber),
]);
