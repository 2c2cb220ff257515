/**
 * What applying a configuration does, webhook by webhook: each step is planned with what it would change, and applied
 * later. Webhooks are found by their id or by their name, and asked of their objects, because the list may be a minute old.
 */

import {
  type Change,
  destinationEntry,
  destinationName,
  type Entry,
  webhookName,
} from '../../configuration/document';
import type { Means } from '../../configuration/means';
import { updated } from '../../configuration/update';
import type { FieldError } from '../../input/field-errors';
import { err, ok, type Result } from '../../result';
import { isSameName } from '../../subscriptions/names';
import { placementGiven } from '../../subscriptions/placement';
import { topicWarnings } from '../../subscriptions/topic-warnings';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { parseWebhook } from '../../subscriptions/webhook-input';
import type { ApiError } from '../problem';
import { allWebhooks, changeWebhook, findWebhook, removeWebhook } from '../webhook-operations';
import { createNamed, findNamed } from './named-webhooks';

/** Objects asked at the same time; the platform opens six connections. */
const AT_ONCE = 6;

/** What is to be done for one webhook: what changes, and how to do it. */
type Step = {
  changes: Change[];
  /** What of the document is most likely a slip. */
  warnings: FieldError[];
  apply: () => Promise<Result<Change[], ApiError>>;
};

/** A step for each entry of the document and, with `prune`, for each webhook that it does not list. */
export async function planned(env: Env, entries: Entry[], means: Means): Promise<Result<Step[], ApiError>> {
  const records = await allWebhooks(env, means.making.now);
  if (!records.ok) return records;
  const steps: Step[] = [];
  const meant = new Set<number>();
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE);
    const found = await Promise.all(some.map(entry => meantBy(env, entry, records.value)));
    for (const [index, entry] of some.entries()) {
      const current = found[index];
      if (current === undefined) continue;
      if (!current.ok) return current;
      const id = current.value?.id ?? null;
      if (id !== null && meant.has(id)) {
        const message = 'is a webhook that another entry of this document changes too';
        return err({ reason: 'invalid', errors: [{ path: entry.prefix, message }] });
      }
      if (id !== null) meant.add(id);
      const renamed = renamedTo(entry, current.value, records.value);
      if (renamed !== null) return err({ reason: 'invalid', errors: [renamed] });
      const step =
        current.value === null ? creation(env, entry, means) : await change(env, current.value, entry, means);
      if (!step.ok) return step;
      steps.push(step.value);
    }
  }
  if (!means.prune) return ok(steps);
  for (const record of records.value.filter(({ id }) => !meant.has(id))) {
    steps.push(removal(env, record, means.making.now));
  }
  return ok(steps);
}

/** What is wrong with another name for a webhook that is known by its id: it may be that of another webhook. */
function renamedTo(
  { given, prefix }: Entry,
  current: WebhookRecord | null,
  records: readonly WebhookRecord[],
): FieldError | null {
  if (current === null || typeof given.name !== 'string' || given.name === current.name) return null;
  const holder = records.find(({ id, name }) => id !== current.id && isSameName(name, String(given.name)));
  return holder === undefined
    ? null
    : { path: `${prefix}/name`, message: `is the name of webhook ${holder.id}` };
}

/** The webhook that an entry means, as it is now; null for one to be made. */
async function meantBy(
  env: Env,
  { name, webhookId, prefix, given }: Entry,
  records: readonly WebhookRecord[],
): Promise<Result<WebhookRecord | null, ApiError>> {
  if (webhookId !== null) {
    const found = await findWebhook(env, String(webhookId));
    if (found.ok || found.error.reason !== 'not_found') return found;
    const message = 'names no webhook of this gateway; leave it out and give a name to make one';
    return err({ reason: 'invalid', errors: [{ path: `${prefix}/webhook_id`, message }] });
  }
  const [known, ...others] = records.filter(record => isSameName(record.name, name));
  if (others.length > 0) {
    const detail = `${others.length + 1} webhooks are named "${name.slice(0, 60)}": give their webhook_id.`;
    return err({ reason: 'conflict', detail });
  }
  // The list may be a minute old; the object is not.
  const listed = known === undefined ? ok(null) : await findWebhook(env, String(known.id));
  if (listed.ok && isSameName(listed.value?.name, name)) return listed;
  if (!listed.ok && listed.error.reason !== 'not_found') return listed;
  return findNamed(env, name, placementGiven(given));
}

async function change(
  env: Env,
  current: WebhookRecord,
  entry: Entry,
  means: Means,
): Promise<Result<Step, ApiError>> {
  const plan = await updated(current, entry, means);
  if (!plan.ok) return err({ reason: 'invalid', errors: plan.error });
  return ok({
    changes: plan.value.changes,
    warnings: topicWarnings(entry.given, current.provider, entry.prefix),
    apply: () => applyTo(env, current.id, entry, means),
  });
}

async function applyTo(
  env: Env,
  id: number,
  entry: Entry,
  means: Means,
): Promise<Result<Change[], ApiError>> {
  const edit = async (
    record: WebhookRecord,
  ): Promise<Result<{ record: WebhookRecord; extra: Change[] }, ApiError>> => {
    const next = await updated(record, entry, means);
    if (!next.ok) return err({ reason: 'invalid', errors: next.error });
    return ok({ record: next.value.record, extra: next.value.changes });
  };
  const changed = await changeWebhook(env, String(id), edit, means.making.now);
  return changed.ok ? ok(changed.value.extra) : changed;
}

function creation(env: Env, entry: Entry, means: Means): Result<Step, ApiError> {
  const { name, prefix, given } = entry;
  const { destinations = [] } = given;
  const entries = Array.isArray(destinations)
    ? destinations.map(one => destinationEntry(one) ?? one)
    : destinations;
  const input = parseWebhook({ ...given, destinations: entries }, means.rules);
  if (!input.ok) {
    const errors = input.error.map(({ path, message }) => ({ path: prefix + path, message }));
    return err({ reason: 'invalid', errors });
  }
  const made = input.value.destinations.map(
    (destination): Change => ({
      ...{ action: 'create', kind: 'destination', name: destinationName(destination), webhook: name },
    }),
  );
  const changes: Change[] = [{ action: 'create', kind: 'webhook', name }, ...made];
  return ok({
    changes,
    warnings: topicWarnings(given, input.value.provider, prefix),
    apply: async () => {
      const created = await createNamed(env, input.value, name, means.making.now);
      if (!created.ok) return created;
      // Another request made a webhook of this name since the plan was made.
      if (created.value.kind === 'exists') return applyTo(env, created.value.id, entry, means);
      const { isCopied } = created.value;
      const secrets = created.value.revealed.map(({ secretKey }) => secretKey);
      return ok(
        changes.map((change, index) => {
          const generated = index > 0 && input.value.destinations[index - 1]?.secretKey === null;
          const secret = generated ? secrets[index - 1] : undefined;
          const copy = index === 0 && !isCopied ? { kv_copy: 'pending' as const } : {};
          return { ...change, ...copy, ...(secret === undefined ? {} : { secret_key: secret }) };
        }),
      );
    },
  });
}

function removal(env: Env, record: WebhookRecord, now: number): Step {
  const changes: Change[] = [{ action: 'delete', kind: 'webhook', name: webhookName(record) }];
  return {
    changes,
    warnings: [],
    apply: async () => {
      const removed = await removeWebhook(env, record.id, now);
      return removed.ok ? ok(changes) : removed;
    },
  };
}
