/**
 * ShipStream, a warehouse management system: the only provider known here that numbers its events.
 *
 * The signature covers the raw body and no time. Retries come for 104 hours, with the bytes of the first attempt.
 *
 * There is no event id. The increment id counts every payload of one subscription, and starts again when the subscription
 * is made anew. A payload without one (`test:ping`) is accepted unnumbered. Unknown topics are accepted.
 *
 * https://docs.shipstream.io/merchant-api/webhook
 */
import * as v from 'valibot';
import { isObject, kindOf } from '../json/kind';
import { readSource } from '../json/source';
import { parseRfc3339 } from '../time';
import { openObject } from './body';
import { entityKey, idText } from './entity-key';
import { readIncrementId } from './increment-id';
import { checkShape, limitIssues } from './issues';
import type { Description, Provider, VerifiedRequest } from './provider';
import type { Reading } from './reading';
import { id } from './shapes';
import { OPEN_MAPS } from './shipstream-fields';
import { ANY_MESSAGE, TOPICS } from './shipstream-topics';
import { readTopic } from './topic';

/** A subscription for several merchants names the merchant of each event. */
const ENVELOPE = v.looseObject({ merchant_id: id, merchant_code: id });

export const shipstream: Provider = {
  name: 'shipstream',
  title: 'ShipStream',
  scheme: {
    alg: 'hmac-sha256',
    key: { enc: 'utf8' },
    enc: 'base64',
    sig: [{ h: 'x-plugin-hmac-sha256' }],
    msg: ['{body}'],
  },
  numbered: true,
  restartsWithSecret: true,
  /** 14 retries, the last one 104 h after the first attempt. */
  retryHorizonSeconds: 374_400,
  knownBy: 'event_id',
  perAttempt: [],
  certificate: null,
  handshake: null,
  confirm: null,
  guide: {
    secret: 'the secret_key of the webhook at ShipStream',
    isSecretChosen: true,
    settings: [],
    reads: {
      topic: 'json:/topic',
      eventId: null,
      incrementId: 'json:/message/webhook_increment_id',
      entityKey: 'the order, product, delivery, package or other thing the message is about',
      attempt: null,
    },
  },
  describe,
};

function describe({ body }: VerifiedRequest): Description {
  const opened = openObject(body);
  if (!opened.ok) return opened.error;
  const { text, value: envelope } = opened.value;

  const topic = readTopic(envelope.topic, '/topic');
  const repeated = readSource(text, ['topic']).repeated;
  const message = readMessage(envelope.message);
  const increment = readIncrementId(text, ['message', 'webhook_increment_id']);
  const schema = TOPICS.get(topic.value) ?? ANY_MESSAGE;
  const shape = { bodyBytes: body.bytes.length, maps: OPEN_MAPS };
  const at = message.value.event_timestamp;

  return {
    topic: topic.value,
    eventId: null,
    incrementId: increment.value,
    entityKeys: message.issues.length > 0 ? [] : entityKeysOf(topic.value, message.value),
    eventTime: typeof at === 'string' ? parseRfc3339(at) : null,
    issues: limitIssues([
      ...(repeated === null ? [] : [{ path: repeated, message: 'is given twice' }]),
      ...topic.issues,
      ...increment.issues,
      ...checkShape(ENVELOPE, envelope, { ...shape, at: [] }),
      ...(message.issues.length > 0
        ? message.issues
        : checkShape(schema, message.value, { ...shape, at: ['message'] })),
    ]),
  };
}

/** The message as an object. PHP writes an empty one as `[]`. */
function readMessage(value: unknown): Reading<Record<string, unknown>> {
  if (isObject(value)) return { value, issues: [] };
  if (Array.isArray(value) && value.length === 0) return { value: {}, issues: [] };
  const message = value === undefined ? 'is required' : `expected object, found ${kindOf(value)}`;
  return { value: {}, issues: [{ path: '/message', message }] };
}

/**
 * The key of an order, which its shipments and trackers share, so that "shipped" does not overtake "created". They name the
 * order by `order_unique_id`, and the order itself has `unique_id`. A shipment that names no order gets its own number as
 * the key: at worst it waits for an order of that number.
 */
function orderKey(thing: Record<string, unknown>): string[] {
  const found = idText(thing.order_unique_id) ?? idText(thing.unique_id) ?? idText(thing.order_ref);
  return found === null ? [] : [entityKey('order', found)];
}

function keyOf(kind: string, value: unknown): string[] {
  const found = idText(value);
  return found === null ? [] : [entityKey(kind, found)];
}

function entityKeysOf(topic: string, message: Record<string, unknown>): string[] {
  switch (topic.split(':', 1)[0]) {
    case 'order':
    case 'shipment':
    case 'track':
    case 'tracker':
      return orderKey(message);
    case 'product':
    case 'product_media': {
      // A renamed product has two SKUs, and its events under both must stay in order.
      const skus = [idText(message.sku) ?? idText(message.unique_id), idText(message.old_sku)];
      return [...new Set(skus.filter(sku => sku !== null))].map(sku => entityKey('product', sku));
    }
    case 'delivery':
      return keyOf('delivery', message.delivery_id);
    case 'delivery_label':
      return keyOf('delivery_label', message.unique_id);
    case 'import':
      return keyOf('import', message.unique_id);
    case 'package':
      return keyOf('package', message.package_id);
    case 'serial_number':
      return keyOf('serial_number', message.serial_id);
    case 'inventory': {
      // By SKU: an adjustment waits for those of each product it names, but not for changes of the product itself.
      const adjusted = isObject(message.stock_adjustments) ? Object.keys(message.stock_adjustments) : [];
      return adjusted.flatMap(sku => keyOf('inventory', sku));
    }
    case 'manifest': {
      const members = [message.orders, message.shipments].flatMap(group =>
        Array.isArray(group) ? group : [],
      );
      const keys = members.filter(isObject).flatMap(orderKey);
      return [...new Set([...keyOf('manifest', message.manifest_id), ...keys])];
    }
    default:
      return [];
  }
}
