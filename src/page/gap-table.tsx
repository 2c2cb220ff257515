/** Gaps: the ids, the events on both sides, and until when the provider tries. */

import { eventPath } from './addresses';
import type { Gap } from './answers';
import { ForeignText } from './parts/foreign-text';
import { type Kind, Nothing, numberText, State } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago, Time } from './parts/time';

const KINDS: Record<Gap['status'], Kind> = {
  open: 'bad',
  uncertain: 'unsure',
  filled: 'good',
  expired: 'warn',
  resolved: 'off',
};

type Props = { webhookId: number; gaps: readonly Gap[]; now: number; none: string };

export function GapTable({ webhookId, gaps, now, none }: Props) {
  if (gaps.length === 0) return <p class="empty">{none}</p>;
  return (
    <Table
      caption="Gaps"
      columns={columnsOf(webhookId, now)}
      rows={gaps}
      kind={({ status }) => (status === 'open' ? 'bad' : status === 'uncertain' ? 'unsure' : undefined)}
    />
  );
}

const columnsOf = (webhookId: number, now: number): readonly Column<Gap>[] => [
  {
    name: 'Ids',
    cell: ({ from, to, count }) => (
      <span class="name" id={`id-${from}`}>
        {from === to ? from : `${from} to ${to}`}
        {count === 1 ? '' : ` (${numberText(count)})`}
      </span>
    ),
  },
  { name: 'State', cell: ({ status }) => <State kind={KINDS[status]}>{status}</State> },
  { name: 'Event before', cell: ({ before }) => <Side webhookId={webhookId} side={before} /> },
  { name: 'Event after', cell: ({ after }) => <Side webhookId={webhookId} side={after} /> },
  { name: 'Noticed', cell: ({ detected_at }) => <Ago at={detected_at} now={now} /> },
  { name: 'What comes', cell: gap => <Outlook gap={gap} now={now} /> },
];

function Side({ webhookId, side }: { webhookId: number; side: Gap['before'] }) {
  if (side === null) return <Nothing />;
  const id = `id ${side.increment_id}`;
  return (
    <span>
      {side.sequence === null ? id : <a href={eventPath(webhookId, side.sequence)}>{id}</a>}
      {side.received_at === null ? null : (
        <>
          {' '}
          <span class="soft">
            <Time at={side.received_at} />
          </span>
        </>
      )}
    </span>
  );
}

function Outlook({ gap, now }: { gap: Gap; now: number }) {
  switch (gap.status) {
    case 'open':
    case 'uncertain':
      if (gap.on_record) return <span>Events are on record, but may be of the older numbering.</span>;
      if (gap.retry_until === null) return <span>It is not known whether the provider tries again.</span>;
      return Date.parse(gap.retry_until) > now ? (
        <span>
          The provider’s last try: <Ago at={gap.retry_until} now={now} />
        </span>
      ) : (
        <span>The provider tries no more. Ask it for the event.</span>
      );
    case 'resolved':
      return gap.note === null ? (
        <span class="soft">closed by hand</span>
      ) : (
        <ForeignText max={200}>{gap.note}</ForeignText>
      );
    default:
      return (
        <span class="soft">
          {gap.status} <Ago at={gap.resolved_at} now={now} />
        </span>
      );
  }
}
