/**
 * `GET /v1/webhooks/{webhook_id}/audit` and `GET /v1/audit`: what was changed by the API, by whom. The first is a webhook's, and
 * goes with it; the second is the deployment's: tokens made and revoked, webhooks deleted.
 *
 * `format=ndjson` exports the whole log, an entry a line, read page by page while it is sent.
 */
import { Hono } from 'hono';
import type { AuditPage } from '../../audit/entry';
import { err, ok, type Result } from '../../result';
import { auditView } from '../../views/act';
import { nextText } from '../../views/cursor';
import { tokensOf } from '../../where-is';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { oneOfParameter } from '../query';
import { objectFor } from './addressed';
import { newestFirst } from './newest-first';

export const audit = new Hono<{ Bindings: Env }>();
export const deploymentAudit = new Hono<{ Bindings: Env }>();

const MAX_PAGE = 500;

audit.get('/:webhook_id/audit', async c => {
  const idText = c.req.param('webhook_id');
  return auditAnswer(c.req.query(), async (after, limit) => {
    // Asked for anew each time: a stub that threw is broken.
    const object = await objectFor(c.env, idText);
    if (!object.ok) return object;
    const page = await ask(() => object.value.audit(after, limit));
    if (!page.ok) return page;
    return page.value === null ? err({ reason: 'not_found', what: 'webhook' }) : ok(page.value);
  });
});

deploymentAudit.get('/', c =>
  auditAnswer(c.req.query(), (after, limit) => ask(async () => tokensOf(c.env).auditPage(after, limit))),
);

type Read = (after: number | null, limit: number) => Promise<Result<AuditPage, ApiError>>;

async function auditAnswer(query: Record<string, string>, read: Read): Promise<Response> {
  const page = newestFirst(query, MAX_PAGE);
  const format = oneOfParameter('format', query.format, ['json', 'ndjson']);
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  if (!format.ok) return problem({ reason: 'invalid', errors: format.error });
  const { after, limit } = page.value;
  const isExport = format.value === 'ndjson';
  const first = await read(after, isExport ? MAX_PAGE : limit);
  if (!first.ok) return problem(first.error);
  if (isExport) {
    return new Response(lines(first.value, read), { headers: { 'Content-Type': 'application/x-ndjson' } });
  }
  return Response.json({ entries: first.value.entries.map(auditView), next: nextText(first.value.next) });
}

/** Whoever reads it slowly is waited for. A page that cannot be read breaks it off, so that a part is not taken for the whole. */
function lines(first: AuditPage, read: Read): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let page: AuditPage | null = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (page === null) return controller.close();
      const { entries, next } = page;
      const text = entries.map(entry => `${JSON.stringify(auditView(entry))}\n`).join('');
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (next === null) {
        page = null;
        return controller.close();
      }
      const following = await read(next, MAX_PAGE);
      if (following.ok) page = following.value;
      else controller.error(new Error('The rest of the log cannot be read now.'));
    },
  });
}
