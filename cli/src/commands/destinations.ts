/** `gapless destinations`: where a webhook's events go. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { destinationTable } from './webhooks';

type Options = { pause?: string; resume?: string };

export function addDestinations(program: Command): void {
  gatewayCommand(program, 'destinations <webhook>', "Where a webhook's events go", [
    ['gapless destinations shop', 'all of them'],
    ['gapless destinations shop --pause erp', 'events wait for it in the log'],
    ['gapless destinations shop --resume erp', 'what waits leaves, at the pace of recovery'],
  ])
    .option('--pause <destination>', 'send nothing there for now')
    .option('--resume <destination>', 'send again')
    .action((webhook: string, { pause, resume }: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const changed = pause ?? resume;
        if (pause !== undefined && resume !== undefined)
          throw new Stop(EXIT.usage, 'Either --pause or --resume, one at a time.');
        if (changed !== undefined) {
          await asked.call('patch', '/v1/webhooks/{webhook_id}/destinations/{destination_id}', {
            path: { webhook_id: webhook, destination_id: changed },
            body: { is_active: pause === undefined ? '1' : '0' },
          });
        }
        const { destinations } = await asked.call('get', '/v1/webhooks/{webhook_id}', {
          path: { webhook_id: webhook },
        });
        output.answer({ destinations }, paint =>
          destinations.length === 0 ? 'It has none.' : destinationTable(destinations, paint),
        );
        return EXIT.done;
      }),
    );
}
