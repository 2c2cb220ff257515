/**
 * `/v1/webhooks/{webhook_id}/destinations`, `…/{destination_id}` and `…/{destination_id}/rotate_secret`. Destinations are
 * part of the webhook's record: every change here is one of that record, and raises its version.
 */
import { type Context, Hono } from 'hono';
import { LIMITS } from '../../limits';
import { err, ok, type Result } from '../../result';
import {
  type DestinationSettings,
  parseDestination,
  patchDestination,
} from '../../subscriptions/destination-input';
import {
  newDestination,
  overlapProblem,
  type RevealedSecret,
  withDestination,
  withDestinationSecret,
} from '../../subscriptions/record';
import { retentionProblem } from '../../subscriptions/retention';
import { parseDestinationRotation } from '../../subscriptions/rotation';
import { shownDestination } from '../../subscriptions/shown';
import type { DestinationRecord, WebhookRecord } from '../../subscriptions/webhook';
import { timeText } from '../../time';
import { readJson } from '../body';
import type { ApiEnv } from '../context';
import { inputRules, makingAt } from '../deployment';
import { attemptOf, earlierAnswer, keptAnswer } from '../idempotency';
import { etagOf, preconditionOf } from '../preconditions';
import { type ApiError, problem } from '../problem';
import { changeWebhook } from '../webhook-operations';

export const destinations = new Hono<ApiEnv>();

/** An edit ends with this where the request was answered before, under its Idempotency-Key. */
type Answered = { reason: 'answered'; answer: ReturnType<typeof createdDestinationView> };

function destinationOf(record: WebhookRecord, id: string): Result<DestinationRecord, ApiError> {
  const found = record.destinations.find(destination => destination.id === id);
  return found === undefined ? err({ reason: 'not_found', what: 'destination' }) : ok(found);
}

/** Settings that are valid by themselves may still retry longer than the webhook keeps its events. */
function fitting(record: WebhookRecord, settings: DestinationSettings): Result<void, ApiError> {
  const message = retentionProblem(record, settings.retrySchedule);
  if (message === null) return ok(undefined);
  return err({ reason: 'invalid', errors: [{ path: '/retry/schedule_seconds', message }] });
}

destinations.post('/:webhook_id/destinations', async c => {
  const body = await readJson(c.req.raw);
  if (!body.ok) return problem(body.error);
  const making = await makingAt(c.env, Date.now());
  if (!making.ok) return problem(making.error);
  const input = parseDestination(body.value, inputRules(c.env).urlProblem);
  if (!input.ok) return problem({ reason: 'invalid', errors: input.error });
  const { destination, revealed } = await newDestination(input.value, making.value);
  const view = createdDestinationView(destination, [revealed]);
  const idText = c.req.param('webhook_id');
  const key = c.req.header('Idempotency-Key');
  const what = `POST /v1/webhooks/${idText}/destinations`;
  const attempt = await attemptOf(c.env, key, c.var.principal, what, body.value);
  if (!attempt.ok) return problem(attempt.error);
  const { now } = making.value;
  const kept = attempt.value === null ? null : await keptAnswer(c.env, attempt.value, view, now);
  if (kept?.ok === false) return problem(kept.error);
  const changed = await changeWebhook<null, Answered>(
    c.env,
    idText,
    async current => {
      const earlier = await earlierAnswer<typeof view>(c.env, current, attempt.value);
      if (!earlier.ok) return earlier;
      if (earlier.value !== null) return err({ reason: 'answered', answer: earlier.value });
      if (current.destinations.length >= LIMITS.MAX_DESTINATIONS) {
        return err({
          reason: 'conflict',
          detail: `A webhook has at most ${LIMITS.MAX_DESTINATIONS} destinations.`,
        });
      }
      const fits = fitting(current, destination);
      if (!fits.ok) return fits;
      return ok({
        record: { ...current, destinations: [...current.destinations, destination] },
        extra: null,
      });
    },
    now,
    {
      precondition: preconditionOf(c.req.header('If-Match')),
      ...(kept === null ? {} : { kept: kept.value }),
    },
  );
  if (changed.ok) return c.json(view, 201, { ETag: etagOf(changed.value.record.version) });
  return changed.error.reason === 'answered' ? c.json(changed.error.answer, 201) : problem(changed.error);
});

destinations.patch('/:webhook_id/destinations/:destination_id', async c => {
  const patch = await readJson(c.req.raw);
  if (!patch.ok) return problem(patch.error);
  return changeOne(c, Date.now(), async (current, destination) => {
    const settings = patchDestination(destination, patch.value, inputRules(c.env).urlProblem);
    if (!settings.ok) return err({ reason: 'invalid', errors: settings.error });
    const fits = fitting(current, settings.value);
    if (!fits.ok) return fits;
    const answer = destinationView({ ...destination, ...settings.value });
    return ok({ record: withDestination(current, destination.id, settings.value), extra: answer });
  });
});

destinations.delete('/:webhook_id/destinations/:destination_id', c =>
  changeOne(c, Date.now(), async (current, { id }) => {
    const left = current.destinations.filter(other => other.id !== id);
    return ok({ record: { ...current, destinations: left }, extra: null });
  }),
);

destinations.post('/:webhook_id/destinations/:destination_id/rotate_secret', async c => {
  const body = await readJson(c.req.raw, { whenEmpty: {} });
  if (!body.ok) return problem(body.error);
  const rotation = parseDestinationRotation(body.value);
  if (!rotation.ok) return problem({ reason: 'invalid', errors: rotation.error });
  const making = await makingAt(c.env, Date.now());
  if (!making.ok) return problem(making.error);
  const { secretKey, overlapSeconds } = rotation.value;
  return changeOne(c, making.value.now, async (current, { id, secrets }) => {
    const message = overlapProblem(secrets, overlapSeconds, making.value.now);
    if (message !== null) return err({ reason: 'invalid', errors: [{ path: '/overlap_seconds', message }] });
    const rotated = await withDestinationSecret(current, id, secretKey, overlapSeconds, making.value);
    return ok({ record: rotated.record, extra: { secret_key: rotated.revealed.secretKey } });
  });
});

/** A destination in answers, without its secrets. */
export function destinationView(destination: DestinationRecord) {
  return {
    destination_id: destination.id,
    ...shownDestination(destination),
    start: destination.start,
    created_at: timeText(destination.createdAt),
  };
}

/** The same in the one answer that shows its secret: the one to the request that made it. */
export function createdDestinationView(destination: DestinationRecord, revealed: readonly RevealedSecret[]) {
  const secret = revealed.find(({ destinationId }) => destinationId === destination.id);
  return { ...destinationView(destination), secret_key: secret?.secretKey };
}

type Edited = Result<{ record: WebhookRecord; extra: object | null }, ApiError>;

/**
 * Changes one destination of a webhook, and answers with what `edit` gives beside the record, null for nothing, and the
 * webhook's new ETag.
 */
async function changeOne(
  c: Context<ApiEnv>,
  now: number,
  edit: (webhook: WebhookRecord, destination: DestinationRecord) => Promise<Edited>,
): Promise<Response> {
  const id = c.req.param('destination_id') ?? '';
  const changed = await changeWebhook<object | null>(
    c.env,
    c.req.param('webhook_id') ?? '',
    async current => {
      const destination = destinationOf(current, id);
      return destination.ok ? edit(current, destination.value) : destination;
    },
    now,
    { precondition: preconditionOf(c.req.header('If-Match')) },
  );
  if (!changed.ok) return problem(changed.error);
  const { record, extra } = changed.value;
  const headers = { ETag: etagOf(record.version) };
  return extra === null ? c.body(null, 204, headers) : c.json(extra, 200, headers);
}
