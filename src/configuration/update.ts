/**
 * An existing webhook as a configuration wants it: the record that results, and the list of changes.
 *
 * A field that the document leaves out has its default, so that the same document makes the same webhook everywhere. Secrets
 * are the exception: one that is left out stays, and one that is given is rotated in only when it differs from the stored one.
 * So applying a document twice changes nothing the second time.
 */
import { checked } from '../input/checked';
import type { FieldError } from '../input/field-errors';
import { isObject } from '../json/kind';
import { providerOf } from '../providers/registry';
import { err, ok, type Result } from '../result';
import { MASK } from '../subscriptions/masking';
import { overlapProblem, withInboundSecret, withSettings } from '../subscriptions/record';
import { retentionProblem } from '../subscriptions/retention';
import { purpose } from '../subscriptions/sealing';
import { inboundSecret } from '../subscriptions/secret-input';
import { shownWebhook } from '../subscriptions/shown';
import type { ConfirmRecord, StoredSecret, WebhookRecord } from '../subscriptions/webhook';
import { webhookDocument } from '../subscriptions/webhook-document';
import { UNMOVABLE } from '../subscriptions/webhook-fields';
import { replaceWebhook } from '../subscriptions/webhook-input';
import { destinationsInto } from './destinations';
import { type Change, destinationName, differences, type Entry, type Shown, webhookName } from './document';
import { isStored, type Means, OVERLAP_SECONDS, type Update } from './means';

export async function updated(
  current: WebhookRecord,
  { prefix, given }: Entry,
  means: Means,
): Promise<Result<Update, FieldError[]>> {
  const { webhook_id: _, provider, secret_key: secret, destinations = [], ...others } = given;
  const {
    jurisdiction = current.jurisdiction,
    location_hint: hint = current.locationHint,
    ...fields
  } = others;
  const { rules, making } = means;
  if (provider !== undefined && provider !== current.provider) {
    return err([{ path: `${prefix}/provider`, message: 'cannot be changed; use another name' }]);
  }
  const moved = {
    jurisdiction: jurisdiction !== current.jurisdiction,
    location_hint: hint !== current.locationHint,
  };
  for (const field of ['jurisdiction', 'location_hint'] as const) {
    if (moved[field]) return err([{ path: `${prefix}/${field}`, message: UNMOVABLE[field] }]);
  }
  const confirm = await withoutKnownTokens(current, fields.confirm, means);
  const settings = replaceWebhook(current, { ...fields, confirm }, rules);
  if (!settings.ok) return err(settings.error.map(error => at(prefix, error)));
  let record = await withSettings(current, settings.value, making);
  const changed = differences(documentsOf(current), documentsOf(record));
  const { token, tokens } = settings.value.confirm ?? {};
  if (typeof token === 'string') changed['confirm.token'] = 'changed';
  for (const [store, given] of Object.entries(tokens ?? {})) {
    if (given !== null) changed[`confirm.tokens.${store}`] = 'changed';
  }

  if (secret !== undefined) {
    const wanted = checked(inboundSecret, secret, `${prefix}/secret_key`);
    if (!wanted.ok) return wanted;
    const known = providerOf(current);
    const problem = known === undefined ? null : rules.secretProblem(known, wanted.value);
    if (problem !== null) return err([{ path: `${prefix}/secret_key`, message: problem }]);
    if (!(await isStored(means, purpose.inbound(current.id), current.secrets[0]?.sealed, wanted.value))) {
      const full = overlapProblem(current.secrets, OVERLAP_SECONDS, making.now);
      if (full !== null) return err([{ path: `${prefix}/secret_key`, message: `overlap_seconds ${full}` }]);
      record = await withInboundSecret(record, wanted.value, OVERLAP_SECONDS, making);
      changed.secret_key = 'changed';
    }
  }
  const changes: Change[] = [];
  const name = webhookName(record);
  if (Object.keys(changed).length > 0) {
    changes.push({ action: 'update', kind: 'webhook', name, fields: changed });
  }
  const into = await destinationsInto(record, destinations, `${prefix}/destinations`, means);
  if (!into.ok) return into;
  // Judged on the result: whether a document is refused must not depend on what there was before.
  const unfit = retentionErrors(into.value.record, prefix);
  if (unfit.length > 0) return err(unfit);
  return ok({ record: into.value.record, changes: [...changes, ...into.value.changes] });
}

function retentionErrors(record: WebhookRecord, prefix: string): FieldError[] {
  return record.destinations.flatMap(destination => {
    const message = retentionProblem(record, destination.retrySchedule);
    if (message === null) return [];
    return [{ path: `${prefix}/retention_days`, message: `${message} (${destinationName(destination)})` }];
  });
}

const documentsOf = (record: WebhookRecord): Shown => ({
  full: webhookDocument(record),
  shown: shownWebhook(record),
});

const at = (prefix: string, { path, message }: FieldError): FieldError => ({ path: prefix + path, message });

/** Tokens that are the stored ones are no change: one is left out, those of stores are masked. */
async function withoutKnownTokens(
  { id, confirm: current }: WebhookRecord,
  confirm: unknown,
  means: Means,
): Promise<unknown> {
  if (!isObject(confirm) || current === null || confirm.url !== current.url) return confirm ?? null;
  const { token, tokens, ...rest } = confirm;
  const isKnown = (boundTo: string, stored: StoredSecret | undefined, given: unknown) =>
    typeof given === 'string' && isStored(means, boundTo, stored?.sealed, given);
  const known = { ...rest, ...((await isKnown(purpose.confirm(id), current.token, token)) ? {} : { token }) };
  if (!isObject(tokens)) return { ...known, tokens };
  const masked = Object.entries(tokens).map(async ([store, given]) => [
    store,
    (await isKnown(purpose.confirmStore(id, store), storedFor(current, store), given)) ? MASK : given,
  ]);
  return { ...known, tokens: Object.fromEntries(await Promise.all(masked)) };
}

const storedFor = ({ tokens }: ConfirmRecord, store: string): StoredSecret | undefined =>
  Object.hasOwn(tokens, store) ? tokens[store] : undefined;
