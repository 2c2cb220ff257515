/** `gapless resolve`: closes a gap by hand. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { parseRanges } from '../given/id-ranges';
import { counted } from '../output/counted';

export function addResolve(program: Command): void {
  gatewayCommand(program, 'resolve <webhook> <ids>', 'Close a gap by hand: its ids are no longer missing', [
    [
      "gapless resolve shop 4-6 --note 'orders of the test store'",
      'with the reason, which the gap list shows',
    ],
    ['gapless resolve shop 9', 'one that arrives after all is accepted'],
  ])
    .option('--note <text>', 'why')
    .action((webhook: string, ids: string, options: { note?: string }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const ranges = parseRanges(ids);
        if (!ranges.ok) throw new Stop(EXIT.usage, ranges.error);
        const [range, ...more] = ranges.value;
        if (range === undefined || more.length > 0)
          throw new Stop(EXIT.usage, `One range at a time, like 4-6, not ${ids}`);
        const body = { ...range, ...(options.note === undefined ? {} : { note: options.note }) };
        const path = { webhook_id: webhook };
        const resolved = await (await gateway()).call('post', '/v1/webhooks/{webhook_id}/gaps/resolve', {
          ...{ path, body },
        });
        output.answer(resolved, () => `${counted(resolved.count, 'id is', 'ids are')} no longer missing.`);
        return EXIT.done;
      }),
    );
}
