/**
 * `/v1/webhooks/{webhook_id}/gaps` and `…/gaps/resolve`: what is missing, and closing a gap by hand whose ids will not come.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, text, wholeNumber } from '../../input/fields';
import type { GapResolution, GapStatus, GapsReport, ResolveResult } from '../../log/contract/gaps';
import { err, type Result } from '../../result';
import { gapView } from '../../views/gap';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { oneOfParameter } from '../query';
import { askedOf, objectFor } from './addressed';

export const gaps = new Hono<{ Bindings: Env }>();

const GAP_STATUSES: readonly GapStatus[] = ['open', 'uncertain', 'filled', 'expired', 'resolved'];

const incrementId = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export const resolutionSchema = fieldsOf({
  from: about('The first increment id of the gap, or of a part of it.', incrementId),
  to: about('The last one.', incrementId),
  epoch: about('The numbering that they are of. Null: the current one.', v.nullish(incrementId, null)),
  note: about('Why, to be shown with the gap.', v.nullish(text(500), null)),
});

gaps.get('/:webhook_id/gaps', async c => {
  const status = oneOfParameter('status', c.req.query('status'), GAP_STATUSES);
  if (!status.ok) return problem({ reason: 'invalid', errors: status.error });
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const report = await ask(() => object.value.gaps(status.value));
  return report.ok ? c.json(gapsView(report.value)) : problem(report.error);
});

gaps.post('/:webhook_id/gaps/resolve', async c => {
  const request = await askedOf(c, parseResolution);
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const result = await ask(() => object.resolveGaps(input));
  if (!result.ok) return problem(result.error);
  if (result.value.kind !== 'ok') return problem(errorOf(result.value));
  return c.json({ count: result.value.count, gaps: result.value.gaps.map(gapView) });
});

function parseResolution(given: unknown): Result<GapResolution, FieldError[]> {
  const resolution = checked(resolutionSchema, given);
  if (!resolution.ok || resolution.value.from <= resolution.value.to) return resolution;
  return err([{ path: '/to', message: 'must not be less than from' }]);
}

function errorOf(result: Exclude<ResolveResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unnumbered':
      return { reason: 'conflict', detail: 'The provider does not number its events: there are no gaps.' };
    case 'unknown_epoch':
      return { reason: 'conflict', detail: 'There is no open epoch of this number.' };
    case 'merged':
      return {
        reason: 'conflict',
        detail: `Gaps were merged into ${result.from} to ${result.to}, which can only be closed as a whole.`,
      };
  }
}

/** Without a numbering nothing can be said about completeness; the answer says so instead of showing none missing. */
export function gapsView(report: GapsReport) {
  if (!report.numbered) return { numbered: false, gaps: [] };
  return {
    numbered: true,
    highest_increment_id: report.highestIncrementId,
    epoch: report.epoch,
    awaited_ids: report.awaitedIds ?? null,
    gaps: report.gaps.map(gapView),
  };
}
