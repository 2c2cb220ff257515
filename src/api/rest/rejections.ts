/**
 * `/v1/webhooks/{webhook_id}/rejections` and `/capture`: why a provider's requests were refused. Names, sizes and digests
 * only; whole requests after `capture`, which lasts for minutes, as they may carry whatever an attacker or a
 * misconfigured sender put there.
 */
import { Hono } from 'hono';
import { CAPTURE_MS, type RefusalsView } from '../../log/contract/refusals';
import { ok } from '../../result';
import { timeText } from '../../time';
import { bodyView, joinedHeaders } from '../../views/stored-request';
import { ask } from '../ask';
import { etagOf, preconditionOf } from '../preconditions';
import { problem } from '../problem';
import { changeAddressed } from '../webhook-names';
import { objectFor } from './addressed';

export const rejections = new Hono<{ Bindings: Env }>();

rejections.get('/:webhook_id/rejections', async c => {
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const refusals = await ask(() => object.value.refusals());
  if (!refusals.ok) return problem(refusals.error);
  if (refusals.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { counts, last } = refusals.value;
  return c.json({ counts, rejections: last.map(rejectionView) });
});

export function rejectionView({
  id,
  at,
  reason,
  headerNames,
  bytes,
  bodySha256,
  request,
}: RefusalsView['last'][number]) {
  return {
    id: id ?? null,
    at: timeText(at),
    reason,
    header_names: headerNames,
    body_bytes: bytes,
    body_sha256: bodySha256,
    request:
      request === null
        ? null
        : { headers: joinedHeaders(request.headers), query: request.query, ...bodyView(request.body) },
  };
}

rejections.post('/:webhook_id/capture', async c => {
  const now = Date.now();
  const captureUntil = now + CAPTURE_MS;
  const changed = await changeAddressed(
    c.env,
    c.req.param('webhook_id'),
    async current => ok({ record: { ...current, captureUntil }, extra: null }),
    now,
    { precondition: preconditionOf(c.req.header('If-Match')) },
  );
  if (!changed.ok) return problem(changed.error);
  const { version } = changed.value.record;
  return c.json({ capture_until: timeText(captureUntil) }, 200, { ETag: etagOf(version) });
});
