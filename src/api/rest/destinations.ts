/**
 * `/v1/webhooks/{webhook_id}/destinations`, `…/{destination_id}` and `…/{destination_id}/rotate_secret`. Destinations are
 * part of the webhook's record: every change here is one of that record, and raises its version.
 */
import { type Context, Hono } from 'hono';
import type { FieldError } from '../../input/field-errors';
import { LIMITS } from '../../limits';
import { err, ok, type Result } from '../../result';
import {
  type DestinationSettings,
  parseDestination,
  patchDestination,
} from '../../subscriptions/destination-input';
import { indexOfTakenName, takenDestinationName } from '../../subscriptions/names';
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
import { topicWarnings } from '../../subscriptions/topic-warnings';
import type { DestinationRecord, WebhookRecord } from '../../subscriptions/webhook';
import { timeText } from '../../time';
import { readJson } from '../body';
import type { ApiEnv } from '../context';
import { inputRules, makingAt } from '../deployment';
import { attemptOf, earlierAnswer, keptAnswer } from '../idempotency';
import { etagOf, preconditionOf } from '../preconditions';
import { type ApiError, problem } from '../problem';
import { changeAddressed, findAddressed } from '../webhook-names';
import { destinationOf } from './addressed';

export const destinations = new Hono<ApiEnv>();

/** An edit ends with this where the request was answered before, under its Idempotency-Key. */
type Answered = { reason: 'answered'; answer: object };

/**
 * A webhook with a destination that is new, or changed. Settings that are valid by themselves may still retry longer than the webhook
 * keeps its events, or have the name of another destination.
 */
function fitting(
  before: WebhookRecord,
  after: WebhookRecord,
  settings: DestinationSettings,
): Result<WebhookRecord, ApiError> {
  const errors: FieldError[] = [];
  const message = retentionProblem(before, settings.retrySchedule);
  if (message !== null) errors.push({ path: '/retry/schedule_seconds', message });
  if (indexOfTakenName(before.destinations, after.destinations) >= 0) {
    errors.push({ path: '/name', message: takenDestinationName });
  }
  return errors.length === 0 ? ok(after) : err({ reason: 'invalid', errors });
}

const warningsIn = (given: unknown, { provider }: WebhookRecord): FieldError[] =>
  topicWarnings(given, provider);

destinations.get('/:webhook_id/destinations', async c => {
  const record = await findAddressed(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const headers = { ETag: etagOf(record.value.version) };
  return c.json({ destinations: record.value.destinations.map(destinationView) }, 200, headers);
});

destinations.get('/:webhook_id/destinations/:destination_id', async c => {
  const record = await findAddressed(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const destination = destinationOf(record.value, c.req.param('destination_id'));
  if (!destination.ok) return problem(destination.error);
  return c.json(destinationView(destination.value), 200, { ETag: etagOf(record.value.version) });
});

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
  const changed = await changeAddressed<FieldError[], Answered>(
    c.env,
    idText,
    async current => {
      const earlier = await earlierAnswer<typeof view>(c.env, current, attempt.value);
      if (!earlier.ok) return earlier;
      if (earlier.value !== null) {
        const warnings = warningsIn(body.value, current);
        return err({ reason: 'answered', answer: { ...earlier.value, warnings } });
      }
      if (current.destinations.length >= LIMITS.MAX_DESTINATIONS) {
        return err({
          reason: 'conflict',
          detail: `A webhook has at most ${LIMITS.MAX_DESTINATIONS} destinations.`,
        });
      }
      const next = { ...current, destinations: [...current.destinations, destination] };
      const fits = fitting(current, next, destination);
      return fits.ok ? ok({ record: fits.value, extra: warningsIn(body.value, current) }) : fits;
    },
    now,
    {
      precondition: preconditionOf(c.req.header('If-Match')),
      ...(kept === null ? {} : { kept: kept.value }),
    },
  );
  if (changed.ok) {
    const answer = { ...view, warnings: changed.value.extra };
    return c.json(answer, 201, { ETag: etagOf(changed.value.record.version) });
  }
  return changed.error.reason === 'answered' ? c.json(changed.error.answer, 201) : problem(changed.error);
});

destinations.patch('/:webhook_id/destinations/:destination_id', async c => {
  const patch = await readJson(c.req.raw);
  if (!patch.ok) return problem(patch.error);
  return changeOne(c, Date.now(), async (current, destination) => {
    const settings = patchDestination(destination, patch.value, inputRules(c.env).urlProblem);
    if (!settings.ok) return err({ reason: 'invalid', errors: settings.error });
    const next = withDestination(current, destination.id, settings.value);
    const fits = fitting(current, next, settings.value);
    if (!fits.ok) return fits;
    const answer = destinationView({ ...destination, ...settings.value });
    return ok({ record: fits.value, extra: { ...answer, warnings: warningsIn(patch.value, current) } });
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
  const changed = await changeAddressed<object | null>(
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
