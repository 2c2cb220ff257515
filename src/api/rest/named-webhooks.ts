/**
 * Webhooks that a configuration makes. The id is made of the name, so two requests that make the same webhook at the same
 * time, or before the list shows it, find the same object: the second changes what the first made.
 *
 * Not promised for webhooks that were made without a configuration. They are found in the list, which may lag a minute.
 */

import { objectOf } from '../../log/stub';
import { err, ok, type Result } from '../../result';
import { remember } from '../../subscriptions/edge-cache';
import type { Jurisdiction, Placement } from '../../subscriptions/placement';
import { noteChange } from '../../subscriptions/recent';
import { newWebhook, type RevealedSecret, webhookId } from '../../subscriptions/record';
import { recordSizeProblem } from '../../subscriptions/record-size';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { WebhookInput } from '../../subscriptions/webhook-input';
import { ask } from '../ask';
import { makingAt } from '../deployment';
import { bytesOf } from '../idempotency';
import type { ApiError } from '../problem';
import { recordOf } from '../webhook-operations';

/**
 * Ids that a name can lead to. One is passed over when its webhook was renamed since, or was deleted so recently that its id
 * cannot be used yet.
 */
const MAX_ROUNDS = 5;

/** The `round`th id for a name. Keyed, because addresses must not be guessable. */
async function idFor(
  env: Env,
  name: string,
  round: number,
  jurisdiction: Jurisdiction | null,
): Promise<number> {
  const bytes = await bytesOf(env, { key: `config\n${name}` }, round);
  return webhookId(count => bytes.slice(0, count), jurisdiction);
}

/**
 * The webhook that a configuration made under this name, or null: where it is wanted, or where those are that are wanted nowhere. The
 * first call for an id decides where its object is, so it has the hint.
 */
export async function findNamed(
  env: Env,
  name: string,
  { jurisdiction, locationHint }: Placement,
): Promise<Result<WebhookRecord | null, ApiError>> {
  for (const one of new Set([jurisdiction, null])) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const id = await idFor(env, name, round, one);
      const record = await recordOf(env, id, [{ id, jurisdiction: one, locationHint }]);
      if (!record.ok) return record;
      if (record.value?.name === name) return record;
      if (record.value === null) break;
    }
  }
  return ok(null);
}

type Created =
  | { kind: 'created'; revealed: RevealedSecret[]; isCopied: boolean }
  | { kind: 'exists'; id: number };

/** Makes it, or says which one has the name already. @param now ms since 1970 */
export async function createNamed(
  env: Env,
  input: WebhookInput,
  name: string,
  now: number,
): Promise<Result<Created, ApiError>> {
  const making = await makingAt(env, now);
  if (!making.ok) return making;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const id = await idFor(env, name, round, input.jurisdiction);
    const { record, revealed } = await newWebhook(input, 'rest', making.value, id);
    const tooLarge = recordSizeProblem(record);
    if (tooLarge !== null) return err({ reason: 'invalid', errors: [{ path: '', message: tooLarge }] });
    const created = await ask(() => objectOf(env, record).create(record));
    if (!created.ok) return created;
    if (created.value !== 'exists') {
      noteChange(id, record, now);
      remember(record, now);
      return ok({ kind: 'created', revealed, isCopied: created.value === 'created' });
    }
    const other = await recordOf(env, id, [record]);
    if (!other.ok) return other;
    if (other.value?.name === name) return ok({ kind: 'exists', id });
  }
  return err({ reason: 'conflict', detail: `No free id was found for "${name.slice(0, 60)}". Try again.` });
}
