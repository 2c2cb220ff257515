/** `gapless refusals`: requests that were refused, and why. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Paint, table } from '../output/table';
import { shortTime } from '../output/times';

export function addRefusals(program: Command): void {
  gatewayCommand(program, 'refusals <webhook>', 'Requests that were refused, and why', [
    ['gapless refusals shop', 'the last ones, counted by reason'],
    ['gapless refusals shop --capture', 'keep them whole for ten minutes: then the mistake is named'],
  ])
    .option('--capture', 'keep refused requests whole for the next ten minutes')
    .action((webhook: string, options: { capture?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = { webhook_id: webhook };
        if (options.capture === true) {
          const until = await asked.call('post', '/v1/webhooks/{webhook_id}/capture', { path });
          output.answer(
            until,
            () => `Refused requests are kept whole until ${shortTime(until.capture_until)} UTC.`,
          );
          return EXIT.done;
        }
        const found = await asked.call('get', '/v1/webhooks/{webhook_id}/rejections', { path });
        output.answer(found, paint => page(found, paint));
        return EXIT.done;
      }),
    );
}

function page({ counts, rejections }: Schemas['Rejections'], paint: Paint): string {
  const sums = Object.entries(counts).map(([reason, count]) => `${count} ${reason}`);
  if (sums.length === 0 && rejections.length === 0) return 'None was refused.';
  const rows = rejections.map(({ at, reason, body_bytes, explanation }) => [
    ...[shortTime(at), reason, body_bytes],
    explanation === null ? null : `${explanation.what} ${explanation.mend}`,
  ]);
  return [sums.join(', '), table(['at (UTC)', 'reason', 'bytes', 'likely mistake'], rows, paint)]
    .filter(part => part !== '')
    .join('\n\n');
}
