/** `/`: every webhook in a row, the worst on top. */
import { Hono } from 'hono';
import { webhookPath } from './addresses';
import type { Webhook } from './answers';
import { askApi } from './ask-api';
import type { PageEnv } from './context';
import { failed } from './error-page';
import { FirstSteps } from './first-steps';
import { Layout, showPage } from './layout';
import { providerTitle, webhookName } from './names';
import { ForeignText } from './parts/foreign-text';
import { State } from './parts/state';
import { type Column, Table } from './parts/table';

export const overview = new Hono<PageEnv>();

const MAX_WEBHOOKS = 500;

overview.get('/', async c => {
  const { principal } = c.var.visitor;
  // A token for one webhook sees no list.
  if (principal.webhookId !== null) return c.redirect(webhookPath(principal.webhookId), 303);
  const list = await askApi<{ webhooks: Webhook[] }>(c, 'GET', `/v1/webhooks?limit=${MAX_WEBHOOKS}`);
  if (!list.ok) return failed(c, list.error);
  const { webhooks } = list.value;
  return showPage(
    c,
    <Layout title="Overview" visitor={c.var.visitor}>
      <h1>Webhooks</h1>
      {webhooks.length === 0 ? (
        <FirstSteps origin={new URL(c.req.url).origin} canWrite={c.var.visitor.canWrite} />
      ) : (
        <Table caption="Webhooks" columns={COLUMNS} rows={webhooks} />
      )}
    </Layout>,
  );
});

const COLUMNS: readonly Column<Webhook>[] = [
  {
    name: 'Webhook',
    cell: webhook => (
      <a class="name" href={webhookPath(webhook.webhook_id)}>
        <ForeignText>{webhookName(webhook)}</ForeignText>
      </a>
    ),
  },
  { name: 'Provider', cell: ({ provider }) => providerTitle(provider) },
  {
    name: 'State',
    cell: ({ is_active }) => (is_active ? <State kind="good">active</State> : <State kind="off">off</State>),
  },
  { name: 'Destinations', isNumber: true, cell: ({ destinations }) => destinations.length },
];
