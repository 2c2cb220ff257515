/**
 * Ecwid's own rule for webhooks: "verify each notification". The signature vouches for no entity, so before an event
 * is forwarded the entity is fetched from Ecwid's REST API and compared. This decides what to ask and what the answer
 * means; asking, waiting and giving up are the caller's.
 *
 * What it proves: the store has (or, for a deletion, has not) the entity now, and an order is in the status the event
 * names. It does not prove that the event happened: an order that has moved on since is not confirmed, and the deletion
 * of what never existed is. Events of the application and of invoices name nothing to fetch, and pass without proof.
 *
 * https://docs.ecwid.com/webhook-automations/how-to-process-webhooks
 */
import { isObject } from '../json/kind';
import { err, ok, type Result } from '../result';
import { ParsedBody } from '../signature/parsed-body';
import { openObject } from './body';
import type {
  Confirmation,
  ConfirmRequest,
  ConfirmResponse,
  ConfirmSettings,
  Judgement,
} from './confirmation';
import { kindOfEvent } from './ecwid-events';
import { idText } from './entity-key';

/** Where an entity is found, and the fields of the answer that may hold its id. */
type Endpoint = { path: string; ids: string[] };

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['order', { path: 'orders', ids: ['id', 'orderNumber', 'vendorOrderNumber', 'internalId'] }],
  ['unfinished_order', { path: 'carts', ids: ['cartId'] }],
  ['product', { path: 'products', ids: ['id'] }],
  ['category', { path: 'categories', ids: ['id'] }],
  ['customer', { path: 'customers', ids: ['id'] }],
  ['customer_group', { path: 'customer_groups', ids: ['id'] }],
  ['discount_coupon', { path: 'discount_coupons', ids: ['id', 'code'] }],
  ['promotion', { path: 'promotions', ids: ['id'] }],
  ['product_class', { path: 'classes', ids: ['id'] }],
  ['review', { path: 'reviews', ids: ['id'] }],
]);

type Target = {
  path: string;
  /** The id asked for, and the fields that may repeat it. Null for the profile, which is the store itself. */
  id: string | null;
  ids: string[];
  isDeleted: boolean;
  /** The event, for comparing. */
  entityId: string | null;
  data: Record<string, unknown>;
  storeId: string;
  kind: string;
};

/** The application itself, and invoices, which Ecwid's API has no way to read. */
const UNFETCHED: ReadonlySet<string> = new Set(['application', 'invoice']);

export const ecwidConfirmation: Confirmation = {
  isNeededFor: topic => !UNFETCHED.has(kindOfEvent(topic)),
  accountOf: storeOf,
  request: confirmRequest,
  judge: judgeConfirmation,
};

function storeOf(body: Uint8Array): string | null {
  const opened = openObject(new ParsedBody(body));
  return opened.ok ? idText(opened.value.value.storeId) : null;
}

/** What to fetch for an event; the error says why there is nothing to fetch: the event cannot be confirmed. */
export function confirmRequest(confirm: ConfirmSettings, body: Uint8Array): Result<ConfirmRequest, string> {
  const target = targetOf(body);
  if (!target.ok) return target;
  return ok({
    url: `${confirm.url.replace(/\/+$/, '')}/${target.value.path}`,
    headers: { authorization: `Bearer ${confirm.token}`, accept: 'application/json' },
  });
}

/** What an answer to `confirmRequest` says about the event. Details carry no values of either. */
export function judgeConfirmation(body: Uint8Array, response: ConfirmResponse): Judgement {
  const target = targetOf(body);
  if (!target.ok) return { verdict: 'unconfirmed', detail: target.error };
  const { status, json } = response;
  if (status === 401 || status === 403) {
    return { verdict: 'retry', detail: `the API answered ${status}: the token lacks access`, held: true };
  }
  if (status === 0) return { verdict: 'retry', detail: 'the API did not answer' };
  // A redirect or a page is what maintenance looks like: no answer about the entity.
  const isRedirect = status >= 300 && status <= 399;
  if (status === 429 || status >= 500 || isRedirect) {
    return { verdict: 'retry', detail: `the API answered ${status}` };
  }
  if (status === 404) {
    return target.value.isDeleted ? { verdict: 'confirmed' } : unconfirmed('the entity does not exist');
  }
  if (status < 200 || status > 299) return unconfirmed(`the API answered ${status}`);
  if (target.value.isDeleted) return unconfirmed('the entity still exists');
  if (!isObject(json)) return { verdict: 'retry', detail: 'the API answered no JSON object' };
  const difference = differenceFrom(json, target.value);
  return difference === null ? { verdict: 'confirmed' } : unconfirmed(difference);
}

const unconfirmed = (detail: string): Judgement => ({ verdict: 'unconfirmed', detail });

function targetOf(body: Uint8Array): Result<Target, string> {
  const opened = openObject(new ParsedBody(body));
  if (!opened.ok) return err('the event cannot be read');
  const event = opened.value.value;
  const eventType = typeof event.eventType === 'string' ? event.eventType : '';
  const kind = kindOfEvent(eventType);
  const storeId = idText(event.storeId);
  if (storeId === null || !isPathPart(storeId)) return err('the event names no store');

  const data = isObject(event.data) ? event.data : {};
  const entityId = idText(event.entityId);
  const isDeleted = eventType.endsWith('.deleted');
  const common = { isDeleted, entityId, data, storeId, kind };
  const store = encodeURIComponent(storeId);
  if (kind === 'profile') return ok({ ...common, path: `${store}/profile`, id: null, ids: [] });

  const endpoint = ENDPOINTS.get(kind);
  if (endpoint === undefined) return err('events of this type name nothing that can be fetched');
  const id = idFor(kind, entityId, data);
  if (id === null || !isPathPart(id)) return err('the event names no entity');
  const path = `${store}/${endpoint.path}/${encodeURIComponent(id)}`;
  return ok({ ...common, path, id, ids: endpoint.ids });
}

/** Orders are looked up by the id people see, unfinished ones by their cart; everything else by its entity id. */
function idFor(kind: string, entityId: string | null, data: Record<string, unknown>): string | null {
  if (kind === 'order') return idText(data.orderId) ?? entityId;
  if (kind === 'unfinished_order') return idText(data.cartId);
  return entityId;
}

/** Dots would climb the path even when encoded, and a lone surrogate cannot be encoded. */
const isPathPart = (text: string): boolean => text !== '.' && text !== '..' && text.isWellFormed();

/** Why the entity that was found is not the one the event describes; null when it is. */
function differenceFrom(found: Record<string, unknown>, target: Target): string | null {
  if (target.kind === 'profile') {
    const general = isObject(found.generalInfo) ? found.generalInfo : {};
    return idText(general.storeId) === target.storeId ? null : 'the API answered about another store';
  }
  const ids = target.ids.map(name => idText(found[name]));
  if (!ids.includes(target.id)) return 'the API answered about another entity';
  if (target.kind !== 'order') return null;
  // An order has two ids in the event, and a destination may use either.
  if (idText(found.internalId) !== null && target.entityId !== null && !ids.includes(target.entityId)) {
    return 'the entity id is not that of the order';
  }
  const { newPaymentStatus, newFulfillmentStatus } = target.data;
  if (!isStatus(newPaymentStatus, found.paymentStatus)) return 'the order has another payment status';
  if (!isStatus(newFulfillmentStatus, found.fulfillmentStatus))
    return 'the order has another fulfillment status';
  return null;
}

/** Whether the order has the status the event claims; an event may claim none. */
function isStatus(claimed: unknown, actual: unknown): boolean {
  if (claimed === undefined || claimed === null) return true;
  return (
    typeof claimed === 'string' &&
    typeof actual === 'string' &&
    claimed.toLowerCase() === actual.toLowerCase()
  );
}
