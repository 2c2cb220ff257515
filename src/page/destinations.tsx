/** The destinations of a webhook: how each does, and what can be done about it. */

import { destinationPath, eventsPath, replayPlanPath } from './addresses';
import type { Destination, DestinationStatus, Status, Webhook } from './answers';
import type { Visitor } from './context';
import { destinationName } from './names';
import { Action } from './parts/action';
import { ForeignText, seen } from './parts/foreign-text';
import { Count, Nothing, numberText, State } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago } from './parts/time';

type Row = { destination: Destination; status: DestinationStatus | undefined };

type Props = { webhook: Webhook; status: Status; visitor: Visitor; now: number };

export function Destinations({ webhook, status, visitor, now }: Props) {
  const rows = webhook.destinations.map(destination => ({
    destination,
    status: status.destinations.find(({ destination_id }) => destination_id === destination.destination_id),
  }));
  if (rows.length === 0) {
    return <p class="empty">There is none: events are kept, and wait to be pulled from the feed.</p>;
  }
  return (
    <Table
      caption="Destinations"
      columns={columnsOf(webhook, visitor, now)}
      rows={rows}
      kind={({ destination, status }) => (isFailing(destination, status) ? 'bad' : undefined)}
    />
  );
}

const isFailing = ({ is_active }: Destination, status: DestinationStatus | undefined): boolean =>
  is_active && (status?.failing_since != null || (status?.dead ?? 0) > 0);

function columnsOf(webhook: Webhook, visitor: Visitor, now: number): readonly Column<Row>[] {
  const webhookId = webhook.webhook_id;
  const nameOf = (destination: Destination) => destinationName(destination, webhook.destinations);
  const columns: readonly Column<Row>[] = [
    {
      name: 'Destination',
      cell: ({ destination }) => (
        <>
          <span class="name">
            <ForeignText>{nameOf(destination)}</ForeignText>
          </span>
          <span class="cut soft mono" title={seen(destination.url)}>
            {seen(destination.url)}
          </span>
        </>
      ),
    },
    {
      name: 'State',
      cell: row => (
        <>
          <DestinationState {...row} now={now} />
          <LastFailure status={row.status} />
        </>
      ),
    },
    { name: 'Waiting', isNumber: true, cell: ({ status }) => <Waiting status={status} /> },
    {
      name: 'Oldest waiting',
      cell: ({ status }) => <Ago at={status?.oldest_undelivered_at ?? null} now={now} otherwise="none" />,
    },
    {
      name: 'Retrying',
      isNumber: true,
      cell: ({ destination, status }) => (
        <a href={deliveriesPath(webhookId, destination, 'retrying')}>
          <Count of={status?.retrying ?? null} kind="warn" />
        </a>
      ),
    },
    {
      name: 'Dead',
      isNumber: true,
      cell: ({ destination, status }) => (
        <a href={deliveriesPath(webhookId, destination, 'dead')}>
          <Count of={status?.dead ?? null} kind="bad" />
        </a>
      ),
    },
    {
      name: 'Next attempt',
      cell: ({ status }) => <Ago at={status?.next_probe_at ?? status?.next_attempt_at ?? null} now={now} />,
    },
    {
      name: 'Last delivered',
      cell: ({ status }) => <Ago at={status?.last_delivered_at ?? null} now={now} otherwise="never" />,
    },
  ];
  if (!visitor.canWrite) return columns;
  const buttons = {
    name: 'Do',
    cell: (row: Row) => (
      <Buttons webhookId={webhookId} visitor={visitor} name={nameOf(row.destination)} {...row} />
    ),
  };
  return [...columns, buttons];
}

const deliveriesPath = (webhookId: number, { destination_id }: Destination, delivery: string): string =>
  eventsPath(webhookId, { destination_id, delivery });

function DestinationState({ destination, status, now }: Row & { now: number }) {
  if (status === undefined) return <State kind="unsure">not known</State>;
  if (status.disabled_reason !== null) return <State kind="bad">disabled: {status.disabled_reason}</State>;
  if (!destination.is_active) return <State kind="off">paused</State>;
  if (status.failing_since !== null) {
    const how = status.circuit === 'open' ? 'fails, is probed' : 'fails';
    return (
      <State kind="bad">
        {how}, since <Ago at={status.failing_since} now={now} />
      </State>
    );
  }
  return status.circuit === 'recovering' ? (
    <State kind="warn">recovers</State>
  ) : (
    <State kind="good">delivers</State>
  );
}

const MAX_SAID = 160;

/** Why the latest attempt failed, and what was said to it. */
function LastFailure({ status }: { status: DestinationStatus | undefined }) {
  const failure = status?.last_failure;
  if (failure == null) return null;
  const { http_status, error, answer } = failure;
  const why = http_status === null ? (error ?? 'no answer').replaceAll('_', ' ') : `answered ${http_status}`;
  return (
    <span class="soft said">
      {why}
      {answer === null || answer.text === '' ? null : (
        <>
          : <ForeignText max={MAX_SAID}>{answer.text}</ForeignText>
        </>
      )}
    </span>
  );
}

function Waiting({ status }: { status: DestinationStatus | undefined }) {
  if (status === undefined) return <Nothing />;
  const { waiting, waiting_exact } = status;
  if (waiting === 0) return <span class="soft">0</span>;
  return (
    <span>
      {waiting_exact ? '' : 'over '}
      {numberText(waiting)}
    </span>
  );
}

type ButtonsProps = Row & { webhookId: number; visitor: Visitor; name: string };

function Buttons({ webhookId, visitor, name, destination, status }: ButtonsProps) {
  const { destination_id } = destination;
  const path = destinationPath(webhookId, destination_id);
  const common = { visitor, about: name };
  return (
    <span class="row">
      {destination.is_active ? (
        <>
          <Action {...common} to={`${path}/retry`} name="Retry now" />
          <Action {...common} to={`${path}/pause`} name="Pause" />
        </>
      ) : (
        <Action {...common} to={`${path}/resume`} name="Resume" />
      )}
      <Action {...common} to={`${path}/test`} name="Test" />
      {(status?.dead ?? 0) === 0 ? null : (
        <a
          class="button"
          href={replayPlanPath(webhookId, { destination_id, delivery: 'dead' })}
          aria-label={`Replay dead: ${name}`}
        >
          Replay dead
        </a>
      )}
      <a class="button" href={path} aria-label={`Edit: ${name}`}>
        Edit
      </a>
    </span>
  );
}
