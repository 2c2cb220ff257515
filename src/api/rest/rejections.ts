/**
 * `/v1/webhooks/{webhook_id}/rejections` and `/capture`: why a provider's requests were refused. Names, sizes and digests
 * only; whole requests after `capture`, which lasts for minutes, as they may carry whatever an attacker or a
 * misconfigured sender put there.
 */
import { Hono } from 'hono';
import { CAPTURE_MS, type RefusalsView } from '../../log/contract/refusals';
import { objectOf } from '../../log/stub';
import { ok } from '../../result';
import type { Explanation } from '../../signature/explain/explain';
import { timeText } from '../../time';
import { bodyView, joinedHeaders } from '../../views/stored-request';
import { ask } from '../ask';
import { publicBase } from '../deployment';
import { explanationsOf } from '../explained';
import { etagOf, preconditionOf } from '../preconditions';
import { problem } from '../problem';
import { changeAddressed, findAddressed } from '../webhook-names';

export const rejections = new Hono<{ Bindings: Env }>();

rejections.get('/:webhook_id/rejections', async c => {
  const record = await findAddressed(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const refusals = await ask(() => objectOf(c.env, record.value).refusals());
  if (!refusals.ok) return problem(refusals.error);
  if (refusals.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { counts, last } = refusals.value;
  const { captureUntil } = record.value;
  const explanations = await explanationsOf(c.env, record.value, last, publicBase(c.env, c.req.raw));
  return c.json({
    counts,
    capture_until: captureUntil !== null && captureUntil > Date.now() ? timeText(captureUntil) : null,
    rejections: last.map(refusal => rejectionView(refusal, explanations.get(refusal))),
  });
});

export function rejectionView(
  { id, at, reason, headerNames, bytes, bodySha256, request }: RefusalsView['last'][number],
  explanation: Explanation | undefined,
) {
  return {
    id: id ?? null,
    at: timeText(at),
    reason,
    header_names: headerNames,
    body_bytes: bytes,
    body_sha256: bodySha256,
    explanation: explanation === undefined ? null : explanationView(explanation),
    request:
      request === null
        ? null
        : { headers: joinedHeaders(request.headers), query: request.query, ...bodyView(request.body) },
  };
}

/** Null where nothing was found. `valid`: it is now, with the secrets and settings that the webhook has now. */
function explanationView(explanation: Explanation) {
  if (explanation.verdict === 'valid') {
    const what = 'The signature fits: with the secret and the settings that the webhook has now it is taken.';
    return { kind: 'valid', certainty: 'shown', what, mend: 'Have the provider send it again.' };
  }
  const { mistake, certainty } = explanation;
  return mistake === null ? null : { kind: mistake.kind, certainty, what: mistake.what, mend: mistake.mend };
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
