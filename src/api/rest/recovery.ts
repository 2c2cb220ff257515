/**
 * `GET /v1/webhooks/{webhook_id}/bookmark` and `POST …/restore`: an earlier moment of a webhook's object, and the way back to it.
 * For the admin token. The platform keeps 30 days, on Cloudflare's network only.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, text } from '../../input/fields';
import { described } from '../../input/json-schema';
import type { LostRange, RecoveryPoint, RecoveryRequest, RecoveryResult } from '../../log/contract/recovery';
import { objectOf } from '../../log/stub';
import { ok, type Result } from '../../result';
import { remember } from '../../subscriptions/edge-cache';
import { noteChange } from '../../subscriptions/recent';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { parseRfc3339, timeText } from '../../time';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { recordOf } from '../webhook-operations';
import { askedOf, objectFor } from './addressed';

export const recovery = new Hono<{ Bindings: Env }>();

const MAX_BOOKMARK_CHARACTERS = 200;
/** An object that ends itself is there again within a second or two. */
const RESUME_TRIES = 40;
const RESUME_WAIT_MS = 250;

const TIME_MESSAGE = 'must be a time like 2026-11-20T12:00:00Z';

export const restoreSchema = fieldsOf({
  at: about(
    'The moment to go back to, within the last 30 days.',
    v.pipe(
      v.string(TIME_MESSAGE),
      v.check(given => parseRfc3339(given) !== null, TIME_MESSAGE),
      described({ format: 'date-time' }),
    ),
  ),
  bookmark: about(
    'The bookmark that was taken then: exact. Null: the platform takes one near the time.',
    v.nullish(text(MAX_BOOKMARK_CHARACTERS), null),
  ),
});

type Wish = { at: number; bookmark: string | null };

function parseRestore(given: unknown): Result<Wish, FieldError[]> {
  const input = checked(restoreSchema, given);
  if (!input.ok) return input;
  return ok({ at: parseRfc3339(input.value.at) ?? 0, bookmark: input.value.bookmark });
}

recovery.get('/:webhook_id/bookmark', async c => {
  const { at: time, bookmark = null } = c.req.query();
  const at = time === undefined ? null : parseRfc3339(time);
  if (time !== undefined && at === null) {
    return problem({ reason: 'invalid', errors: [{ path: 'query:at', message: TIME_MESSAGE }] });
  }
  if (bookmark !== null && at === null) {
    const message = 'is required with bookmark: the answer that gave the bookmark has both';
    return problem({ reason: 'invalid', errors: [{ path: 'query:at', message }] });
  }
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const looked = await ask(() => object.value.recover({ what: 'look', at, bookmark }));
  if (!looked.ok) return problem(looked.error);
  if (looked.value.kind !== 'point') return problem(refusal(looked.value, 'query:at'));
  const { point, lastSequence, lost, recordGoesBack } = looked.value;
  return c.json({
    ...pointView(point),
    ...{ last_sequence: lastSequence, lost: lostView(lost), settings_go_back: recordGoesBack },
  });
});

recovery.post('/:webhook_id/restore', async c => {
  const request = await askedOf(c, parseRestore);
  if (!request.ok) return problem(request.error);
  const { record, object, input } = request.value;
  const begun = await ask(() => object.recover({ what: 'restore', ...input }));
  if (!begun.ok) return problem(begun.error);
  if (begun.value.kind !== 'restoring') return problem(refusal(begun.value, '/at'));
  const { undo, lost, version, end } = begun.value;
  const lastSequence = await resumed(c.env, record, { what: 'resume', version, end });
  return c.json({
    state: lastSequence === null ? 'unfinished' : 'restored',
    undo: pointView(undo),
    ...{ lost: lostView(lost), last_sequence: lastSequence },
  });
});

/** Waits for the restored object, and lets it go on. Its last sequence; null where it does not come back in time. */
async function resumed(env: Env, record: WebhookRecord, request: RecoveryRequest): Promise<number | null> {
  for (let tries = 0; tries < RESUME_TRIES; tries++) {
    await new Promise<void>(resolve => void setTimeout(resolve, RESUME_WAIT_MS));
    // While it is on its way it rejects, which says nothing to anybody.
    const result = await objectOf(env, record)
      .recover(request)
      .catch(() => null);
    if (result?.kind !== 'resumed') continue;
    const restored = await recordOf(env, record.id, [record]);
    if (restored.ok && restored.value !== null) {
      noteChange(record.id, restored.value, Date.now());
      remember(restored.value, Date.now());
    }
    return result.lastSequence;
  }
  return null;
}

const pointView = ({ bookmark, at }: RecoveryPoint) => ({ bookmark, at: timeText(at) });
const lostView = (lost: LostRange | null) => (lost === null ? null : { from: lost.from, to: lost.to });

/** @param path of the time in the request */
function refusal(result: RecoveryResult, path: string): ApiError {
  switch (result.kind) {
    case 'out_of_range': {
      const { from, to } = result;
      const message =
        from < to
          ? `must be from ${timeText(from)} to ${timeText(to)}: within 30 days, and a minute after the webhook was made`
          : 'must be a minute after the webhook was made, which was just now';
      return { reason: 'invalid', errors: [{ path, message }] };
    }
    case 'unsupported':
      return {
        reason: 'not_supported',
        detail:
          'This runtime has no point-in-time recovery: Cloudflare’s network has. On one machine end the gateway, and copy the folder ' +
          'that it stores to (.wrangler/state, or that of --persist-to) there and back.',
      };
    case 'refused': {
      const words = result.message === '' ? '' : ` It says: ${result.message}`;
      return { reason: 'conflict', detail: `The platform takes no such bookmark of this webhook.${words}` };
    }
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'point':
    case 'restoring':
    case 'resumed':
      // An object of another release.
      return { reason: 'unavailable', cause: 'object_unreachable' };
  }
}
