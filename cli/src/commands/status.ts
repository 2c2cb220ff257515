/** `gapless status`: how all webhooks do on one screen, or one of them in detail. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { healthInOverview, healthOf, needsALook } from '../output/health';
import { overviewPage, webhookPage } from '../output/status-pages';

type Overview = Schemas['WebhookOverview'];

export function addStatus(program: Command): void {
  gatewayCommand(program, 'status [webhook]', 'How all webhooks do, or one and its destinations', [
    ['gapless status', 'one line for each webhook'],
    ['gapless status shop', 'counters, gaps, and how far each destination is'],
    ['gapless status --exit-code', 'in a script: 4 where something needs a look'],
  ])
    .option(
      '--exit-code',
      'end with 4 where a gap is open or uncertain, events are dead or a destination fails',
    )
    .action((webhook: string | undefined, options: { exitCode?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        let isBad: boolean;
        if (webhook === undefined) {
          const webhooks = await overviewOf(asked);
          output.answer({ webhooks }, paint => overviewPage(webhooks, paint, Date.now()));
          isBad = webhooks.map(healthInOverview).some(needsALook);
        } else {
          const path = { webhook_id: webhook };
          const status = await asked.call('get', '/v1/webhooks/{webhook_id}/status', { path });
          output.answer(status, paint => webhookPage(status, paint, Date.now()));
          isBad = needsALook(healthOf(status));
        }
        return options.exitCode === true && isBad ? EXIT.found : EXIT.done;
      }),
    );
}

async function overviewOf(gateway: Gateway): Promise<Overview[]> {
  const found: Overview[] = [];
  for (let after: Schemas['Overview']['next'] | undefined; after !== null; ) {
    const query = after === undefined ? {} : { after };
    const { webhooks, next } = await gateway.call('get', '/v1/status', { query });
    found.push(...webhooks);
    after = next;
  }
  return found;
}
