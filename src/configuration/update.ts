/**
 * An existing webhook as a configuration wants it: the record, and what changes on the way there.
 *
 * A document is the whole wish: a field it leaves out has its default, so that the same document makes the same webhook
 * everywhere. Secrets are the exception: left out they stay, given they are compared, and rotated only when they differ.
 * So applying a document twice changes nothing the second time.
 */
import { sameText } from '../constant-time';
import { isObject } from '../json/kind';
import { LIMITS } from '../limits';
import { providerOf } from '../providers/registry';
import { err, ok, type Result } from '../result';
import { destinationDocument, parseDestination, patchDestination } from '../subscriptions/destination-input';
import type { FieldError } from '../subscriptions/field-errors';
import { type InputRules, patchWebhook, type WebhookSettings, webhookDocument } from '../subscriptions/input';
import {
  type Making,
  newDestination,
  overlapProblem,
  withDestination,
  withDestinationSecret,
  withInboundSecret,
  withSettings,
} from '../subscriptions/record';
import { retentionProblem } from '../subscriptions/retention';
import { purpose } from '../subscriptions/sealing';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import { type Change, destinationName, differences, type Entry, webhookName } from './document';

/** How long a secret that a configuration replaces stays usable. */
const OVERLAP_SECONDS = 86_400;

export type Means = {
  rules: InputRules;
  making: Making;
  /** The text of a sealed secret; null when it does not open. */
  open(boundTo: string, sealed: string): Promise<string | null>;
  /** Remove destinations that the document does not list. */
  prune: boolean;
};

export type Update = { record: WebhookRecord; changes: Change[] };

export async function updated(
  current: WebhookRecord,
  { prefix, given }: Entry,
  means: Means,
): Promise<Result<Update, FieldError[]>> {
  const { webhook_id: _, provider, secret_key: secret, destinations = [], ...fields } = given;
  const { rules, making } = means;
  if (provider !== undefined && provider !== current.provider) {
    return err([{ path: `${prefix}/provider`, message: 'cannot be changed; use another name' }]);
  }
  const confirm = await withoutKnownToken(current, fields.confirm, means);
  const settings = desiredSettings(current, { ...fields, confirm }, rules);
  if (!settings.ok) return err(settings.error.map(error => at(prefix, error)));
  let record = await withSettings(current, settings.value, making);
  const changed = differences(webhookDocument(current), webhookDocument(record));
  if (settings.value.confirm?.token != null) changed['confirm.token'] = 'changed';

  if (typeof secret === 'string') {
    const known = providerOf(current);
    const problem = known === undefined ? null : rules.secretProblem(known, secret);
    if (problem !== null) return err([{ path: `${prefix}/secret_key`, message: problem }]);
    if (!(await isStored(means, purpose.inbound(current.id), current.secrets[0]?.sealed, secret))) {
      const full = overlapProblem(current.secrets, OVERLAP_SECONDS, making.now);
      if (full !== null) return err([{ path: `${prefix}/secret_key`, message: `overlap_seconds ${full}` }]);
      record = await withInboundSecret(record, secret, OVERLAP_SECONDS, making);
      changed.secret_key = 'changed';
    }
  } else if (secret !== undefined && secret !== null) {
    return err([{ path: `${prefix}/secret_key`, message: 'must be text' }]);
  }
  const changes: Change[] = [];
  const name = webhookName(record);
  if (Object.keys(changed).length > 0) {
    changes.push({ action: 'update', kind: 'webhook', name, fields: changed });
  }
  const into = await destinationsInto(record, destinations, `${prefix}/destinations`, means);
  return into.ok ? ok({ record: into.value.record, changes: [...changes, ...into.value.changes] }) : into;
}

const at = (prefix: string, { path, message }: FieldError): FieldError => ({ path: prefix + path, message });

/** A token that is the stored one is no change, so it is left out. */
async function withoutKnownToken(
  current: WebhookRecord,
  confirm: unknown,
  { open }: Means,
): Promise<unknown> {
  if (!isObject(confirm) || typeof confirm.token !== 'string' || current.confirm === null) {
    return confirm ?? null;
  }
  const stored = await open(purpose.confirm(current.id), current.confirm.token.sealed);
  const { token: _, ...rest } = confirm;
  const isSame = stored !== null && (await sameText(stored, confirm.token));
  return isSame && confirm.url === current.confirm.url ? rest : confirm;
}

/** Whether a secret is the one that is stored. */
async function isStored(
  { open }: Means,
  boundTo: string,
  sealed: string | undefined,
  given: string,
): Promise<boolean> {
  const stored = sealed === undefined ? null : await open(boundTo, sealed);
  return stored !== null && (await sameText(stored, given));
}

/** Everything back to its default, then what the document gives. */
function desiredSettings(
  current: WebhookRecord,
  fields: Record<string, unknown>,
  rules: InputRules,
): Result<WebhookSettings, FieldError[]> {
  // The last two cannot be without what only the webhook or the document has.
  const reset = Object.keys(webhookDocument(current)).filter(
    key => (fields[key] === undefined || isObject(fields[key])) && key !== 'confirm' && key !== 'signature',
  );
  const defaults = patchWebhook(current, Object.fromEntries(reset.map(key => [key, null])), rules);
  if (!defaults.ok) return defaults;
  const { confirm: _, ...plain } = defaults.value;
  return patchWebhook({ ...current, ...plain }, fields, rules);
}

async function destinationsInto(
  webhook: WebhookRecord,
  given: unknown,
  prefix: string,
  means: Means,
): Promise<Result<Update, FieldError[]>> {
  if (!Array.isArray(given)) return err([{ path: prefix, message: 'must be a list of destinations' }]);
  let record = webhook;
  const changes: Change[] = [];
  const listed = new Set<string>();
  for (const [index, entry] of given.entries()) {
    const here = `${prefix}/${index}`;
    if (!isObject(entry)) return err([{ path: here, message: 'must be an object' }]);
    const name = String(entry.name ?? entry.url);
    if (listed.has(name)) return err([{ path: here, message: 'is listed twice: give it a name of its own' }]);
    listed.add(name);
    const known = record.destinations.find(destination => destinationName(destination) === name);
    const next =
      known === undefined
        ? await added(record, entry, here, means)
        : await changed(record, known, entry, here, means);
    if (!next.ok) return next;
    record = next.value.record;
    changes.push(...next.value.changes);
  }
  if (means.prune) {
    const gone = record.destinations.filter(destination => !listed.has(destinationName(destination)));
    for (const destination of gone) {
      const name = destinationName(destination);
      changes.push({ action: 'delete', kind: 'destination', name, webhook: webhookName(record) });
    }
    record = { ...record, destinations: record.destinations.filter(one => !gone.includes(one)) };
  }
  if (record.destinations.length > LIMITS.MAX_DESTINATIONS) {
    return err([{ path: prefix, message: `must be at most ${LIMITS.MAX_DESTINATIONS} destinations` }]);
  }
  return ok({ record, changes });
}

async function added(
  record: WebhookRecord,
  entry: Record<string, unknown>,
  prefix: string,
  { rules, making }: Means,
): Promise<Result<Update, FieldError[]>> {
  const input = parseDestination(entry, rules.urlProblem, prefix);
  if (!input.ok) return input;
  const problem = retentionProblem(record, input.value.retrySchedule);
  if (problem !== null) return err([{ path: `${prefix}/retry/schedule_seconds`, message: problem }]);
  const { destination, revealed } = await newDestination(input.value, making);
  const change: Change = {
    ...{ action: 'create', kind: 'destination', name: destinationName(destination) },
    webhook: webhookName(record),
    ...(input.value.secretKey === null ? { secret_key: revealed.secretKey } : {}),
  };
  return ok({
    record: { ...record, destinations: [...record.destinations, destination] },
    changes: [change],
  });
}

async function changed(
  webhook: WebhookRecord,
  current: DestinationRecord,
  entry: Record<string, unknown>,
  prefix: string,
  means: Means,
): Promise<Result<Update, FieldError[]>> {
  const { rules, making } = means;
  const { secret_key: secret, start: _, ...fields } = entry;
  const reset = Object.keys(destinationDocument(current)).filter(key => key !== 'url');
  const nulls = Object.fromEntries(reset.map(key => [key, null]));
  const defaults = patchDestination(current, nulls, rules.urlProblem);
  const settings = defaults.ok ? patchDestination(defaults.value, fields, rules.urlProblem) : defaults;
  if (!settings.ok) return err(settings.error.map(error => at(prefix, error)));
  const problem = retentionProblem(webhook, settings.value.retrySchedule);
  if (problem !== null) return err([{ path: `${prefix}/retry/schedule_seconds`, message: problem }]);

  let record = withDestination(webhook, current.id, settings.value);
  const differing = differences(
    destinationDocument(current),
    destinationDocument({ ...current, ...settings.value }),
  );
  if (secret !== undefined && secret !== null) {
    // Judged by the same schema as that of a new destination.
    const judged = parseDestination({ url: current.url, secret_key: secret }, () => null, prefix);
    if (!judged.ok) return judged;
    const boundTo = purpose.destination(current.id);
    if (!(await isStored(means, boundTo, current.secrets[0]?.sealed, String(secret)))) {
      const full = overlapProblem(current.secrets, OVERLAP_SECONDS, making.now);
      if (full !== null) return err([{ path: `${prefix}/secret_key`, message: `overlap_seconds ${full}` }]);
      const rotated = await withDestinationSecret(
        record,
        current.id,
        judged.value.secretKey,
        OVERLAP_SECONDS,
        making,
      );
      record = rotated.record;
      differing.secret_key = 'changed';
    }
  }
  if (Object.keys(differing).length === 0) return ok({ record: webhook, changes: [] });
  const name = destinationName(current);
  const change: Change = {
    ...{ action: 'update', kind: 'destination', name, webhook: webhookName(webhook), fields: differing },
  };
  return ok({ record, changes: [change] });
}
