/** `gapless retry`: sends what waits for a destination now. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import { relativeTime } from '../output/times';

export function addRetry(program: Command): void {
  gatewayCommand(program, 'retry <webhook> <destination>', 'Send now what waits for a destination', [
    ['gapless retry shop erp', 'after an outage: in its order, at the pace of recovery'],
  ]).action((webhook: string, destination: string, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const asked = await gateway();
      const path = { webhook_id: webhook, destination_id: destination };
      const retried = await asked.call(
        'post',
        '/v1/webhooks/{webhook_id}/destinations/{destination_id}/retry',
        { path },
      );
      output.answer(retried, () => {
        const { waiting, more, next_attempt_at } = retried;
        if (waiting === 0) return 'Nothing waits for it. What is dead by now needs a replay.';
        const next =
          next_attempt_at === null
            ? ''
            : `; the next attempt is due ${relativeTime(next_attempt_at, Date.now())}`;
        return `${more ? 'At least ' : ''}${waiting} wait for it, and leave now${next}.`;
      });
      return EXIT.done;
    }),
  );
}
