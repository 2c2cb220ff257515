/** `/webhooks/{webhook_id}/events/{sequence}`: one event, whole, and its body by itself at `…/body`. */
import { Hono } from 'hono';
import { apiPath, eventPath, eventsPath, streamPath, webhookPath } from './addresses';
import type { EventDetail, Webhook } from './answers';
import { askApi } from './ask-api';
import type { PageEnv, Visitor } from './context';
import { DoneNotice } from './done';
import { failed } from './error-page';
import { EventState, FailedDelivery } from './event-table';
import { FOREIGN_HEADERS } from './headers';
import { Layout, showPage } from './layout';
import { destinationName } from './names';
import { Action } from './parts/action';
import { ForeignText } from './parts/foreign-text';
import { LivePart } from './parts/live';
import { Ago, Time } from './parts/time';
import { Payload } from './payload';
import { Timeline } from './timeline';
import { crumbsOf } from './webhook';

export const event = new Hono<PageEnv>();

event.get('/webhooks/:id/events/:sequence', async c => {
  const { id, sequence } = c.req.param();
  const [webhook, found] = await Promise.all([
    askApi<Webhook>(c, 'GET', apiPath(webhookPath(id))),
    askApi<EventDetail>(c, 'GET', apiPath(eventPath(id, sequence))),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  if (!found.ok) return failed(c, found.error);
  const { visitor } = c.var;
  const now = Date.now();
  const { webhook_id, ingest_url } = webhook.value;
  const name = `#${found.value.sequence}`;
  const crumbs = [
    ...crumbsOf(webhook.value),
    { name: 'Events', href: eventsPath(id) },
    { name, href: eventPath(id, found.value.sequence) },
  ];
  return showPage(
    c,
    <Layout
      title={`Event ${name}`}
      visitor={visitor}
      crumbs={crumbs}
      live={{ stream: streamPath(id), sequence: found.value.sequence }}
    >
      <DoneNotice c={c} />
      <div class="title">
        <h1>
          {name} <ForeignText max={120}>{found.value.topic}</ForeignText>
        </h1>
        <LivePart name="state">
          <EventState event={found.value} />
          <FailedDelivery event={found.value} />
        </LivePart>
        <span class="soft">
          <Ago at={found.value.received_at} now={now} />
        </span>
      </div>
      <Held event={found.value} webhookId={webhook_id} visitor={visitor} />
      <div class="columns">
        <div>
          <Payload
            webhookId={webhook_id}
            event={found.value}
            ingestUrl={ingest_url}
            origin={new URL(c.req.url).origin}
          />
        </div>
        <div>
          <h2>Details</h2>
          <About event={found.value} webhookId={webhook_id} />
          <LivePart name="timeline">
            <Timeline webhook={webhook.value} event={found.value} now={now} />
          </LivePart>
          <Replay webhook={webhook.value} event={found.value} visitor={visitor} />
        </div>
      </div>
    </Layout>,
  );
});

/** As it came, for a program or another tab: text where it is text, and a file otherwise. Never a page. */
event.get('/webhooks/:id/events/:sequence/body', async c => {
  const { id, sequence } = c.req.param();
  const found = await askApi<EventDetail>(c, 'GET', apiPath(eventPath(id, sequence)));
  if (!found.ok) return failed(c, found.error);
  if ('body_base64' in found.value) {
    const disposition = `attachment; filename="event-${found.value.sequence}.bin"`;
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': disposition };
    return c.body(Uint8Array.fromBase64(found.value.body_base64), 200, { ...headers, ...FOREIGN_HEADERS });
  }
  return c.body(found.value.body ?? '', 200, {
    'Content-Type': 'text/plain; charset=utf-8',
    ...FOREIGN_HEADERS,
  });
});

type OfEvent = { event: EventDetail; webhookId: number };

/** Why it is not forwarded, and letting it go. */
function Held({ event, webhookId, visitor }: OfEvent & { visitor: Visitor }) {
  if (event.status !== 'quarantined') return null;
  const path = eventPath(webhookId, event.sequence);
  return (
    <div class="notice warn">
      <p>It is in quarantine and not forwarded.</p>
      {event.verdict.issues.length === 0 ? null : (
        <ul>
          {event.verdict.issues.map(issue => (
            <li>
              <code>{issue.path || 'the event'}</code> <ForeignText max={300}>{issue.message}</ForeignText>
            </li>
          ))}
        </ul>
      )}
      <Action visitor={visitor} to={`${path}/release`} name="Release" />
    </div>
  );
}

function About({ event, webhookId }: OfEvent) {
  const { entity_keys, verdict } = event;
  return (
    <dl class="pairs">
      <dt>Received</dt>
      <dd>
        <Time at={event.received_at} />
      </dd>
      <dt>Increment id</dt>
      <dd>{event.increment_id ?? '–'}</dd>
      <dt>Event id</dt>
      <dd class="mono">{event.event_id === null ? '–' : <ForeignText>{event.event_id}</ForeignText>}</dd>
      <dt>Topics</dt>
      <dd>
        <ForeignText>{event.topics.slice(0, 20).join(', ')}</ForeignText>
      </dd>
      <dt>Verdict</dt>
      <dd>
        {verdict.valid ? 'valid' : 'not valid'}, {verdict.body_signed ? 'body signed' : 'body not signed'}
        {event.late ? ', late' : ''}
        {event.repeats === null ? null : (
          <>
            , repeats <a href={eventPath(webhookId, event.repeats)}>#{event.repeats}</a>
          </>
        )}
      </dd>
      <dt>Entity</dt>
      <dd class="mono">
        {entity_keys.length === 0
          ? '–'
          : entity_keys.slice(0, 10).map(key => (
              <div>
                <a href={eventsPath(webhookId, { entity_key: key })}>
                  <ForeignText max={120}>{key}</ForeignText>
                </a>
              </div>
            ))}
      </dd>
    </dl>
  );
}

type ReplayProps = { webhook: Webhook; event: EventDetail; visitor: Visitor };

function Replay({ webhook, event, visitor }: ReplayProps) {
  const isForwarded = !['quarantined', 'confirming', 'held'].includes(event.status);
  if (!visitor.canWrite || !isForwarded || event.redacted || webhook.destinations.length === 0) return null;
  return (
    <>
      <h2 id="replay">Send it again</h2>
      <Action visitor={visitor} to={`${eventPath(webhook.webhook_id, event.sequence)}/replay`} name="Replay">
        <label class="row">
          <span class="soft">to</span>
          <select name="destination_id">
            <option value="">all that want it</option>
            {webhook.destinations.map(destination => (
              <option value={destination.destination_id}>
                {destinationName(destination, webhook.destinations)}
              </option>
            ))}
          </select>
        </label>
      </Action>
    </>
  );
}
