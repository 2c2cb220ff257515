/** `gapless retry`: sends what waits for a destination now. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { stopFor } from '../gateway/gateway';
import { counted } from '../output/counted';
import { relativeTime } from '../output/times';

export function addRetry(program: Command): void {
  gatewayCommand(program, 'retry <webhook> <destination>', 'Send now what waits for a destination', [
    ['gapless retry shop erp', 'after an outage: in its order, at the pace of recovery'],
  ]).action((webhook: string, destination: string, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const asked = await gateway();
      const path = { webhook_id: webhook, destination_id: destination };
      const retried = await asked.ask(
        'post',
        '/v1/webhooks/{webhook_id}/destinations/{destination_id}/retry',
        { path },
      );
      if (!retried.ok) {
        const { error } = retried;
        // The only conflict there is; its detail tells of a request, and here a command does it.
        if (error.reason !== 'refused' || error.status !== 409) throw stopFor(error, asked.url);
        const resume = `gapless destinations resume ${webhook} ${destination}`;
        throw new Stop(EXIT.failed, `${destination} is paused. ${resume} sends what waits.`, error.problem);
      }
      output.answer(retried.value, () => {
        const { waiting, more, next_attempt_at } = retried.value;
        if (waiting === 0) return 'Nothing waits for it. What is dead by now needs a replay.';
        const next =
          next_attempt_at === null
            ? ''
            : `; the next attempt is due ${relativeTime(next_attempt_at, Date.now())}`;
        const leave = counted(waiting, 'waits for it, and leaves now', 'wait for it, and leave now');
        return `${more ? 'At least ' : ''}${leave}${next}. What fails again comes when its schedule has it.`;
      });
      return EXIT.done;
    }),
  );
}
