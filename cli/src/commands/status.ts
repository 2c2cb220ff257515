/** `gapless status`: how a webhook does. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Cell, fields, type Paint, table } from '../output/table';
import { relativeTime } from '../output/times';

type Status = Schemas['Status'];

export function addStatus(program: Command): void {
  gatewayCommand(program, 'status <webhook>', 'How a webhook and its destinations do', [
    ['gapless status shop', 'counters, gaps, and how far each destination is'],
    ['gapless status shop --exit-code', 'in a script: 4 where something needs a look'],
  ])
    .option('--exit-code', 'end with 4 where a gap is open, events are dead or a destination fails')
    .action((webhook: string, options: { exitCode?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = { webhook_id: webhook };
        const status = await asked.call('get', '/v1/webhooks/{webhook_id}/status', { path });
        output.answer(status, paint => page(status, paint));
        return options.exitCode === true && needsALook(status) ? EXIT.found : EXIT.done;
      }),
    );
}

const needsALook = ({ open_gaps, destinations, storage }: Status): boolean =>
  (open_gaps ?? 0) > 0 ||
  storage.refusing_since !== null ||
  destinations.some(
    ({ dead, circuit, disabled_reason }) => dead > 0 || circuit !== 'closed' || disabled_reason !== null,
  );

function page(status: Status, paint: Paint): string {
  const { counters, destinations } = status;
  const refused = Object.entries(status.rejected).map(([reason, count]) => `${count} ${reason}`);
  const about = fields(
    [
      [
        'last event',
        status.last_event_at === null ? 'none yet' : relativeTime(status.last_event_at, Date.now()),
      ],
      ['accepted', counters.accepted],
      ['duplicate', counters.duplicate || null],
      ['ignored', counters.ignored || null],
      ['quarantined', bad(counters.quarantined) || null],
      ['refused', refused.join(', ') || null],
      ['open gaps', status.open_gaps === null ? 'not numbered' : bad(status.open_gaps)],
      ['missing ids', status.missing_ids],
      ['uncertain ids', status.uncertain_ids || null],
      ['storage', `${Math.ceil((status.storage.used_bytes / status.storage.limit_bytes) * 100)} % used`],
      ['refuses since', status.storage.refusing_since],
    ],
    paint,
  );
  if (destinations.length === 0) return `${about}\n\nIt has no destination.`;
  const head = ['destination', 'url', 'state', 'delivered', 'waiting', 'retrying', 'dead', 'oldest waits'];
  const rows = destinations.map((destination): Cell[] => [
    ...[
      destination.destination_id,
      destination.url,
      stateOf(destination),
      destination.delivered,
      destination.lag,
    ],
    ...[destination.retrying, bad(destination.dead)],
    destination.oldest_undelivered_at === null
      ? null
      : relativeTime(destination.oldest_undelivered_at, Date.now()),
  ]);
  return `${about}\n\n${table(head, rows, paint)}`;
}

const bad = (count: number): Cell => (count === 0 ? 0 : { text: String(count), colour: 'red' });

function stateOf({ is_active, circuit, disabled_reason }: Status['destinations'][number]): Cell {
  if (disabled_reason !== null) return { text: `off: ${disabled_reason}`, colour: 'red' };
  if (!is_active) return { text: 'paused', colour: 'yellow' };
  if (circuit === 'open') return { text: 'fails', colour: 'red' };
  return circuit === 'recovering'
    ? { text: 'recovers', colour: 'yellow' }
    : { text: 'well', colour: 'green' };
}
