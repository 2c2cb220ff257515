/** Gaps: the ids, the events on both sides, and until when the provider tries. */

import { eventPath, mendGapPath } from './addresses';
import type { Gap } from './answers';
import type { Visitor } from './context';
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

type Props = { visitor: Visitor; webhookId: number; gaps: readonly Gap[]; now: number; none: string };

export function GapTable({ visitor, webhookId, gaps, now, none }: Props) {
  if (gaps.length === 0) return <p class="empty">{none}</p>;
  return (
    <Table
      caption="Gaps"
      columns={columnsOf(webhookId, visitor, now)}
      rows={gaps}
      kind={({ status }) => (status === 'open' ? 'bad' : status === 'uncertain' ? 'unsure' : undefined)}
    />
  );
}

/** The ids of a gap, `4 to 5`. */
export const idsOf = ({ from, to }: Gap): string => (from === to ? String(from) : `${from} to ${to}`);

const columnsOf = (webhookId: number, visitor: Visitor, now: number): readonly Column<Gap>[] => [
  {
    name: 'Ids',
    cell: gap => (
      <span class="name" id={`id-${gap.from}`}>
        {idsOf(gap)}
        {gap.count === 1 ? '' : ` (${numberText(gap.count)})`}
      </span>
    ),
  },
  { name: 'State', cell: ({ status }) => <State kind={KINDS[status]}>{status}</State> },
  { name: 'Event before', cell: ({ before }) => <Side webhookId={webhookId} side={before} /> },
  { name: 'Event after', cell: ({ after }) => <Side webhookId={webhookId} side={after} /> },
  { name: 'Noticed', cell: ({ detected_at }) => <Ago at={detected_at} now={now} /> },
  {
    name: 'What comes',
    cell: gap => (
      <>
        <Outlook gap={gap} now={now} />
        {visitor.canWrite && isMissing(gap) ? (
          <>
            {' '}
            <a href={mendGapPath(webhookId, gap)} aria-label={`Fill or close: ${idsOf(gap)}`}>
              Fill or close
            </a>
          </>
        ) : null}
      </>
    ),
  },
];

const isMissing = ({ status }: Gap): boolean => status === 'open' || status === 'uncertain';

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

/** Whether it may still come by itself, or how it ended. */
export function Outlook({ gap, now }: { gap: Gap; now: number }) {
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
