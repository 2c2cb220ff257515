/**
 * `/webhooks/{webhook_id}/replay`: sending again all that a filter matches, not only what is in view. First how many deliveries that is; then, by a
 * form, doing it.
 */
import { Hono } from 'hono';
import { apiPath, eventsPath, replayPath, replayPlanPath, replaysPath, webhookPath } from './addresses';
import type { Webhook } from './answers';
import { askApi, type Failure } from './ask-api';
import type { PageContext, PageEnv } from './context';
import { failed } from './error-page';
import { type Filter, filterOf } from './event-filter';
import { forWriters } from './guard';
import { Layout, showPage } from './layout';
import { destinationIn, destinationName, nameOfDestination } from './names';
import { HiddenFormToken } from './parts/action';
import { Field } from './parts/field';
import { ForeignText } from './parts/foreign-text';
import { numberText } from './parts/state';
import { isForwarded, meaning, PLANNED, replayRequest } from './replay-request';
import { crumbsOf } from './webhook';

export const replayPlan = new Hono<PageEnv>();

/** `count`: deliveries, over all destinations. */
type Begun = { replay_id: number | null; count: number };

type Query = Record<string, string>;

const plannedOf = (query: Query): Query =>
  Object.fromEntries(PLANNED.map(name => [name, (query[name] ?? '').slice(0, 20)]));

replayPlan.get('/webhooks/:id/replay', forWriters, c => plan(c, c.req.query()));

async function plan(c: PageContext, query: Query, refused: Failure | null = null): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const filter = filterOf(query);
  const planned = plannedOf(query);
  const request = replayRequest(filter, planned);
  const webhook = await askApi<Webhook>(c, 'GET', apiPath(webhookPath(id)));
  if (!webhook.ok) return failed(c, webhook.error);
  const counted =
    refused !== null || !isForwarded(filter)
      ? null
      : await askApi<Begun>(c, 'POST', apiPath(replaysPath(id)), { ...request, dry_run: true });
  const failure = refused ?? (counted?.ok === false ? counted.error : null);
  const count = counted?.ok === true ? counted.value.count : null;
  const crumbs = [
    ...crumbsOf(webhook.value),
    { name: 'Events', href: eventsPath(id, filter) },
    { name: 'Replay all that match', href: replayPlanPath(id, { ...filter, ...planned }) },
  ];
  return showPage(
    c,
    <Layout title="Replay all that match" visitor={c.var.visitor} crumbs={crumbs}>
      <h1>Replay all that match</h1>
      <div class="stack">
        <Meant request={request} />
        <Narrower id={id} webhook={webhook.value} filter={filter} planned={planned} />
        {isForwarded(filter) ? null : (
          <p class="notice warn">
            Events that are {filter.status} have not been forwarded yet, so there is nothing to send again.
            Those in quarantine can be released, each on its own page.
          </p>
        )}
        {failure === null ? null : (
          <p class="notice bad" role="alert">
            <ForeignText>{failure.detail}</ForeignText>
          </p>
        )}
        {count === null ? null : (
          <Confirm c={c} id={id} webhook={webhook.value} request={request} count={count} />
        )}
      </div>
    </Layout>,
    failure === null ? 200 : 422,
  );
}

function Meant({ request }: { request: Record<string, unknown> }) {
  const words = meaning(request);
  return (
    <p>
      {words.length === 0 ? 'Every event of the log.' : 'Events with '}
      {words.map(([name, value], i) => (
        <>
          {i === 0 ? '' : ', '}
          {name}{' '}
          <b>
            <ForeignText max={200}>{value}</ForeignText>
          </b>
        </>
      ))}
    </p>
  );
}

type NarrowerProps = { id: string; webhook: Webhook; filter: Filter; planned: Query };

/** A part of them, or one destination: the same page anew, with another count. */
function Narrower({ id, webhook, filter, planned }: NarrowerProps) {
  const others = Object.entries(filter).filter(([name]) => name !== 'destination_id');
  const chosen = destinationIn(webhook, filter.destination_id ?? '');
  return (
    <form method="get" action={replayPlanPath(id, {})} class="panel" aria-label="Which of them, and where to">
      <div class="filters">
        {others.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Field name="destination_id" label="Send them to">
          <select name="destination_id" id="destination_id">
            {filter.delivery !== undefined && filter.destination_id !== undefined ? null : (
              <option value="">all that want them</option>
            )}
            {webhook.destinations.map(destination => (
              <option value={destination.destination_id} selected={destination === chosen}>
                {destinationName(destination, webhook.destinations)}
              </option>
            ))}
          </select>
        </Field>
        <Field name="from_sequence" label="From event #">
          <input id="from_sequence" name="from_sequence" value={planned.from_sequence} inputmode="numeric" />
        </Field>
        <Field name="to_sequence" label="Up to event #">
          <input id="to_sequence" name="to_sequence" value={planned.to_sequence} inputmode="numeric" />
        </Field>
        <span class="row">
          <button type="submit">Count again</button>
        </span>
      </div>
    </form>
  );
}

type ConfirmProps = {
  c: PageContext;
  id: string;
  webhook: Webhook;
  request: Record<string, unknown>;
  count: number;
};

function Confirm({ c, id, webhook, request, count }: ConfirmProps) {
  if (count === 0) return <p class="empty">Nothing matches that can be sent again.</p>;
  const to = typeof request.destination_id === 'string' ? request.destination_id : null;
  const what = `${numberText(count)} ${count === 1 ? 'delivery' : 'deliveries'}`;
  return (
    <form method="post" action={replaysPath(id)} class="panel stack">
      <p class="count">
        This makes <b>{what}</b>
        {to === null ? ', over all destinations that want them.' : ' to '}
        {to === null ? null : <ForeignText>{nameOfDestination(webhook, to)}</ForeignText>}
      </p>
      <label class="row tick">
        <input type="checkbox" name="new_id" value="yes" />
        <span>With new ids, for receivers that refuse one twice</span>
      </label>
      <span class="row">
        <HiddenFormToken visitor={c.var.visitor} />
        <input type="hidden" name="request" value={JSON.stringify(request)} />
        <button type="submit" class="main">
          Send {what} again
        </button>
        <a href={eventsPath(id)}>Cancel</a>
      </span>
    </form>
  );
}

replayPlan.post('/webhooks/:id/replays', async c => {
  const { id } = c.req.param();
  const request = requestIn(c.var.form.get('request') ?? '');
  const wanted = c.var.form.get('new_id') === 'yes' ? { ...request, new_id: true } : request;
  const begun = await askApi<Begun>(c, 'POST', apiPath(replaysPath(id)), wanted);
  if (!begun.ok) return plan(c, queryOf(request), begun.error);
  const { replay_id: replayId } = begun.value;
  return c.redirect(replayId === null ? replaysPath(id) : replayPath(id, replayId), 303);
});

/** What the form carried along; what is none is refused by the API. */
function requestIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value, dry_run: false }
      : {};
  } catch {
    return {};
  }
}

const queryOf = (request: Record<string, unknown>): Query =>
  Object.fromEntries(Object.entries(request).map(([name, value]) => [name, String(value)]));
