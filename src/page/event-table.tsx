/** Events in a list. */

import { eventMatches } from '../subscriptions/topics';
import { eventPath } from './addresses';
import type { EventEntry, Webhook } from './answers';
import { ForeignText } from './parts/foreign-text';
import { type Kind, Nothing, numberText, State } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago } from './parts/time';

/** How topics of the gateway's own events begin. */
const GATEWAY = 'gateway:';

const KINDS: Readonly<Record<string, Kind>> = {
  accepted: 'good',
  confirming: 'warn',
  held: 'warn',
  quarantined: 'warn',
  retrying: 'warn',
  dead: 'bad',
};

/** What became of it when it came. */
export function EventState({ event: { status, reason } }: { event: Pick<EventEntry, 'status' | 'reason'> }) {
  return (
    <State kind={KINDS[status] ?? 'warn'}>
      {status}
      {reason === null ? '' : `: ${reason.replaceAll('_', ' ')}`}
    </State>
  );
}

/** Whether a delivery of it failed since. */
export function FailedDelivery({ event: { delivery } }: { event: Pick<EventEntry, 'delivery'> }) {
  return delivery === null ? null : <State kind={KINDS[delivery] ?? 'warn'}>{delivery}</State>;
}

/** How its deliveries stand: what failed since, or that nobody is to get it. Which of the others have arrived its own page says. */
function Deliveries({ event, destinations }: { event: EventEntry; destinations: Webhook['destinations'] }) {
  if (event.delivery !== null) return <FailedDelivery event={event} />;
  if (event.status !== 'accepted') return <Nothing />;
  const operational = event.topic.startsWith(GATEWAY);
  const isWanted = destinations.some(({ topics }) => eventMatches(topics, { ...event, operational }));
  return <span class="soft">{isWanted ? 'none failed' : 'none wanted'}</span>;
}

type Props = { webhook: Webhook; events: readonly EventEntry[]; now: number; none: string };

export function EventTable({ webhook, events, now, none }: Props) {
  if (events.length === 0) return <p class="empty">{none}</p>;
  return (
    <Table
      caption="Events"
      columns={columnsOf(webhook, now)}
      rows={events}
      kind={({ status, delivery }) =>
        delivery === 'dead' ? 'bad' : status === 'quarantined' ? 'warn' : undefined
      }
    />
  );
}

const columnsOf = ({ webhook_id, destinations }: Webhook, now: number): readonly Column<EventEntry>[] => [
  {
    name: 'Event',
    cell: ({ sequence }) => (
      <a class="name" href={eventPath(webhook_id, sequence)}>
        #{sequence}
      </a>
    ),
  },
  {
    name: 'Topic',
    cell: ({ topic }) =>
      topic === '' ? <span class="soft">none</span> : <ForeignText max={80}>{topic}</ForeignText>,
  },
  { name: 'Status', cell: event => <EventState event={event} /> },
  { name: 'Delivery', cell: event => <Deliveries event={event} destinations={destinations} /> },
  { name: 'Id', cell: event => <EventId event={event} /> },
  { name: 'Marks', cell: event => <Marks event={event} /> },
  { name: 'Bytes', isNumber: true, cell: ({ body_bytes }) => numberText(body_bytes) },
  { name: 'Received', cell: ({ received_at }) => <Ago at={received_at} now={now} /> },
];

function EventId({ event: { increment_id, event_id } }: { event: EventEntry }) {
  if (increment_id !== null) return <span class="mono">{increment_id}</span>;
  if (event_id === null) return <Nothing />;
  return (
    <span class="cut mono">
      <ForeignText max={60}>{event_id}</ForeignText>
    </span>
  );
}

function Marks({ event: { late, repeats, body_signed } }: { event: EventEntry }) {
  const marks = [
    late ? 'late' : '',
    repeats === null ? '' : `repeats #${repeats}`,
    body_signed ? '' : 'body not signed',
  ].filter(mark => mark !== '');
  return marks.length === 0 ? <Nothing /> : <span>{marks.join(', ')}</span>;
}
