/** `gapless numbering`: what became of each increment id, and the word of whoever knows whether a numbering began anew. */
import { type Command, Option } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Cell, type Colour, type Paint, table } from '../output/table';
import { shortTime } from '../output/times';
import { wholeNumber } from '../values';

type Options = {
  from?: number;
  to?: number;
  epoch?: number;
  reading?: Schemas['Settlement']['reading'];
  sequence?: number;
};

export function addNumbering(program: Command): void {
  gatewayCommand(
    program,
    'numbering <webhook>',
    'What became of each increment id; settle a doubt about them',
    [
      ['gapless numbering shop', 'the last hundred ids'],
      ['gapless numbering shop --from 1 --to 6400', 'any range; what is alike stands together'],
      ['gapless numbering shop --reading new', 'the webhook was made anew at the provider'],
      ['gapless numbering shop --reading undo', 'takes the last answer back'],
    ],
  )
    .option('--from <id>', 'the first id', wholeNumber(1))
    .option('--to <id>', 'the last id', wholeNumber(1))
    .option('--epoch <number>', 'a numbering; the current one where not said', wholeNumber(0))
    .addOption(
      new Option(
        '--reading <reading>',
        'settle: a new numbering began, the old one continues, or undo',
      ).choices([...['new', 'continue', 'undo']]),
    )
    .option('--sequence <number>', 'with --reading new: the event that it began with', wholeNumber(1))
    .action((webhook: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = { webhook_id: webhook };
        const { reading, sequence, ...range } = options;
        if (reading === undefined) {
          if (sequence !== undefined) throw new Stop(EXIT.usage, '--sequence goes with --reading new.');
          const query = { from: range.from, to: range.to, epoch: range.epoch, cells: 400 };
          const map = await asked.call('get', '/v1/webhooks/{webhook_id}/sequence', { path, query });
          output.answer(map, paint => mapText(map, paint));
          return EXIT.done;
        }
        const body = { reading, ...(sequence === undefined ? {} : { sequence }) };
        const settled = await asked.call('post', '/v1/webhooks/{webhook_id}/numbering', { path, body });
        output.answer(settled, () => 'Settled: gapless gaps shows what is missing now.');
        return EXIT.done;
      }),
    );
}

type Cells = Schemas['SequenceMap']['cells'];

const COLOURS: Readonly<Record<string, Colour>> = {
  ...{ received: 'green', late: 'green', refilled: 'green', awaited: 'yellow', uncertain: 'yellow' },
  ...{ missing: 'red', expired: 'red', quarantined: 'red' },
};

function mapText({ numbered, cells, epochs = [], exact }: Schemas['SequenceMap'], paint: Paint): string {
  if (!numbered) return 'The provider does not number its events.';
  if (cells.length === 0) return 'No increment id was received yet.';
  const rows = together(cells).map(({ from, to, states, received_at }): Cell[] => {
    const colour = COLOURS[states];
    return [
      from === to ? from : `${from}-${to}`,
      colour === undefined ? states : { text: states, colour },
      shortTime(received_at),
    ];
  });
  const note =
    exact === false ? '\nThe range is long: ids that were added by hand or ignored count as received.' : '';
  const older =
    epochs.length > 1 ? `\nNumberings: ${epochs.map(({ epoch }) => epoch).join(', ')} (--epoch)` : '';
  return `${table(['ids', 'what became of them', 'last received (UTC)'], rows, paint)}${note}${older}`;
}

type Run = { from: number; to: number; states: string; received_at: string | null };

/** Neighbours that are alike, as one. */
function together(cells: Cells): Run[] {
  const runs: Run[] = [];
  for (const { from, to, counts, received_at } of cells) {
    const [only, ...others] = Object.entries(counts);
    const states =
      others.length === 0
        ? (only?.[0] ?? '')
        : Object.entries(counts)
            .map(([state, count]) => `${count} ${state}`)
            .join(', ');
    const last = runs.at(-1);
    if (last?.states === states && others.length === 0) runs.splice(-1, 1, { ...last, to, received_at });
    else runs.push({ from, to, states, received_at });
  }
  return runs;
}
