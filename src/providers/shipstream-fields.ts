/**
 * The field types of ShipStream's messages. The documentation's examples write one field in several ways (`quantity` as 1
 * and "1.0000", an empty map as PHP's `[]`). These types accept what the examples have and no more: an object in place of
 * text is still an issue.
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

/** Entries under names that the sender chooses; `[]` when there are none. */
const map = (entry: v.GenericSchema) => emptyListOr(v.record(v.string(), entry));

/** By SKU: what was adjusted, and what is in stock now. Virtual inventory has no `qty_adjust`. */
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
