/** `/webhooks/{webhook_id}`: is everything coming in, is everything going out, what is missing; and mending it. */
import { Hono } from 'hono';
import {
  apiPath,
  destinationsPath,
  editPath,
  eventsPath,
  gapsPath,
  replaysPath,
  samplePath,
  sequencePath,
  streamPath,
  webhookPath,
} from './addresses';
import type { Events, Gaps, Rejections, SequenceMap, Status, Webhook } from './answers';
import { askApi } from './ask-api';
import { Chart } from './chart';
import type { PageEnv, Visitor } from './context';
import { Destinations } from './destinations';
import { DoneNotice } from './done';
import { failed } from './error-page';
import { EventTable } from './event-table';
import { GapTable } from './gap-table';
import type { Child } from './jsx/jsx-runtime';
import { Layout, showPage } from './layout';
import { providerTitle, webhookName } from './names';
import { Action } from './parts/action';
import { ForeignText } from './parts/foreign-text';
import { LivePart } from './parts/live';
import { Count, Nothing, numberText, State } from './parts/state';
import { Ago } from './parts/time';
import { Refusals } from './refusals';
import { Strip } from './strip';

export const webhook = new Hono<PageEnv>();

const LATEST_EVENTS = 10;
const SHOWN_GAPS = 20;

webhook.get('/webhooks/:id', async c => {
  const path = webhookPath(c.req.param('id'));
  const api = apiPath(path);
  const [record, status, open, uncertain, refused, events, map] = await Promise.all([
    askApi<Webhook>(c, 'GET', api),
    askApi<Status>(c, 'GET', `${api}/status`),
    askApi<Gaps>(c, 'GET', `${api}/gaps?status=open`),
    askApi<Gaps>(c, 'GET', `${api}/gaps?status=uncertain`),
    askApi<Rejections>(c, 'GET', `${api}/rejections`),
    askApi<Events>(c, 'GET', `${api}/events?order=desc&limit=${LATEST_EVENTS}`),
    askApi<SequenceMap>(c, 'GET', `${api}/sequence`),
  ]);
  if (!record.ok) return failed(c, record.error);
  if (!status.ok) return failed(c, status.error);
  if (!open.ok) return failed(c, open.error);
  if (!uncertain.ok) return failed(c, uncertain.error);
  if (!refused.ok) return failed(c, refused.error);
  if (!events.ok) return failed(c, events.error);
  if (!map.ok) return failed(c, map.error);
  const { visitor } = c.var;
  const now = Date.now();
  const id = record.value.webhook_id;
  const gaps = [...open.value.gaps, ...uncertain.value.gaps].toSorted((a, b) => b.to - a.to);
  return showPage(
    c,
    <Layout
      title={webhookName(record.value)}
      visitor={visitor}
      crumbs={crumbsOf(record.value)}
      live={{ stream: streamPath(id), alsoUntil: refused.value.capture_until }}
    >
      <DoneNotice c={c} />
      <div class="title">
        <h1>
          <ForeignText>{webhookName(record.value)}</ForeignText>
        </h1>
        {record.value.is_active ? <State kind="good">active</State> : <State kind="off">turned off</State>}
        <span class="soft">{providerTitle(record.value.provider)}</span>
      </div>
      <p class="row">
        <code id="ingest-url">{record.value.ingest_url}</code>
        <button type="button" class="plain" hidden data-copy="ingest-url">
          Copy
        </button>
      </p>
      <Buttons id={id} visitor={visitor} />
      <LivePart name="now">
        <Facts id={id} status={status.value} now={now} />
        {map.value.numbered ? (
          <>
            <div class="between">
              <h2 id="sequence">The last ids</h2>
              <a href={sequencePath(id)}>Closer, further, all</a>
            </div>
            <Strip webhookId={id} map={map.value} />
          </>
        ) : null}
      </LivePart>

      <h2 id="traffic">Traffic</h2>
      <LivePart name="traffic">
        <Chart perMinute={status.value.per_minute} now={now} />
      </LivePart>

      <div class="between">
        <h2 id="destinations">Destinations</h2>
        {visitor.canWrite ? <a href={destinationsPath(id)}>Add a destination</a> : null}
      </div>
      <LivePart name="destinations">
        <Destinations webhook={record.value} status={status.value} visitor={visitor} now={now} />
      </LivePart>

      <div class="between">
        <h2 id="missing">Missing</h2>
        {open.value.numbered ? <a href={gapsPath(id)}>All gaps, the closed ones too</a> : null}
      </div>
      <LivePart name="gaps">
        {open.value.numbered ? (
          <GapTable
            visitor={visitor}
            webhookId={id}
            gaps={gaps.slice(0, SHOWN_GAPS)}
            now={now}
            none="No id is missing."
          />
        ) : (
          <p class="empty">
            {providerTitle(record.value.provider)} does not number its events, so whether one is missing
            cannot be known.
          </p>
        )}
        {gaps.length > SHOWN_GAPS ? (
          <p>
            <a href={gapsPath(id, 'open')}>{numberText(gaps.length - SHOWN_GAPS)} more</a>
          </p>
        ) : null}
      </LivePart>

      <div class="between">
        <h2 id="events">Latest events</h2>
        <span class="row">
          <a href={replaysPath(id)}>Replays</a>
          <a href={eventsPath(id)}>All events</a>
        </span>
      </div>
      <LivePart name="events">
        <EventTable
          webhook={record.value}
          events={events.value.events}
          now={now}
          none="Nothing has come yet."
        />
      </LivePart>

      <h2 id="refused">Refused requests</h2>
      <LivePart name="refused">
        <Refusals webhookId={id} rejections={refused.value} visitor={visitor} now={now} />
      </LivePart>
    </Layout>,
  );
});

function Buttons({ id, visitor }: { id: number; visitor: Visitor }) {
  if (!visitor.canWrite) return null;
  return (
    <div class="row">
      <Action visitor={visitor} to={samplePath(id)} name="Send a signed sample" />
      <a class="button" href={editPath(webhookPath(id))}>
        Edit
      </a>
    </div>
  );
}

export const crumbsOf = (webhook: Webhook) => [
  { name: 'Overview', href: '/' },
  { name: webhookName(webhook), href: webhookPath(webhook.webhook_id) },
];

function Facts({ id, status, now }: { id: number; status: Status; now: number }) {
  const { counters, storage } = status;
  const refused = Object.values(status.rejected).reduce((sum, count) => sum + count, 0);
  const dead = status.destinations.reduce((sum, destination) => sum + destination.dead, 0);
  return (
    <dl class="facts">
      <Fact name="last event">
        <Ago at={status.last_event_at} now={now} otherwise="none yet" />
      </Fact>
      <Fact name="accepted">{numberText(counters.accepted)}</Fact>
      <Fact name="missing ids">
        <Count of={status.missing_ids} kind="bad" />
      </Fact>
      {status.awaited_ids ? <Fact name="awaited ids">{numberText(status.awaited_ids)}</Fact> : null}
      <Fact name="uncertain ids">
        <Count of={status.uncertain_ids} kind="unsure" />
      </Fact>
      <Fact name="dead deliveries">
        <a href={eventsPath(id, { delivery: 'dead' })}>
          <Count of={dead} kind="bad" />
        </a>
      </Fact>
      <Fact name="were quarantined">
        <a href={eventsPath(id, { status: 'quarantined' })}>
          <Count of={counters.quarantined} kind="warn" />
        </a>
      </Fact>
      <Fact name="duplicates">{numberText(counters.duplicate)}</Fact>
      <Fact name="refused">
        <Count of={refused} kind="warn" />
      </Fact>
      <Fact name="highest id">{status.highest_increment_id ?? <Nothing />}</Fact>
      <Fact name="storage">
        {storage.refusing_since === null ? `${storage.percent} %` : <State kind="bad">refuses writes</State>}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
