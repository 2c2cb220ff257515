/** `gapless webhooks`: all webhooks, or one, and the commands that make and change them. */
import type { Command } from 'commander';
import { commandGroup, gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { type Paint, table } from '../output/table';
import { activity, webhookText } from '../output/webhook-text';
import { addWebhookChanges } from './webhook-changes';
import { addWebhookTest } from './webhook-test';

type Webhook = Schemas['Webhook'];

export function addWebhooks(program: Command): void {
  const group = commandGroup(program, 'webhooks', 'All webhooks, or one; make, change, try and delete them', [
    ['gapless webhooks', 'all, with their destinations'],
    ['gapless webhooks shop', 'one, by its name or id'],
    ['gapless webhooks create stripe --name shop', 'a new one, with the secret in GAPLESS_SECRET'],
  ]);
  gatewayCommand(
    group,
    'show [webhook]',
    'All webhooks, or one with its settings; what is meant where no other is named',
    [
      ['gapless webhooks', 'all, with their destinations'],
      ['gapless webhooks show shop', 'one, by its name or id'],
      ['gapless webhooks --json', 'for programs: {"webhooks": [...]}'],
    ],
    { isDefault: true },
  ).action((webhook: string | undefined, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const asked = await gateway();
      if (webhook === undefined) {
        const webhooks = await allWebhooks(asked);
        output.answer({ webhooks }, paint => list(webhooks, paint));
      } else {
        const found = await asked.call('get', '/v1/webhooks/{webhook_id}', { path: { webhook_id: webhook } });
        output.answer(found, paint => webhookText(found, paint));
      }
      return EXIT.done;
    }),
  );
  addWebhookChanges(group);
  addWebhookTest(group);
}

/** Page by page. */
export async function allWebhooks(gateway: Gateway): Promise<Webhook[]> {
  const found: Webhook[] = [];
  for (let after: Schemas['Webhooks']['next'] | undefined; after !== null; ) {
    const query = after === undefined ? {} : { after };
    const { webhooks, next } = await gateway.call('get', '/v1/webhooks', { query });
    found.push(...webhooks);
    after = next;
  }
  return found;
}

const list = (webhooks: readonly Webhook[], paint: Paint): string =>
  webhooks.length === 0
    ? 'There is no webhook yet: gapless webhooks create makes one.'
    : table(
        ['webhook', 'name', 'provider', 'active', 'ingest address', 'destinations'],
        webhooks.map(({ webhook_id, name, provider, is_active, ingest_url, destinations }) => [
          ...[webhook_id, name, provider, activity(is_active), ingest_url],
          destinations.map(destination => destination.name ?? destination.url).join(', '),
        ]),
        paint,
      );
