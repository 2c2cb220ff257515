/**
 * ShipStream's `webhook.*` methods on the gateway's webhooks: a flat record, whose `url` and `extra_headers` are
 * the webhook's one destination. It sees ShipStream's webhooks and those made here; others do not exist for it.
 *
 * Each method takes the arguments of a `call` and gives its result or ShipStream's error. Every change goes through
 * the webhook's object, read and replaced by version, so changes made at the same time do not undo each other.
 */
import { encodeSecret } from '../../delivery/standard-webhooks';
import { type FieldError, refusedFields } from '../../input/field-errors';
import { isObject } from '../../json/kind';
import { err, ok, type Result } from '../../result';
import { maskedHeaders } from '../../subscriptions/masking';
import { open, purpose, type SealingKeys } from '../../subscriptions/sealing';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { parseWebhook } from '../../subscriptions/webhook-input';
import { inputRules, sealingKeys } from '../deployment';
import { allWebhooks, createWebhook, findWebhook, removeWebhook } from '../webhook-operations';
import { internalError, type RpcError, shipstreamError } from './errors';

type Answer = Promise<Result<unknown, RpcError>>;

export const isVisible = (record: WebhookRecord) =>
  record.provider === 'shipstream' || record.createdBy === 'rpc';

/** All webhooks this interface sees, oldest first; null when they cannot be read now. */
export async function visibleWebhooks(env: Env, now: number): Promise<WebhookRecord[] | null> {
  const all = await allWebhooks(env, now);
  if (!all.ok) return null;
  return all.value.filter(isVisible).sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
}

/**
 * `webhook.list`. RPC_SHOW_SECRETS "0" leaves `secret_key` empty and masks headers with credentials: the one place where
 * stored secrets are shown.
 */
export async function list(env: Env, _args: readonly unknown[], now: number): Answer {
  const keys = await sealingKeys(env);
  if (!keys.ok) return err(internalError('SECRETS_KEY is not usable.'));
  const records = await visibleWebhooks(env, now);
  if (records === null) return err(internalError('The list of webhooks cannot be read now.'));
  const showSecrets = env.RPC_SHOW_SECRETS !== '0';
  const flat: unknown[] = [];
  for (const record of records) {
    const secret = showSecrets ? await inboundSecret(keys.value, record) : '';
    if (secret === null) return err(internalError(`The secret of webhook ${record.id} does not open.`));
    flat.push(flatRecord(record, secret, showSecrets));
  }
  return ok(flat);
}

async function inboundSecret(keys: SealingKeys, record: WebhookRecord): Promise<string | null> {
  const opened = await open(keys, purpose.inbound(record.id), record.secrets[0]?.sealed ?? '');
  return opened.ok ? opened.value : null;
}

/** Texts as they were given; what only REST can give, lists and objects, as the text that means the same here. */
function flatRecord(record: WebhookRecord, secretKey: string, showSecrets: boolean) {
  const destination = record.destinations[0];
  const topics = record.topicsAsGiven;
  const given = destination?.extraHeadersAsGiven ?? '';
  const headers = showSecrets ? given : maskedHeaders(given);
  const asGiven = record.createdBy === 'rpc';
  return {
    webhook_id: record.id,
    is_active: record.isActive ? 1 : 0,
    topics: asGiven || typeof topics === 'string' ? topics : topics.join(','),
    url: destination?.url ?? '',
    extra_headers:
      asGiven || typeof headers === 'string'
        ? headers
        : Object.entries(headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n'),
    secret_key: secretKey,
  };
}

const FLAT_FIELDS = [
  'is_active',
  'topics',
  'url',
  'extra_headers',
  'secret_key',
  'provider',
  'jurisdiction',
  'location_hint',
];
/** A client may send back a record it has listed; these are the gateway's to give. */
const READ_ONLY_FIELDS = ['webhook_id', 'increment_id'];

/** `webhook.create [{is_active, topics, url, extra_headers, secret_key, provider, jurisdiction, location_hint}]` */
export async function create(env: Env, [given]: readonly unknown[], now: number): Answer {
  if (!isObject(given)) return err(shipstreamError(101, 'The webhook must be an object.'));
  const unknown = refusedFields(given, [...FLAT_FIELDS, ...READ_ONLY_FIELDS], {});
  if (unknown.length > 0) return err(invalidData(unknown));

  const input = parseWebhook(documentOf(given), inputRules(env));
  if (!input.ok) return err(invalidData(input.error));
  // The receiver knows one secret, the webhook's: its bytes are the key, however few they are.
  const secretKey = encodeSecret(new TextEncoder().encode(input.value.secretKey));
  const destinations = input.value.destinations.map(destination => ({ ...destination, secretKey }));
  const created = await createWebhook(env, { ...input.value, destinations }, 'rpc', now);
  if (created.ok) return ok(true);
  return err(shipstreamError(created.error.reason === 'conflict' ? 106 : 102));
}

/**
 * The flat record as the document that REST takes. Headers without a URL stay, so that they are refused by name.
 */
function documentOf(given: Record<string, unknown>): Record<string, unknown> {
  const { url, extra_headers: extraHeaders } = given;
  const hasUrl = url !== undefined && url !== null && url !== '';
  const webhook = Object.entries(given).filter(([field]) =>
    ['is_active', 'topics', 'jurisdiction', 'location_hint', 'secret_key'].includes(field),
  );
  const destination = {
    url: hasUrl ? url : undefined,
    extra_headers: extraHeaders ?? '',
  };
  return {
    provider: 'provider' in given ? given.provider : 'shipstream',
    ...Object.fromEntries(webhook),
    destinations: hasUrl || destination.extra_headers !== '' ? [destination] : [],
  };
}

function invalidData(errors: readonly FieldError[]): RpcError {
  const details = errors.map(({ path, message }) => `${path.replace('/destinations/0', '')} ${message}`);
  return shipstreamError(101, details.join('; '));
}

/** `webhook.delete [webhook_id]` */
export async function remove(env: Env, [given]: readonly unknown[], now: number): Answer {
  const idText = typeof given === 'number' || typeof given === 'string' ? String(given) : '';
  const found = await findWebhook(env, idText);
  if (!found.ok) return err(shipstreamError(found.error.reason === 'not_found' ? 103 : 104));
  if (!isVisible(found.value)) return err(shipstreamError(103));
  const removed = await removeWebhook(env, found.value.id, now);
  if (!removed.ok) return err(shipstreamError(104));
  return removed.value ? ok(true) : err(shipstreamError(105, 'Someone else was faster.'));
}
