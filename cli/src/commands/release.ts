/** `gapless release`: lets an event out of quarantine. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import { wholeNumber } from '../values';

export function addRelease(program: Command): void {
  gatewayCommand(program, 'release <webhook>', 'Let an event out of quarantine, to its destinations', [
    ['gapless events shop --status quarantined', 'which there are'],
    ['gapless release shop 1204', 'this one, by its sequence'],
  ])
    .argument('<sequence>', 'its number in the log', wholeNumber(1))
    .action((webhook: string, sequence: number, _options: object, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = { webhook_id: webhook, sequence };
        const released = await asked.call('post', '/v1/webhooks/{webhook_id}/events/{sequence}/release', {
          path,
        });
        output.answer(released, () => `Event ${sequence} is released.`);
        return EXIT.done;
      }),
    );
}
