/**
 * `/v1/webhooks`, `/v1/webhooks/{webhook_id}` and `…/rotate_secret`. Secrets are shown in the answer to the request that made
 * them, and in no other.
 */
import { Hono } from 'hono';
import { providerOf } from '../../providers/registry';
import { err, ok } from '../../result';
import { ingestUrl } from '../../subscriptions/ingest-url';
import {
  overlapProblem,
  type RevealedSecret,
  withInboundSecret,
  withSettings,
} from '../../subscriptions/record';
import { parseInboundRotation } from '../../subscriptions/rotation';
import { shownWebhook } from '../../subscriptions/shown';
import { topicWarnings } from '../../subscriptions/topic-warnings';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { webhookIdOf } from '../../subscriptions/webhook-id';
import { parseWebhook, patchWebhook, type WebhookInput } from '../../subscriptions/webhook-input';
import { timeText } from '../../time';
import { nextText } from '../../views/cursor';
import { readJson } from '../body';
import type { ApiEnv } from '../context';
import { inputRules, makingAt, publicBase } from '../deployment';
import { attemptOf } from '../idempotency';
import { etagOf, preconditionOf } from '../preconditions';
import { problem } from '../problem';
import { wholeParameters } from '../query';
import { changeAddressed, findAddressed, freeName } from '../webhook-names';
import { createWebhook, listPage, removeWebhook } from '../webhook-operations';
import { createOnce } from './create-once';
import { createdDestinationView, destinationView } from './destinations';

export const webhooks = new Hono<ApiEnv>();

const MAX_PAGE = 500;

webhooks.post('/', async c => {
  const body = await readJson(c.req.raw);
  if (!body.ok) return problem(body.error);
  const input = parseWebhook(body.value, inputRules(c.env));
  if (!input.ok) return problem({ reason: 'invalid', errors: input.error });
  const base = publicBase(c.env, c.req.raw);
  const key = c.req.header('Idempotency-Key');
  const attempt = await attemptOf(c.env, key, c.var.principal, 'POST /v1/webhooks', body.value);
  if (!attempt.ok) return problem(attempt.error);
  const created =
    attempt.value === null
      ? await createdAtOnce(c.env, input.value, base)
      : await createOnce(
          c.env,
          input.value,
          attempt.value,
          (record, revealed) => createdView(record, revealed, base),
          Date.now(),
        );
  if (!created.ok) return problem(created.error);
  const { answer: made, version, isCopied } = created.value;
  const warnings = topicWarnings(body.value, input.value.provider);
  const answer = { ...made, warnings, ...(isCopied ? {} : { kv_copy: 'pending' }) };
  const location = { Location: `/v1/webhooks/${answer.webhook_id}` };
  return c.json(answer, 201, version === null ? location : { ...location, ETag: etagOf(version) });
});

async function createdAtOnce(env: Env, input: WebhookInput, base: string) {
  const now = Date.now();
  const free = await freeName(env, input.name, null, now);
  if (!free.ok) return free;
  const created = await createWebhook(env, input, 'rest', now);
  if (!created.ok) return created;
  const { record, revealed, isCopied } = created.value;
  return ok({ answer: createdView(record, revealed, base), version: record.version, isCopied });
}

webhooks.get('/', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: MAX_PAGE, fallback: 100 },
  });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const listing = await listPage(c.env, page.value, Date.now());
  if (!listing.ok) return problem(listing.error);
  const base = publicBase(c.env, c.req.raw);
  const { records, next } = listing.value;
  return c.json({ webhooks: records.map(record => webhookView(record, base)), next: nextText(next) });
});

webhooks.get('/:webhook_id', async c => {
  const record = await findAddressed(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const view = webhookView(record.value, publicBase(c.env, c.req.raw));
  return c.json(view, 200, { ETag: etagOf(record.value.version) });
});

webhooks.patch('/:webhook_id', async c => {
  const patch = await readJson(c.req.raw);
  if (!patch.ok) return problem(patch.error);
  const making = await makingAt(c.env, Date.now());
  if (!making.ok) return problem(making.error);
  const precondition = preconditionOf(c.req.header('If-Match'));
  const changed = await changeAddressed(
    c.env,
    c.req.param('webhook_id'),
    async current => {
      const settings = patchWebhook(current, patch.value, inputRules(c.env));
      if (!settings.ok) return err({ reason: 'invalid', errors: settings.error });
      // Configurations know webhooks by their names: who has one webhook must not take the name of another.
      if (c.var.principal.webhookId !== null && settings.value.name !== current.name) {
        return err({ reason: 'forbidden', detail: 'A token for one webhook does not rename it.' });
      }
      // A change of an old version is refused for that.
      if (settings.value.name !== current.name && precondition(current.version)) {
        const free = await freeName(c.env, settings.value.name, current.id, making.value.now);
        if (!free.ok) return free;
      }
      const warnings = topicWarnings(patch.value, current.provider);
      return ok({ record: await withSettings(current, settings.value, making.value), extra: warnings });
    },
    making.value.now,
    { precondition },
  );
  if (!changed.ok) return problem(changed.error);
  const { record, extra: warnings } = changed.value;
  const view = webhookView(record, publicBase(c.env, c.req.raw));
  return c.json({ ...view, warnings }, 200, { ETag: etagOf(record.version) });
});

webhooks.delete('/:webhook_id', async c => {
  const text = c.req.param('webhook_id');
  const ifMatch = c.req.header('If-Match');
  let id = webhookIdOf(text);
  let version: number | undefined;
  if (id === null || ifMatch !== undefined) {
    const current = await findAddressed(c.env, text);
    if (!current.ok) return problem(current.error);
    id = current.value.id;
    version = ifMatch === undefined ? undefined : current.value.version;
    if (!preconditionOf(ifMatch)(current.value.version)) return problem({ reason: 'precondition_failed' });
  }
  const removed = await removeWebhook(c.env, id, Date.now(), version);
  if (!removed.ok) return problem(removed.error);
  return removed.value ? c.body(null, 204) : problem({ reason: 'not_found', what: 'webhook' });
});

webhooks.post('/:webhook_id/rotate_secret', async c => {
  const body = await readJson(c.req.raw, { whenEmpty: {} });
  if (!body.ok) return problem(body.error);
  const making = await makingAt(c.env, Date.now());
  if (!making.ok) return problem(making.error);
  const { now, random } = making.value;
  const rules = inputRules(c.env);
  const changed = await changeAddressed(
    c.env,
    c.req.param('webhook_id'),
    async current => {
      const provider = providerOf(current);
      if (provider === undefined) {
        return err({
          reason: 'conflict',
          detail: 'This gateway no longer knows the provider of the webhook.',
        });
      }
      const rotation = parseInboundRotation(body.value, provider, rules.secretProblem, random(24).toHex());
      if (!rotation.ok) return err({ reason: 'invalid', errors: rotation.error });
      const { secretKey, overlapSeconds } = rotation.value;
      const message = overlapProblem(current.secrets, overlapSeconds, now);
      if (message !== null)
        return err({ reason: 'invalid', errors: [{ path: '/overlap_seconds', message }] });
      const record = await withInboundSecret(current, secretKey, overlapSeconds, making.value);
      return ok({ record, extra: secretKey });
    },
    now,
    { precondition: preconditionOf(c.req.header('If-Match')) },
  );
  if (!changed.ok) return problem(changed.error);
  const rotated = { secret_key: changed.value.extra, usable_from: timeText(now) };
  return c.json(rotated, 200, { ETag: etagOf(changed.value.record.version) });
});

/** A webhook in answers, without its secrets. @param base of its ingest address */
export function webhookView(record: WebhookRecord, base: string) {
  return {
    webhook_id: record.id,
    provider: record.provider,
    ...shownWebhook(record),
    topics: record.topics,
    topics_given: record.topicsAsGiven,
    jurisdiction: record.jurisdiction,
    location_hint: record.locationHint,
    ingest_url: ingestUrl(base, record.id),
    created_at: timeText(record.createdAt),
    updated_at: timeText(record.updatedAt),
    destinations: record.destinations.map(destinationView),
  };
}

/** The answer to a create: the only one with the secrets of its destinations. */
export function createdView(record: WebhookRecord, revealed: readonly RevealedSecret[], base: string) {
  return {
    ...webhookView(record, base),
    destinations: record.destinations.map(destination => createdDestinationView(destination, revealed)),
  };
}
