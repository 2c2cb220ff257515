/** `GET /v1/webhooks/{webhook_id}/sequence`: what became of each increment id of a range. */
import { Hono } from 'hono';
import { MAX_CELLS, type SequenceMap, type SequenceMapQuery } from '../../log/contract/sequence-map';
import { err, ok, type Result } from '../../result';
import { timeOrNull, timeText } from '../../time';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { wholeParameters } from '../query';
import { objectFor } from './addressed';

export const sequenceMap = new Hono<{ Bindings: Env }>();

sequenceMap.get('/:webhook_id/sequence', async c => {
  const query = mapQueryOf(c.req.query());
  if (!query.ok) return problem(query.error);
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const map = await ask(() => object.value.sequenceMap(query.value));
  if (!map.ok) return problem(map.error);
  const view = mapView(map.value);
  return view.ok ? c.json(view.value) : problem(view.error);
});

const MAX = Number.MAX_SAFE_INTEGER;

/** The query; parameters that were not given are null. */
export function mapQueryOf(given: Record<string, string>): Result<SequenceMapQuery, ApiError> {
  const whole = { min: 1, max: MAX, fallback: MAX };
  const query = wholeParameters(given, {
    ...{ epoch: whole, from: whole, to: whole },
    cells: { min: 1, max: MAX_CELLS, fallback: 100 },
  });
  if (!query.ok) return err({ reason: 'invalid', errors: query.error });
  const { epoch, from, to, cells } = query.value;
  const named = (name: string, value: number): number | null => (given[name] === undefined ? null : value);
  if (given.from !== undefined && given.to !== undefined && from > to) {
    const message = `must not be above to (${to}); given: ${from}`;
    return err({ reason: 'invalid', errors: [{ path: 'query:from', message }] });
  }
  return ok({ epoch: named('epoch', epoch), from: named('from', from), to: named('to', to), cells });
}

export function mapView(map: SequenceMap): Result<object, ApiError> {
  switch (map.kind) {
    case 'gone':
      return err({ reason: 'not_found', what: 'webhook' });
    case 'unnumbered':
      return ok({ numbered: false, cells: [] });
    case 'unknown_epoch': {
      const known = map.epochs.map(({ epoch }) => epoch).join(', ');
      const message = `must be an epoch whose ids are still followed${known === '' ? '; there is none yet' : `: ${known}`}`;
      return err({ reason: 'invalid', errors: [{ path: 'query:epoch', message }] });
    }
    case 'ok':
      return ok({
        numbered: true,
        epochs: map.epochs.map(({ epoch, first, highest, startedAt }) => ({
          ...{ epoch, first, highest, started_at: timeText(startedAt) },
        })),
        epoch: map.epoch,
        exact: map.exact,
        cells: map.cells.map(({ receivedAt, ...cell }) => ({ ...cell, received_at: timeOrNull(receivedAt) })),
      });
  }
}
