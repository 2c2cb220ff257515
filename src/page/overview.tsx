/** `/`: every webhook in a row, the worst on top. */
import { Hono } from 'hono';
import { NEW_WEBHOOK, webhookPath } from './addresses';
import type { Overview } from './answers';
import { askApi } from './ask-api';
import type { PageEnv } from './context';
import { DoneNotice } from './done';
import { failed } from './error-page';
import { FirstSteps } from './first-steps';
import { Layout, showPage } from './layout';
import { OverviewTable } from './overview-table';
import { LivePart } from './parts/live';
import { numberText } from './parts/state';

export const overview = new Hono<PageEnv>();

const MAX_WEBHOOKS = 500;
/** Every asking wakes every object, so many webhooks are asked more seldom. */
const LEAST_SECONDS = 15;
const WEBHOOKS_A_SECOND = 4;

overview.get('/', async c => {
  const { principal } = c.var.visitor;
  // A token for one webhook sees no list.
  if (principal.webhookId !== null) return c.redirect(webhookPath(principal.webhookId), 303);
  const list = await askApi<Overview>(c, 'GET', `/v1/status?limit=${MAX_WEBHOOKS}`);
  if (!list.ok) return failed(c, list.error);
  const { webhooks, next } = list.value;
  const everySeconds = Math.max(LEAST_SECONDS, Math.ceil(webhooks.length / WEBHOOKS_A_SECOND));
  return showPage(
    c,
    <Layout title="Overview" visitor={c.var.visitor} live={{ everySeconds }}>
      <DoneNotice c={c} />
      <div class="title">
        <h1>Webhooks</h1>
        {c.var.visitor.canWrite ? (
          <a class="button main" href={NEW_WEBHOOK}>
            New webhook
          </a>
        ) : null}
      </div>
      <LivePart name="webhooks">
        {webhooks.length === 0 ? (
          <FirstSteps origin={new URL(c.req.url).origin} canWrite={c.var.visitor.canWrite} />
        ) : (
          <OverviewTable webhooks={webhooks} now={Date.now()} />
        )}
      </LivePart>
      {next === null ? null : (
        <p class="soft">
          The first {numberText(MAX_WEBHOOKS)}; <code>GET /v1/status</code> has the others.
        </p>
      )}
    </Layout>,
  );
});
