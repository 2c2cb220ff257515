/** `/v1/webhooks/{webhook_id}/numbering`: an operator says whether a new numbering began, where ids alone cannot tell. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, oneOf, wholeNumber } from '../../input/fields';
import type { Settlement, SettleResult } from '../../log/contract/numbering';
import { err, ok, type Result } from '../../result';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { askedOf } from './addressed';
import { gapsView } from './gaps';

export const numbering = new Hono<{ Bindings: Env }>();

export const settlementSchema = fieldsOf({
  reading: about(
    '`new`: the webhook was made anew at the provider. `continue`: it was not. `undo`: takes the last answer back.',
    oneOf('new', 'continue', 'undo'),
  ),
  sequence: about(
    'With `new`: the event that the new numbering began with. Null: as it seems.',
    v.nullish(wholeNumber(1, Number.MAX_SAFE_INTEGER), null),
  ),
});

numbering.post('/:webhook_id/numbering', async c => {
  const request = await askedOf(c, parseSettlement);
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const result = await ask(() => object.settleNumbering(input));
  if (!result.ok) return problem(result.error);
  return result.value.kind === 'ok' ? c.json(gapsView(result.value.report)) : problem(errorOf(result.value));
});

function parseSettlement(given: unknown): Result<Settlement, FieldError[]> {
  const parsed = checked(settlementSchema, given);
  if (!parsed.ok) return parsed;
  const { reading, sequence } = parsed.value;
  if (reading === 'new') return ok({ how: reading, sequence });
  if (sequence !== null) return err([{ path: '/sequence', message: 'is only for the reading "new"' }]);
  return ok({ how: reading });
}

function errorOf(result: Exclude<SettleResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unnumbered':
      return {
        reason: 'conflict',
        detail: 'The provider does not number its events: there is no numbering.',
      };
    case 'unknown_event':
      return { reason: 'conflict', detail: 'There is no event of this sequence with an increment id.' };
    case 'nothing_to_settle':
      return { reason: 'conflict', detail: 'Nothing is uncertain here, and no earlier numbering is open.' };
    case 'too_many':
      return {
        reason: 'conflict',
        detail: `More than ${result.limit} events came since that one. Begin at a later one.`,
      };
  }
}
