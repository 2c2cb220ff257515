/** The destinations of an existing webhook as a configuration wants them: made, changed and, with `prune`, removed. */

import type { FieldError } from '../input/field-errors';
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { destinationDocument, parseDestination } from '../subscriptions/destination-input';
import { indexOfTakenName, takenDestinationName } from '../subscriptions/names';
import {
  newDestination,
  overlapProblem,
  withDestination,
  withDestinationSecret,
} from '../subscriptions/record';
import { purpose } from '../subscriptions/sealing';
import { shownDestination } from '../subscriptions/shown';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import {
  type Change,
  destinationEntry,
  destinationName,
  differences,
  namesakes,
  type Shown,
  webhookName,
} from './document';
import { isStored, type Means, OVERLAP_SECONDS, type Update } from './means';

export async function destinationsInto(
  webhook: WebhookRecord,
  given: unknown,
  prefix: string,
  means: Means,
): Promise<Result<Update, FieldError[]>> {
  if (!Array.isArray(given)) return err([{ path: prefix, message: 'must be a list of destinations' }]);
  let record = webhook;
  const changes: Change[] = [];
  const named = new Set<string>();
  const kept = new Set<string>();
  for (const [index, one] of given.entries()) {
    const here = `${prefix}/${index}`;
    const entry = destinationEntry(one);
    if (entry === null) return err([{ path: here, message: 'must be an object' }]);
    const known = destinationFor(webhook, entry, here);
    if (!known.ok) return known;
    const { destination_id: _, ...fields } = entry;
    const name = nameOf(entry);
    if (kept.has(known.value?.id ?? '') || (known.value === null && named.has(name))) {
      return err([{ path: here, message: 'is listed twice: give it a name of its own' }]);
    }
    const next =
      known.value === null
        ? await added(record, fields, here, means)
        : await changed(record, known.value, fields, here, means);
    if (!next.ok) return next;
    record = next.value.record;
    // A new one is the last.
    kept.add((known.value ?? record.destinations.at(-1))?.id ?? '');
    named.add(name);
    changes.push(...next.value.changes);
  }
  if (means.prune) {
    for (const destination of record.destinations.filter(({ id }) => !kept.has(id))) {
      const name = destinationName(destination);
      changes.push({ action: 'delete', kind: 'destination', name, webhook: webhookName(record) });
    }
    record = { ...record, destinations: record.destinations.filter(({ id }) => kept.has(id)) };
  }
  const taken = record.destinations[indexOfTakenName(webhook.destinations, record.destinations)];
  if (taken !== undefined) {
    return err([{ path: prefix, message: `"${taken.name?.slice(0, 60)}" ${takenDestinationName}` }]);
  }
  if (record.destinations.length > LIMITS.MAX_DESTINATIONS) {
    return err([{ path: prefix, message: `must be at most ${LIMITS.MAX_DESTINATIONS} destinations` }]);
  }
  return ok({ record, changes });
}

const nameOf = ({ name, url }: Record<string, unknown>): string => String(name ?? url);

/** The destination that an entry means: by its id, or by its name among those there were; null for one to be made. */
function destinationFor(
  webhook: WebhookRecord,
  entry: Record<string, unknown>,
  prefix: string,
): Result<DestinationRecord | null, FieldError[]> {
  const { destination_id: id } = entry;
  if (id !== undefined) {
    const known = webhook.destinations.find(destination => destination.id === id);
    if (known !== undefined) return ok(known);
    return err([{ path: `${prefix}/destination_id`, message: 'names no destination of this webhook' }]);
  }
  const [known, ...others] = namesakes(webhook.destinations, nameOf(entry));
  if (others.length === 0) return ok(known ?? null);
  const message = `is the name of ${others.length + 1} destinations: give destination_id`;
  return err([{ path: `${prefix}/${entry.name === undefined ? 'url' : 'name'}`, message }]);
}

async function added(
  record: WebhookRecord,
  entry: Record<string, unknown>,
  prefix: string,
  { rules, making }: Means,
): Promise<Result<Update, FieldError[]>> {
  const input = parseDestination(entry, rules.urlProblem, prefix);
  if (!input.ok) return input;
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
  const input = parseDestination(entry, means.rules.urlProblem, prefix, current);
  if (!input.ok) return input;
  const { secretKey: secret, ...settings } = input.value;
  let record = withDestination(webhook, current.id, settings);
  const differing = differences(documentsOf(current), documentsOf({ ...current, ...settings }));
  const bound = purpose.destination(current.id);
  if (secret !== null && !(await isStored(means, bound, current.secrets[0]?.sealed, secret))) {
    const { making } = means;
    const full = overlapProblem(current.secrets, OVERLAP_SECONDS, making.now);
    if (full !== null) return err([{ path: `${prefix}/secret_key`, message: `overlap_seconds ${full}` }]);
    record = (await withDestinationSecret(record, current.id, secret, OVERLAP_SECONDS, making)).record;
    differing.secret_key = 'changed';
  }
  if (Object.keys(differing).length === 0) return ok({ record: webhook, changes: [] });
  const name = destinationName(current);
  const change: Change = {
    ...{ action: 'update', kind: 'destination', name, webhook: webhookName(webhook), fields: differing },
  };
  return ok({ record, changes: [change] });
}

const documentsOf = (destination: DestinationRecord): Shown => ({
  full: destinationDocument(destination),
  shown: shownDestination(destination),
});
