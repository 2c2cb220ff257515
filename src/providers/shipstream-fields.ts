/**
 * The field types of ShipStream's messages. The documentation's own examples write one field in several ways
 * (`quantity` 1 and "1.0000", PHP's `[]` for an empty map), so these are as wide as the examples and no wider: an
 * object where text belongs is still an issue.
 */
import * as v from 'valibot';
import { emptyListOr, id, object } from './shapes';

export const quantity = v.nullish(
  v.union([
    v.number(),
    v.pipe(v.string(), v.regex(/^[+-]?\d+(\.\d+)?$/, 'expected a number or a numeric string')),
  ]),
);

/** True and false, also as PHP and SQL write them. */
export const flag = v.nullish(v.union([v.boolean(), v.number(), v.string()]));

export const list = (element: v.GenericSchema) => v.nullish(v.array(element));

/** An object that PHP writes as `[]` when it is empty. */
export const section = (entries: v.ObjectEntries) => v.nullish(emptyListOr(v.looseObject(entries)));

/** Entries by a name of the sender's choice, `[]` when there are none. */
export const map = (entry: v.GenericSchema) => emptyListOr(v.record(v.string(), entry));

/** By SKU: what was adjusted, and what is there now. Virtual inventory has no `qty_adjust`. */
export const stockAdjustments = map(
  object({
    sku: id,
    external_id: id,
    product_id: id,
    qty_adjust: quantity,
    qty_available: quantity,
    qty_advertised: quantity,
  }),
);

/** Fields whose members are named by the sender. */
export const OPEN_MAPS: ReadonlySet<string> = new Set(['stock_adjustments']);
