/** Every webhook in a row, the worst on top. Five hundred of them stay below 50 KiB on the way. */
import { eventsPath, webhookPath } from './addresses';
import type { Overview } from './answers';
import { providerTitle, webhookName } from './names';
import { ForeignText } from './parts/foreign-text';
import { Sparkline } from './parts/sparkline';
import { Count, Nothing, numberText, State } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago } from './parts/time';
import { troubleOf } from './trouble';

type Props = Pick<Overview, 'webhooks'> & { now: number };

export function OverviewTable({ webhooks, now }: Props) {
  return (
    <Table
      caption="Webhooks"
      columns={columnsOf(now)}
      rows={webhooks.toSorted((a, b) => troubleOf(b) - troubleOf(a))}
      kind={row => (troubleOf(row) >= 100 ? 'bad' : undefined)}
    />
  );
}

type Row = Overview['webhooks'][number];

const columnsOf = (now: number): readonly Column<Row>[] => [
  {
    name: 'Webhook',
    cell: webhook => (
      <>
        <a class="name" href={webhookPath(webhook.webhook_id)}>
          <ForeignText>{webhookName(webhook)}</ForeignText>
        </a>
        <span class="cut soft">{providerTitle(webhook.provider)}</span>
      </>
    ),
  },
  { name: 'State', cell: row => <WebhookState row={row} /> },
  {
    name: 'Last 24 h',
    cell: ({ events_per_hour: counts }) => (counts === null ? <Nothing /> : <Sparkline counts={counts} />),
  },
  { name: 'Last event', cell: ({ last_event_at }) => <Ago at={last_event_at} now={now} otherwise="none" /> },
  { name: 'Missing', isNumber: true, cell: row => <Missing row={row} /> },
  {
    name: 'Uncertain',
    isNumber: true,
    cell: row => <Known row={row} of={row.uncertain_ids} kind="unsure" />,
  },
  {
    name: 'Waiting',
    isNumber: true,
    cell: ({ waiting }) => (waiting === null ? <Nothing /> : numberText(waiting)),
  },
  {
    name: 'Dead',
    isNumber: true,
    cell: row =>
      row.dead ? (
        <a href={eventsPath(row.webhook_id, { delivery: 'dead' })}>
          <Count of={row.dead} kind="bad" />
        </a>
      ) : (
        <Known row={row} of={row.dead} kind="bad" />
      ),
  },
  {
    name: 'Refused',
    isNumber: true,
    cell: row => <Known row={row} of={row.refused_last_day} kind="warn" />,
  },
];

/** Ids that are awaited are not missing yet, and yet not all is here. */
function Missing({ row }: { row: Row }) {
  const { missing_ids, awaited_ids } = row;
  if (missing_ids === 0 && awaited_ids) return <span class="soft">0, {numberText(awaited_ids)} awaited</span>;
  return <Known row={row} of={missing_ids} kind="bad" />;
}

function WebhookState({ row }: { row: Row }) {
  if (row.left_out !== null)
    return <State kind="unsure">no answer: {row.left_out.replaceAll('_', ' ')}</State>;
  if (!row.is_active) return <State kind="off">turned off</State>;
  if (row.storage_refusing_since !== null) return <State kind="bad">cannot write</State>;
  const failing = row.failing ?? [];
  if (failing.length === 0) return <State kind="good">active</State>;
  return (
    <State kind="bad">
      {failing.length === 1 ? 'failing: ' : `${failing.length} of ${row.destinations ?? 0} failing: `}
      <ForeignText max={60}>
        {failing.map(({ name, destination_id }) => name ?? destination_id).join(', ')}
      </ForeignText>
    </State>
  );
}

/** A number that is bad unless it is none; nothing where the webhook did not answer, or cannot know. */
function Known({ row, of: count, kind }: { row: Row; of: number | null; kind: 'bad' | 'warn' | 'unsure' }) {
  return count === null && row.left_out !== null ? <Nothing /> : <Count of={count} kind={kind} />;
}
