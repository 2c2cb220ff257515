/** `/webhooks/{webhook_id}/replays`: what was sent again, and `…/{replay_id}`: how far one is, and ending it. */
import { Hono } from 'hono';
import type { replayView } from '../views/replay';
import { apiPath, replayPath, replaysPath, webhookPath } from './addresses';
import type { Webhook } from './answers';
import { askApi } from './ask-api';
import type { PageEnv } from './context';
import { backTo, DoneNotice } from './done';
import { failed } from './error-page';
import { Layout, showPage } from './layout';
import { nameOfDestination } from './names';
import { Action } from './parts/action';
import { ForeignText } from './parts/foreign-text';
import { LivePart } from './parts/live';
import { Count, type Kind, Nothing, numberText, State } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago, Time } from './parts/time';
import { meaning } from './replay-request';
import { crumbsOf } from './webhook';

export const replays = new Hono<PageEnv>();

type Replay = ReturnType<typeof replayView>;
/** How often a replay that runs is looked at again. */
const EVERY_SECONDS = 2;

type Part = Replay['destinations'][number];

const kindOf = (state: string): Kind => (state === 'done' ? 'good' : state === 'running' ? 'warn' : 'off');

replays.get('/webhooks/:id/replays', async c => {
  const { id } = c.req.param();
  const [webhook, list] = await Promise.all([
    askApi<Webhook>(c, 'GET', apiPath(webhookPath(id))),
    askApi<{ replays: Replay[]; more: boolean }>(c, 'GET', apiPath(replaysPath(id))),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  if (!list.ok) return failed(c, list.error);
  return showPage(
    c,
    <Layout
      title="Replays"
      visitor={c.var.visitor}
      crumbs={[...crumbsOf(webhook.value), { name: 'Replays', href: replaysPath(id) }]}
    >
      <h1>Replays</h1>
      {list.value.replays.length === 0 ? (
        <p class="empty">Nothing was sent again. Filter the events, and replay all that match.</p>
      ) : (
        <Table caption="Replays" columns={columnsOf(id, Date.now())} rows={list.value.replays} />
      )}
      {list.value.more ? <p class="soft">Older ones run, too.</p> : null}
    </Layout>,
  );
});

const columnsOf = (id: string, now: number): readonly Column<Replay>[] => [
  {
    name: 'Replay',
    cell: ({ replay_id }) => (
      <a class="name" href={replayPath(id, replay_id)}>
        Replay {replay_id}
      </a>
    ),
  },
  { name: 'State', cell: ({ state }) => <State kind={kindOf(state)}>{state}</State> },
  { name: 'Of', cell: replay => <Asked replay={replay} /> },
  { name: 'Begun', cell: ({ started_at }) => <Ago at={started_at} now={now} /> },
  {
    name: 'Deliveries',
    isNumber: true,
    cell: ({ counted }) => (counted === null ? <Nothing /> : numberText(counted)),
  },
  { name: 'Sent', isNumber: true, cell: ({ sent }) => (sent === null ? <Nothing /> : numberText(sent)) },
  { name: 'Dead', isNumber: true, cell: ({ dead }) => <Count of={dead} kind="bad" /> },
];

/** Which events were asked for. What may name a person was not kept. */
function Asked({ replay: { request } }: { replay: Replay }) {
  if (request === null) return <Nothing />;
  const words = meaning(request).map(([name, value]) => `${name} ${value}`);
  if ('sequence' in request) return <>event #{String(request.sequence)}</>;
  return <ForeignText max={200}>{words.length === 0 ? 'all events' : words.join(', ')}</ForeignText>;
}

replays.get('/webhooks/:id/replays/:replay', async c => {
  const { id, replay: replayId } = c.req.param();
  const path = replayPath(id, replayId);
  const [webhook, found] = await Promise.all([
    askApi<Webhook>(c, 'GET', apiPath(webhookPath(id))),
    askApi<Replay>(c, 'GET', apiPath(path)),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  if (!found.ok) return failed(c, found.error);
  const replay = found.value;
  const { visitor } = c.var;
  const isRunning = replay.state === 'running';
  const name = `Replay ${replay.replay_id}`;
  return showPage(
    c,
    <Layout
      title={name}
      visitor={visitor}
      crumbs={[...crumbsOf(webhook.value), { name: 'Replays', href: replaysPath(id) }, { name, href: path }]}
      {...(isRunning ? { live: { everySeconds: EVERY_SECONDS } } : {})}
    >
      <DoneNotice c={c} />
      <LivePart name="replay">
        <div class="stack">
          <div class="title">
            <h1>{name}</h1>
            <State kind={kindOf(replay.state)}>{replay.state}</State>
            <span class="soft">
              <Asked replay={replay} />
            </span>
          </div>
          <Progress replay={replay} />
          <dl class="pairs">
            <dt>Asked for by</dt>
            <dd>{replay.asked_by === null ? <Nothing /> : <ForeignText>{replay.asked_by}</ForeignText>}</dd>
            <dt>Begun</dt>
            <dd>
              <Time at={replay.started_at} />
            </dd>
            <dt>Ended</dt>
            <dd>
              <Time at={replay.ended_at} otherwise="not yet" />
            </dd>
          </dl>
          <h2>By destination</h2>
          <Table caption="By destination" columns={partsOf(webhook.value)} rows={replay.destinations} />
          {isRunning ? (
            <div class="row">
              <a href={path}>Load again</a>
              <Action visitor={visitor} to={`${path}/cancel`} name="Cancel the rest" />
            </div>
          ) : null}
        </div>
      </LivePart>
      <p>
        <a href={webhookPath(id)}>To the webhook</a>
      </p>
    </Layout>,
  );
});

function Progress({ replay: { counted, sent, delivered, retrying, dead } }: { replay: Replay }) {
  const of = counted === null ? '' : ` of ${numberText(counted)}`;
  const text = `${numberText(sent ?? 0)}${of} sent: ${numberText(delivered ?? 0)} delivered, ${numberText(retrying ?? 0)} retrying, ${numberText(dead ?? 0)} dead`;
  return (
    <div class="panel stack">
      {counted === null || counted === 0 ? null : (
        <progress max={counted} value={sent ?? 0} aria-label="How much of it is sent" />
      )}
      <p role="status">{text}</p>
    </div>
  );
}

const counts = (name: string, count: (part: Part) => number | null): Column<Part> => ({
  ...{ name, isNumber: true },
  cell: part => {
    const value = count(part);
    return value === null ? <Nothing /> : numberText(value);
  },
});

const partsOf = (webhook: Webhook): readonly Column<Part>[] => [
  {
    name: 'Destination',
    cell: ({ destination_id }) => <ForeignText>{nameOfDestination(webhook, destination_id)}</ForeignText>,
  },
  { name: 'State', cell: ({ state }) => <State kind={kindOf(state)}>{state}</State> },
  counts('Deliveries', ({ counted }) => counted),
  counts('Sent', ({ sent }) => sent),
  counts('Delivered', ({ delivered }) => delivered),
  counts('Retrying', ({ retrying }) => retrying),
  { name: 'Dead', isNumber: true, cell: ({ dead }) => <Count of={dead} kind="bad" /> },
  counts('Left', ({ remaining }) => remaining),
];

replays.post('/webhooks/:id/replays/:replay/cancel', async c => {
  const { id, replay } = c.req.param();
  const path = replayPath(id, replay);
  const cancelled = await askApi(c, 'POST', `${apiPath(path)}/cancel`);
  return cancelled.ok ? backTo(c, path, 'cancelled') : failed(c, cancelled.error);
});
