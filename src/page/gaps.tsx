/** `/webhooks/{webhook_id}/gaps`: the gaps in each state, the newest first. */
import { Hono } from 'hono';
import { apiPath, gapsPath, streamPath, webhookPath } from './addresses';
import type { Gaps, Webhook } from './answers';
import { askApi, queryText } from './ask-api';
import type { PageEnv } from './context';
import { DoneNotice } from './done';
import { failed } from './error-page';
import { GapTable } from './gap-table';
import { Layout, showPage } from './layout';
import { LivePart } from './parts/live';
import { numberText } from './parts/state';
import { crumbsOf } from './webhook';

export const gaps = new Hono<PageEnv>();

const MOST = 100;
const STATUSES = ['', 'open', 'uncertain', 'filled', 'expired', 'resolved'];

gaps.get('/webhooks/:id/gaps', async c => {
  const id = c.req.param('id');
  const status = c.req.query('status') ?? '';
  const api = apiPath(webhookPath(id));
  const [webhook, report] = await Promise.all([
    askApi<Webhook>(c, 'GET', api),
    askApi<Gaps>(c, 'GET', `${api}/gaps${queryText({ status })}`),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  if (!report.ok) return failed(c, report.error);
  const all = report.value.gaps.toReversed();
  return showPage(
    c,
    <Layout
      title="Gaps"
      visitor={c.var.visitor}
      crumbs={[...crumbsOf(webhook.value), { name: 'Gaps', href: gapsPath(id) }]}
      live={{ stream: streamPath(id) }}
    >
      <DoneNotice c={c} />
      <h1>Gaps</h1>
      <nav aria-label="State" class="row">
        {STATUSES.map(word => (
          <a href={gapsPath(id, word)} aria-current={word === status ? 'true' : undefined}>
            {word === '' ? 'all' : word}
          </a>
        ))}
      </nav>
      <LivePart name="gaps">
        {report.value.awaited_ids ? (
          <p>Awaited, and not yet missing: {numberText(report.value.awaited_ids)}.</p>
        ) : null}
        <p class="soft">
          {all.length > MOST
            ? `The latest ${MOST} of ${numberText(all.length)}; the API lists them all.`
            : null}
        </p>
        <GapTable
          visitor={c.var.visitor}
          webhookId={webhook.value.webhook_id}
          gaps={all.slice(0, MOST)}
          now={Date.now()}
          none={report.value.awaited_ids ? 'There is none yet.' : 'There is none.'}
        />
      </LivePart>
    </Layout>,
  );
});
