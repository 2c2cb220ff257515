/** `gapless gaps`: what is missing. */
import { type Command, Option } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { counted } from '../output/counted';
import { type Cell, type Colour, type Paint, table } from '../output/table';
import { shortTime } from '../output/times';

const STATUSES = ['open', 'uncertain', 'filled', 'expired', 'resolved'] as const;

type Options = { status?: (typeof STATUSES)[number]; exitCode?: boolean };

export function addGaps(program: Command): void {
  gatewayCommand(program, 'gaps <webhook>', 'What is missing', [
    ['gapless gaps shop', 'every gap, with what came before and after it'],
    ['gapless gaps shop --status open --exit-code', 'in a script: 4 where one is open'],
  ])
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--exit-code', 'end with 4 where a gap is open or uncertain; ids within their grace are none yet')
    .action((webhook: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const query = options.status === undefined ? {} : { status: options.status };
        const found = await asked.call('get', '/v1/webhooks/{webhook_id}/gaps', {
          ...{ path: { webhook_id: webhook }, query },
        });
        output.answer(found, paint => page(found, options.status, paint));
        const isOpen = found.gaps.some(({ status }) => status === 'open' || status === 'uncertain');
        return options.exitCode === true && isOpen ? EXIT.found : EXIT.done;
      }),
    );
}

function page(report: Schemas['Gaps'], status: string | undefined, paint: Paint): string {
  const { numbered, gaps, highest_increment_id, awaited_ids } = report;
  if (!numbered) return 'The provider does not number its events: what is missing cannot be known.';
  const highest = `highest increment id: ${highest_increment_id ?? 'none yet'}`;
  const awaited = awaited_ids
    ? `${counted(awaited_ids, 'id is', 'ids are')} awaited: not here, and within the grace\n`
    : '';
  if (gaps.length === 0) {
    const none = status === undefined ? 'There is no gap' : `No gap is ${status}`;
    return `${awaited}${none}; ${highest}`;
  }
  const rows = gaps.map((gap): Cell[] => [
    ...[gap.from === gap.to ? gap.from : `${gap.from}-${gap.to}`, gap.count, stateCell(gap.status)],
    ...[
      shortTime(gap.detected_at),
      side(gap.before),
      side(gap.after),
      shortTime(gap.resolved_at),
      gap.on_record ? ON_RECORD : gap.note,
    ],
  ]);
  const head = ['gap', 'ids', 'status', 'detected (UTC)', 'before it', 'after it', 'closed (UTC)', 'note'];
  return `${table(head, rows, paint)}\n${awaited}${highest}`;
}

/** What is said of ids that are missing only if their events are another numbering's. */
const ON_RECORD = 'on record, but may be of the older numbering';

const COLOURS: Readonly<Record<string, Colour>> = { open: 'red', uncertain: 'yellow', filled: 'green' };

const stateCell = (status: string): Cell => ({ text: status, colour: COLOURS[status] ?? 'dim' });

const side = (neighbour: Schemas['Gap']['before']): string | null =>
  neighbour === null
    ? null
    : `${neighbour.increment_id} (${shortTime(neighbour.received_at)?.slice(11) ?? '?'})`;
