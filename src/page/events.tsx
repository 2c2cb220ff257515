/** `/webhooks/{webhook_id}/events`: the list, by all filters of the API. Its address is the view: it can be sent to a colleague. */
import { Hono } from 'hono';
import { apiPath, eventsPath, replayPlanPath, streamPath, webhookPath } from './addresses';
import type { Events, Webhook } from './answers';
import { askApi, queryText } from './ask-api';
import type { PageEnv } from './context';
import { failed } from './error-page';
import { type Filter, FilterForm, filterOf } from './event-filter';
import { EventTable } from './event-table';
import { Layout, showPage } from './layout';
import { LivePart } from './parts/live';
import { Time } from './parts/time';
import { crumbsOf } from './webhook';

export const events = new Hono<PageEnv>();

const PAGE = 50;

events.get('/webhooks/:id/events', async c => {
  const id = c.req.param('id');
  const api = apiPath(webhookPath(id));
  const filter = filterOf(c.req.query());
  const after = c.req.query('after');
  const query = queryText({ order: 'desc', ...filter, after, limit: PAGE });
  const [webhook, page] = await Promise.all([
    askApi<Webhook>(c, 'GET', api),
    askApi<Events>(c, 'GET', `${api}/events${query}`),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  // A filter that cannot be meant is said beside its field.
  const errors = page.ok ? [] : page.error.errors;
  if (!page.ok && errors.length === 0) return failed(c, page.error);
  const { webhook_id } = webhook.value;
  return showPage(
    c,
    <Layout
      title="Events"
      visitor={c.var.visitor}
      crumbs={[...crumbsOf(webhook.value), { name: 'Events', href: eventsPath(id) }]}
      {...(page.ok ? { live: { stream: streamPath(id) } } : {})}
    >
      <h1>Events</h1>
      <div class="stack">
        {errors.length === 0 ? null : (
          <p class="notice bad" role="alert">
            Nothing is shown:{' '}
            {errors.map(({ path, message }) => `${path.replace('query:', '')} ${message}`).join('; ')}
          </p>
        )}
        <FilterForm webhook={webhook.value} filter={filter} errors={errors} />
        {page.ok ? (
          <LivePart name="events">
            {c.var.visitor.canWrite && page.value.events.length > 0 ? (
              <p class="row">
                <a class="button" href={replayPlanPath(webhook_id, filter)}>
                  Replay all that match
                </a>
                <span class="soft">counted first; all of them, not only those in view</span>
              </p>
            ) : null}
            <EventTable
              webhook={webhook.value}
              events={page.value.events}
              now={Date.now()}
              none={noneText(page.value)}
            />
            <Turn webhookId={webhook_id} filter={filter} isFirst={after === undefined} page={page.value} />
          </LivePart>
        ) : null}
      </div>
    </Layout>,
    page.ok ? 200 : 422,
  );
});

const noneText = ({ next }: Events): string =>
  next === null ? 'No event is like that.' : 'None so far; the search has not come to the end.';

type TurnProps = { webhookId: number; filter: Filter; isFirst: boolean; page: Events };

/** How far this page came, and the one after it. */
function Turn({ webhookId, filter, isFirst, page: { next, scanned_to } }: TurnProps) {
  return (
    <nav aria-label="Pages" class="row">
      {isFirst ? null : <a href={eventsPath(webhookId, filter)}>First page</a>}
      {next === null ? null : (
        <a rel="next" href={eventsPath(webhookId, { ...filter, after: next })}>
          {filter.order === 'asc' ? 'Newer' : 'Older'} events
        </a>
      )}
      {scanned_to === null ? (
        <span class="soft">This is the end of the log.</span>
      ) : (
        <span class="soft">
          Came to #{scanned_to.sequence}, <Time at={scanned_to.received_at} />.
        </span>
      )}
    </nav>
  );
}
