/** What became of an event: how its delivery to each destination stands, and each attempt with what the receiver said. */
import type { Attempt, Delivery, EventDetail, Webhook } from './answers';
import { nameOfDestination } from './names';
import { ForeignText, seenStart } from './parts/foreign-text';
import { type Kind, State } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago, spanText, Time } from './parts/time';

/** The latest attempts that are shown; a destination that was down for days makes many. */
const SHOWN = 50;
const MAX_ANSWER_CHARACTERS = 1024;
/** With its headers, as `seenStart` counts. */
const MAX_SHOWN = 3000;

const KINDS: Record<Delivery['delivery'], Kind> = {
  waiting: 'off',
  retrying: 'warn',
  dead: 'bad',
  delivered: 'good',
  paused: 'off',
  redacted: 'off',
  confirming: 'warn',
  held: 'warn',
  quarantined: 'warn',
};

type Props = { webhook: Webhook; event: EventDetail; now: number };

export function Timeline({ webhook, event: { deliveries, attempts }, now }: Props) {
  const latest = attempts.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, SHOWN);
  return (
    <>
      <h2 id="deliveries">Deliveries</h2>
      {deliveries.length === 0 ? (
        <p class="empty">It is on its way to no destination.</p>
      ) : (
        <Table caption="Deliveries" columns={columnsOf(webhook, now)} rows={deliveries} />
      )}
      <h2 id="attempts">Attempts</h2>
      {latest.length === 0 ? (
        <p class="empty">There was none.</p>
      ) : (
        <ol class="timeline">
          {latest.map(attempt => (
            <li class={attempt.outcome === 'delivered' ? 'good' : 'bad'}>
              <AttemptEntry attempt={attempt} name={nameOfDestination(webhook, attempt.destination_id)} />
            </li>
          ))}
        </ol>
      )}
      {attempts.length > SHOWN ? (
        <p class="soft">
          The latest {SHOWN} of {attempts.length}.
        </p>
      ) : null}
    </>
  );
}

const columnsOf = (webhook: Webhook, now: number): readonly Column<Delivery>[] => [
  {
    name: 'Destination',
    cell: ({ destination_id }) => <ForeignText>{nameOfDestination(webhook, destination_id)}</ForeignText>,
  },
  { name: 'State', cell: ({ delivery }) => <State kind={KINDS[delivery]}>{delivery}</State> },
  { name: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
  { name: 'Next', cell: ({ next_attempt_at }) => <Ago at={next_attempt_at} now={now} /> },
];

function AttemptEntry({ attempt, name }: { attempt: Attempt; name: string }) {
  const { at, outcome, http_status: status, duration_ms, error, connection_error, answer } = attempt;
  const said = status === null ? (connection_error ?? error ?? 'no answer') : `answered ${status}`;
  const duration = duration_ms < 1000 ? `${duration_ms} ms` : spanText(duration_ms);
  return (
    <>
      <div class="row">
        <State kind={outcome === 'delivered' ? 'good' : 'bad'}>{outcome}</State>
        <ForeignText max={80}>{name}</ForeignText>
        <span>
          attempt {attempt.attempt}, {said.replaceAll('_', ' ')}, {duration}
        </span>
        <span class="soft">
          <Time at={at} />
        </span>
      </div>
      {answer === null ? null : (
        <details open={outcome !== 'delivered'}>
          <summary>What it said</summary>
          <pre>{seenStart(answerText(answer), MAX_SHOWN).text}</pre>
        </details>
      )}
    </>
  );
}

function answerText({ headers, text, truncated }: NonNullable<Attempt['answer']>): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  const body = text.slice(0, MAX_ANSWER_CHARACTERS);
  return `${head.join('')}${head.length > 0 && body !== '' ? '\n' : ''}${body}${truncated ? '…' : ''}`;
}
