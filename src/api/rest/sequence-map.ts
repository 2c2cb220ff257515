/** `GET /v1/webhooks/{webhook_id}/sequence`: what became of each increment id of a range. */
import { Hono } from 'hono';
import { MAX_CELLS, type SequenceMap, type SequenceMapQuery } from '../../log/contract/sequence-map';
import { err, ok, type Result } from '../../result';
import { sequenceMapView } from '../../views/sequence-map';
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
  const found = map.value;
  return found.kind === 'ok' || found.kind === 'unnumbered'
    ? c.json(sequenceMapView(found))
    : problem(problemOf(found));
});

const MAX = Number.MAX_SAFE_INTEGER;

/** The query; parameters that were not given are null. */
function mapQueryOf(given: Record<string, string>): Result<SequenceMapQuery, ApiError> {
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

function problemOf(map: Exclude<SequenceMap, { kind: 'ok' | 'unnumbered' }>): ApiError {
  if (map.kind === 'gone') return { reason: 'not_found', what: 'webhook' };
  const known = map.epochs.map(({ epoch }) => epoch).join(', ');
  const message = `must be an epoch whose ids are still followed${known === '' ? '; there is none yet' : `: ${known}`}`;
  return { reason: 'invalid', errors: [{ path: 'query:epoch', message }] };
}
