/**
 * An existing webhook as a configuration wants it: the record that results, and the list of changes.
 *
 * A field that the document leaves out has its default, so that the same document makes the same webhook everywhere. Secrets
 * are the exception: one that is left out stays, and one that is given is rotated in only when it differs from the stored one.
 * So applying a document twice changes nothing the second time.
 */
import { sameText } from '../constant-time';
import { checked } from '../input/checked';
import type { FieldError } from '../input/field-errors';
import { isObject } from '../json/kind';
import { providerOf } from '../providers/registry';
import { err, ok, type Result } from '../result';
import { overlapProblem, withInboundSecret, withSettings } from '../subscriptions/record';
import { retentionProblem } from '../subscriptions/retention';
import { purpose } from '../subscriptions/sealing';
import { inboundSecret } from '../subscriptions/secret-input';
import { shownWebhook } from '../subscriptions/shown';
import type { WebhookRecord } from '../subscriptions/webhook';
import { replaceWebhook, webhookDocument } from '../subscriptions/webhook-input';
import { destinationsInto } from './destinations';
import { type Change, destinationName, differences, type Entry, type Shown, webhookName } from './document';
import { isStored, type Means, OVERLAP_SECONDS, type Update } from './means';

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
  const settings = replaceWebhook(current, { ...fields, confirm }, rules);
  if (!settings.ok) return err(settings.error.map(error => at(prefix, error)));
  let record = await withSettings(current, settings.value, making);
  const changed = differences(documentsOf(current), documentsOf(record));
  if (settings.value.confirm?.token != null) changed['confirm.token'] = 'changed';

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
