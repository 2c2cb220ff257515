/** `gapless webhooks test`: a signed sample through the real path, made by the gateway with the secret that it has. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import { wholeNumber } from '../values';

export function addWebhookTest(group: Command): void {
  gatewayCommand(
    group,
    'test <webhook> [topic]',
    'Send a sample through a webhook; it is in the log, and forwarded',
    [
      ['gapless webhooks test shop', "the provider's own test event, or a usual one"],
      ['gapless webhooks test shop order:created', 'of this topic'],
      ['gapless send shipstream order:created --to URL', 'the same from here, to any address'],
    ],
  )
    .option('--increment <number>', 'its number; one that the provider will never send', wholeNumber(1))
    .action((webhook: string, topic: string | undefined, options: { increment?: number }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const body = {
          ...(topic === undefined ? {} : { topic }),
          ...(options.increment === undefined ? {} : { increment_id: options.increment }),
        };
        const path = { webhook_id: webhook };
        const tested = await (await gateway()).call('post', '/v1/webhooks/{webhook_id}/test', { path, body });
        const isTaken = tested.http_status < 300;
        output.answer(tested, paint =>
          [
            paint(isTaken ? 'green' : 'red', String(tested.http_status)),
            tested.topic,
            JSON.stringify(tested.answer),
          ].join('  '),
        );
        return isTaken ? EXIT.done : EXIT.failed;
      }),
    );
}
