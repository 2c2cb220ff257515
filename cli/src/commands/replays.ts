/** `gapless replays`: what was asked to be sent again, how far it is, and an end to it. */
import type { Command } from 'commander';
import { commandGroup, gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Cell, type Colour, type Paint, table } from '../output/table';
import { shortTime } from '../output/times';
import { wholeNumber } from '../values';

type Progress = Schemas['ReplayProgress'];
type Counts = Pick<
  Progress,
  'state' | 'counted' | 'delivered' | 'retrying' | 'dead' | 'remaining' | 'ended_at'
>;

const ONE = '/v1/webhooks/{webhook_id}/replays/{replay_id}';

export function addReplays(program: Command): void {
  const group = commandGroup(
    program,
    'replays',
    'Replays that run and that ended; how far they are; cancel',
    [
      ['gapless replays shop', 'those that run, and the last that ended'],
      ['gapless replays show shop 3', 'how far one is, for each destination'],
      ['gapless replays cancel shop 3', 'nothing more of it is sent'],
    ],
  );
  gatewayCommand(
    group,
    'list <webhook>',
    'Those that run, and the last that ended; what is meant where no other is named',
    [
      ['gapless replays shop', 'the newest first'],
      ['gapless replays list shop --json', 'for programs: {"replays": [...]}'],
    ],
    { isDefault: true },
  ).action((webhook: string, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const path = { webhook_id: webhook };
      const list = await (await gateway()).call('get', '/v1/webhooks/{webhook_id}/replays', { path });
      output.answer(list, paint =>
        list.replays.length === 0
          ? 'Nothing was replayed lately.'
          : table(['replay', 'began (UTC)', 'by', ...HEAD], list.replays.map(replayRow), paint),
      );
      return EXIT.done;
    }),
  );
  gatewayCommand(group, 'show <webhook>', 'How far a replay is, for each destination', [
    ['gapless replays show shop 3', 'by its number'],
  ])
    .argument('<replay>', 'its number', wholeNumber(1))
    .action((webhook: string, replay: number, _options: object, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const path = { webhook_id: webhook, replay_id: replay };
        const found = await (await gateway()).call('get', ONE, { path });
        output.answer(found, paint => page(found, paint));
        return EXIT.done;
      }),
    );
  gatewayCommand(group, 'cancel <webhook>', 'Send nothing more of a replay; what is under way ends', [
    ['gapless replays cancel shop 3', 'by its number'],
  ])
    .argument('<replay>', 'its number', wholeNumber(1))
    .action((webhook: string, replay: number, _options: object, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const path = { webhook_id: webhook, replay_id: replay };
        const found = await (await gateway()).call('post', `${ONE}/cancel`, { path });
        output.answer(found, paint => page(found, paint));
        return EXIT.done;
      }),
    );
}

const HEAD = ['state', 'counted', 'delivered', 'retrying', 'dead', 'not sent', 'ended (UTC)'];

const COLOURS: Readonly<Record<Progress['state'], Colour>> = {
  ...{ running: 'yellow', done: 'green', cancelled: 'dim' },
};

const countCells = ({ state, counted, delivered, retrying, dead, remaining, ended_at }: Counts): Cell[] => [
  ...[{ text: state, colour: COLOURS[state] }, counted, delivered, retrying || null],
  ...[
    dead > 0 ? { text: String(dead), colour: 'red' as const } : null,
    remaining || null,
    shortTime(ended_at),
  ],
];

const replayRow = (replay: Progress): Cell[] => [
  ...[replay.replay_id, shortTime(replay.started_at), replay.asked_by],
  ...countCells(replay),
];

function page(replay: Progress, paint: Paint): string {
  const whole = table(['replay', 'began (UTC)', 'by', ...HEAD], [replayRow(replay)], paint);
  const each = replay.destinations.map(one => [one.destination_id, ...countCells(one)]);
  return each.length === 0 ? whole : `${whole}\n\n${table(['destination', ...HEAD], each, paint)}`;
}
