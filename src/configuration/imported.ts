/**
 * A webhook out of another gateway's export, as it becomes one here: the record to store, and what is different from the one
 * there is. Importing the same export twice changes nothing the second time.
 *
 * It keeps its id, so that providers keep its path, and the ids of its destinations and secrets. Its log begins anew here: every
 * destination gets all of it, and messages have ids that the other gateway's do not have. Destinations that are only here stay.
 */
import type { FieldError } from '../input/field-errors';
import { LIMITS } from '../limits';
import { providerOf } from '../providers/registry';
import { err, ok, type Result } from '../result';
import { destinationDocument } from '../subscriptions/destination-input';
import { unaddressable } from '../subscriptions/names';
import { newLife } from '../subscriptions/record';
import { purpose } from '../subscriptions/sealing';
import { shownDestination, shownWebhook } from '../subscriptions/shown';
import type { ConfirmRecord, DestinationRecord, StoredSecret, WebhookRecord } from '../subscriptions/webhook';
import { webhookDocument } from '../subscriptions/webhook-document';
import { type Change, destinationName, differences, webhookName } from './document';
import { isStored, type Means, type Update } from './means';

type Importing = Pick<Means, 'rules' | 'making' | 'open'>;

/**
 * @param given with secrets that this deployment opens
 * @param current the webhook that has the id here; null for none
 * @param prefix JSON pointer of its entry, for errors
 */
export async function imported(
  given: WebhookRecord,
  current: WebhookRecord | null,
  prefix: string,
  means: Importing,
): Promise<Result<Update, FieldError[]>> {
  const errors = importErrors(given, current, means);
  if (errors.length > 0) return err(errors.map(error => ({ ...error, path: prefix + error.path })));
  return ok(current === null ? arriving(given, means) : await renewed(given, current, means));
}

/** What depends on this deployment: everything else was validated where the webhook was made. */
function importErrors(
  given: WebhookRecord,
  current: WebhookRecord | null,
  { rules }: Importing,
): FieldError[] {
  const errors: FieldError[] = [];
  if (providerOf(given) === undefined) {
    errors.push({ path: '/provider', message: `"${given.provider}" is not known to this release` });
  }
  for (const field of ['provider', 'jurisdiction'] as const) {
    if (current === null || current[field] === given[field]) continue;
    const message = `is "${given[field]}", and the webhook that has this id here is of "${current[field]}"`;
    errors.push({ path: `/${field}`, message });
  }
  const names = [
    { path: '/name', name: given.name },
    ...given.destinations.map(({ name }, index) => ({ path: `/destinations/${index}/name`, name })),
  ];
  for (const { path, name } of names) {
    const message = name === null ? null : unaddressable(name);
    if (message !== null) errors.push({ path, message });
  }
  const confirm = given.confirm === null ? null : rules.urlProblem(given.confirm.url);
  if (confirm !== null) errors.push({ path: '/confirm/url', message: confirm });
  for (const [index, { url }] of given.destinations.entries()) {
    const problem = rules.urlProblem(url);
    if (problem !== null) errors.push({ path: `/destinations/${index}/url`, message: problem });
  }
  const kept = current?.destinations.filter(here => !given.destinations.some(({ id }) => id === here.id));
  if (given.destinations.length + (kept?.length ?? 0) > LIMITS.MAX_DESTINATIONS) {
    const message = `must be at most ${LIMITS.MAX_DESTINATIONS}, with those that the webhook has here`;
    errors.push({ path: '/destinations', message });
  }
  return errors;
}

function arriving(given: WebhookRecord, { making }: Importing): Update {
  const { now } = making;
  const record: WebhookRecord = {
    ...given,
    ...{ version: 1, createdAt: now, updatedAt: now, captureUntil: null },
    ...{ life: newLife(making), isMoved: true },
    destinations: given.destinations.map(one => ({ ...one, start: 'beginning', createdAt: now })),
  };
  const webhook = webhookName(record);
  const changes: Change[] = [
    { action: 'create', kind: 'webhook', name: webhook },
    ...record.destinations.map((one): Change => added(one, webhook)),
  ];
  return { record, changes };
}

const added = (destination: DestinationRecord, webhook: string): Change => ({
  ...{ action: 'create', kind: 'destination', name: destinationName(destination), webhook },
});

/** The webhook that is here, as the other one is. What belongs to its log, and to its place, stays. */
async function renewed(given: WebhookRecord, current: WebhookRecord, means: Importing): Promise<Update> {
  const { version, createdAt, updatedAt, captureUntil, life, isMoved, locationHint, createdBy } = current;
  const inbound = await merged(given.secrets, current.secrets, purpose.inbound(given.id), means);
  const confirm = await mergedConfirm(given, current.confirm, means);
  const destinations: DestinationRecord[] = [];
  const changes: Change[] = [];
  const webhook = webhookName(given);
  for (const one of given.destinations) {
    const here = current.destinations.find(({ id }) => id === one.id);
    if (here === undefined) {
      destinations.push({ ...one, start: 'now', createdAt: means.making.now });
      changes.push(added(one, webhook));
      continue;
    }
    const { secrets, isSame } = await merged(one.secrets, here.secrets, purpose.destination(one.id), means);
    destinations.push({ ...one, secrets, start: here.start, createdAt: here.createdAt });
    const fields = {
      ...differences(documentsOf(here), documentsOf(one)),
      ...(isSame ? {} : { secret_key: 'changed' }),
    };
    if (Object.keys(fields).length === 0) continue;
    changes.push({ action: 'update', kind: 'destination', name: destinationName(one), webhook, fields });
  }
  const fields = {
    ...differences(
      { full: webhookDocument(current), shown: shownWebhook(current) },
      { full: webhookDocument(given), shown: shownWebhook(given) },
    ),
    ...(inbound.isSame ? {} : { secret_key: 'changed' }),
    ...(confirm.isSame ? {} : { 'confirm.token': 'changed' }),
  };
  if (Object.keys(fields).length > 0) {
    changes.unshift({ action: 'update', kind: 'webhook', name: webhook, fields });
  }
  const others = current.destinations.filter(here => !destinations.some(({ id }) => id === here.id));
  const record: WebhookRecord = {
    ...given,
    ...{ version, createdAt, updatedAt, captureUntil, life, isMoved, locationHint, createdBy },
    ...{ secrets: inbound.secrets, confirm: confirm.confirm },
    destinations: [...destinations, ...others],
  };
  return { record, changes };
}

const documentsOf = (destination: DestinationRecord) => ({
  full: destinationDocument(destination),
  shown: shownDestination(destination),
});

type Merged = { secrets: StoredSecret[]; isSame: boolean };

/** The given secrets; those that are here already stay as they are sealed. `isSame`: all are, and here are no others. */
async function merged(
  given: readonly StoredSecret[],
  current: readonly StoredSecret[],
  boundTo: string,
  { open }: Importing,
): Promise<Merged> {
  const secrets = await Promise.all(
    given.map(async secret => {
      const here = current.find(
        ({ id, usableUntil }) => id === secret.id && usableUntil === secret.usableUntil,
      );
      const text = here === undefined ? null : await open(boundTo, secret.sealed);
      return here !== undefined && text !== null && (await isStored({ open }, boundTo, here.sealed, text))
        ? here
        : secret;
    }),
  );
  return {
    secrets,
    isSame: secrets.length === current.length && secrets.every(one => current.includes(one)),
  };
}

/** The same for the tokens of a confirmation. */
async function mergedConfirm(
  { id, confirm: given }: WebhookRecord,
  current: ConfirmRecord | null,
  means: Importing,
): Promise<{ confirm: ConfirmRecord | null; isSame: boolean }> {
  // That there is one here and none there, or the other way round, is a difference of the documents.
  if (given === null || current === null) return { confirm: given, isSame: true };
  const token = await merged([given.token], [current.token], purpose.confirm(id), means);
  let { isSame } = token;
  const tokens: ConfirmRecord['tokens'] = {};
  for (const [store, secret] of Object.entries(given.tokens)) {
    const here = Object.hasOwn(current.tokens, store) ? current.tokens[store] : undefined;
    const one = await merged(
      [secret],
      here === undefined ? [] : [here],
      purpose.confirmStore(id, store),
      means,
    );
    tokens[store] = one.secrets[0] ?? secret;
    isSame &&= one.isSame;
  }
  return { confirm: { ...given, token: token.secrets[0] ?? given.token, tokens }, isSame };
}
