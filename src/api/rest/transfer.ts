/**
 * `GET /v1/export` and `POST /v1/import`: webhooks with their secrets, on their way to another gateway. Both have the same
 * TRANSFER_KEY. What travels is sealed with it as a whole; id, name and provider stand beside it for people.
 *
 * An import validates everything before it changes anything; `dry_run=true` only says what would change. Webhooks are then changed one
 * after the other, each as a whole. Where one fails, the same request sent again goes on from there.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Change } from '../../configuration/document';
import { imported } from '../../configuration/imported';
import type { Means, Update } from '../../configuration/means';
import { inTurns } from '../../in-turns';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, wholeNumber } from '../../input/fields';
import { objectOf } from '../../log/stub';
import { err, ok, type Result } from '../../result';
import { remember } from '../../subscriptions/edge-cache';
import { ingestUrl } from '../../subscriptions/ingest-url';
import { noteChange } from '../../subscriptions/recent';
import { open, type SealingKey, type SealingKeys, transferKeyOf } from '../../subscriptions/sealing';
import { idPage } from '../../subscriptions/store';
import { openRecord, sealRecord, type TransferFailure } from '../../subscriptions/transfer';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { ask } from '../ask';
import { readJson } from '../body';
import { inputRules, makingAt, publicBase, sealingKeys } from '../deployment';
import { type ApiError, problem } from '../problem';
import { flagParameter, wholeParameters } from '../query';
import { changeWebhook, findWebhook, recordOf } from '../webhook-operations';

export const exports = new Hono<{ Bindings: Env }>();
export const imports = new Hono<{ Bindings: Env }>();

/** Version of the form of an export. */
const FORMAT = 1;
/** Webhooks of a call, each some calls of its object, within the 30 s of a request. */
const MAX_PAGE = 100;
const AT_ONCE = 10;
const MAX_IMPORT_BYTES = 8 * 1024 * 1024;

export const importSchema = fieldsOf({
  format: about(
    'The form of the export, as it says.',
    v.literal(FORMAT, `must be ${FORMAT}: the form of export that this release knows`),
  ),
  webhooks: about(
    'Webhooks of an export, 100 at most.',
    v.pipe(
      v.array(
        fieldsOf({
          webhook_id: about('Its id, which it keeps.', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
          name: about('Its name, for people.', v.nullish(v.string('must be text or null'))),
          provider: about('Its provider, for people.', v.optional(v.string('must be text'))),
          sealed: about(
            'All of it, sealed with the TRANSFER_KEY.',
            v.string('must be the sealed text of the export'),
          ),
        }),
        'must be a list of webhooks, as the export has them',
      ),
      v.maxLength(MAX_PAGE, `must be at most ${MAX_PAGE} webhooks; send the others in another request`),
    ),
  ),
});

type Keys = { own: SealingKeys; transfer: SealingKey };

async function keysFor(env: Env): Promise<Result<Keys, ApiError>> {
  const own = await sealingKeys(env);
  if (!own.ok) return own;
  const transfer = await transferKeyOf(env);
  if (transfer.ok) return ok({ own: own.value, transfer: transfer.value });
  const what = transfer.error === 'missing' ? 'is not set' : 'is not 32 bytes in base64';
  const detail = `TRANSFER_KEY ${what}: make one with "openssl rand -base64 32", and give it to both gateways as a secret.`;
  return err({ reason: 'conflict', detail });
}

exports.get('/', async c => {
  const page = wholeParameters(c.req.query(), { limit: { min: 1, max: MAX_PAGE, fallback: MAX_PAGE } });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const keys = await keysFor(c.env);
  if (!keys.ok) return problem(keys.error);
  const { own, transfer } = keys.value;
  const listed = await idPage(c.env.SUBSCRIPTIONS, c.req.query('after') ?? null, page.value.limit);
  if (!listed.ok) return problem({ reason: 'unavailable', cause: 'kv_unavailable' });
  const webhooks: { webhook_id: number; name: string | null; provider: string; sealed: string }[] = [];
  const failed: { webhook_id: number; reason: string }[] = [];
  await inTurns(listed.value.ids, AT_ONCE, async id => {
    const record = await findWebhook(c.env, String(id));
    if (!record.ok) {
      // Deleted meanwhile: nothing is left to move.
      if (record.error.reason !== 'not_found') failed.push({ webhook_id: id, reason: record.error.reason });
      return;
    }
    const sealed = await sealRecord(record.value, own, transfer);
    const { name, provider } = record.value;
    if (sealed.ok) webhooks.push({ webhook_id: id, name, provider, sealed: sealed.value });
    else failed.push({ webhook_id: id, reason: 'unreadable_secret' });
  });
  for (const list of [webhooks, failed]) list.sort((a, b) => a.webhook_id - b.webhook_id);
  return c.json({ format: FORMAT, key_id: transfer.id, webhooks, next: listed.value.next, failed });
});

/** What is to be done for one webhook. `current` is null where there is none yet. */
type Step = { given: WebhookRecord; current: WebhookRecord | null; prefix: string; update: Update };

imports.post('/', async c => {
  const dryRun = flagParameter('dry_run', c.req.query('dry_run'));
  if (!dryRun.ok) return problem({ reason: 'invalid', errors: dryRun.error });
  const body = await readJson(c.req.raw, { maxBytes: MAX_IMPORT_BYTES });
  if (!body.ok) return problem(body.error);
  const input = checked(importSchema, body.value);
  if (!input.ok) return problem({ reason: 'invalid', errors: input.error });
  const keys = await keysFor(c.env);
  if (!keys.ok) return problem(keys.error);
  const making = await makingAt(c.env, Date.now());
  if (!making.ok) return problem(making.error);
  const opened = async (boundTo: string, sealed: string) => {
    const text = await open(keys.value.own, boundTo, sealed);
    return text.ok ? text.value : null;
  };
  const means: Means = {
    ...{ rules: inputRules(c.env), making: making.value, open: opened, prune: false },
  };
  const steps: Step[] = [];
  const errors: FieldError[] = [];
  for (const [index, entry] of input.value.webhooks.entries()) {
    const step = await planned(c.env, entry, `/webhooks/${index}`, keys.value, means);
    if (step.ok) steps.push(step.value);
    else if (step.error.reason === 'invalid') errors.push(...step.error.errors.map(named(entry)));
    else return problem(step.error);
  }
  const ids = steps.map(({ given }) => given.id);
  for (const { given, prefix } of steps.filter(({ given }, index) => ids.indexOf(given.id) !== index)) {
    errors.push({ path: `${prefix}/webhook_id`, message: `${given.id} is listed twice` });
  }
  if (errors.length > 0) return problem({ reason: 'invalid', errors });

  const base = publicBase(c.env, c.req.raw);
  const webhooks: object[] = [];
  for (const step of steps) {
    const applied = dryRun.value ? ok({ changes: step.update.changes }) : await apply(c.env, step, means);
    if (!applied.ok) return problem(applied.error);
    const { id, name } = step.given;
    const action = step.current === null ? 'create' : applied.value.changes.length > 0 ? 'update' : 'none';
    webhooks.push({ webhook_id: id, name, action, ingest_url: ingestUrl(base, id), ...applied.value });
  }
  return c.json({ webhooks });
});

type Entry = v.InferOutput<typeof importSchema>['webhooks'][number];

/** Which webhook an error is about, as an index tells nobody. */
const named =
  ({ webhook_id, name }: Entry) =>
  ({ path, message }: FieldError): FieldError => ({
    path,
    message: `${message} (webhook ${webhook_id}${name == null ? '' : ` "${name.slice(0, 60)}"`})`,
  });

async function planned(
  env: Env,
  { webhook_id: id, sealed }: Entry,
  prefix: string,
  { own, transfer }: Keys,
  means: Means,
): Promise<Result<Step, ApiError>> {
  const given = await openRecord(id, sealed, own, transfer);
  if (!given.ok) {
    const message = failureText(given.error, transfer);
    return err({ reason: 'invalid', errors: [{ path: `${prefix}/sealed`, message }] });
  }
  const current = await recordOf(env, id);
  if (!current.ok) return current;
  const update = await imported(given.value, current.value, prefix, means);
  if (!update.ok) return err({ reason: 'invalid', errors: update.error });
  return ok({ given: given.value, current: current.value, prefix, update: update.value });
}

const failureText = (failure: TransferFailure, { id }: SealingKey): string =>
  failure === 'wrong_key'
    ? `was sealed with another TRANSFER_KEY than this gateway has (${id}); nothing was changed`
    : 'was changed, or belongs to another webhook_id, or to a release that this one does not know; nothing was changed';

type Applied = { changes: Change[]; kv_copy?: 'pending' };

async function apply(env: Env, step: Step, means: Means): Promise<Result<Applied, ApiError>> {
  const { given, current, prefix, update } = step;
  const { now } = means.making;
  if (update.changes.length === 0) return ok({ changes: [] });
  if (current !== null) {
    const edit = async (
      record: WebhookRecord,
    ): Promise<Result<{ record: WebhookRecord; extra: Change[] }, ApiError>> => {
      const next = await imported(given, record, prefix, means);
      if (!next.ok) return err({ reason: 'invalid', errors: next.error });
      return ok({ record: next.value.record, extra: next.value.changes });
    };
    const changed = await changeWebhook(env, String(given.id), edit, now);
    return changed.ok ? ok({ changes: changed.value.extra }) : changed;
  }
  const { record, changes } = update;
  const created = await ask(() => objectOf(env, record).create(record), { webhook_id: record.id });
  if (!created.ok) return created;
  if (created.value === 'exists') {
    const detail = `Webhook ${record.id} was just made or deleted here. Send the request again, in a day where it was deleted.`;
    return err({ reason: 'conflict', detail });
  }
  noteChange(record.id, record, now);
  remember(record, now);
  return ok({ changes, ...(created.value === 'created' ? {} : { kv_copy: 'pending' as const }) });
}
