/** `gapless webhooks`: all webhooks, or one. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { type Cell, fields, type Paint, table } from '../output/table';
import { shortTime } from '../output/times';

type Webhook = Schemas['Webhook'];

export function addWebhooks(program: Command): void {
  gatewayCommand(program, 'webhooks [webhook]', 'All webhooks, or one with its settings', [
    ['gapless webhooks', 'all, with their destinations'],
    ['gapless webhooks shop', 'one, by its name or id'],
    ['gapless webhooks --json', 'for programs: {"webhooks": [...]}'],
  ]).action((webhook: string | undefined, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const asked = await gateway();
      if (webhook === undefined) {
        const webhooks = await allWebhooks(asked);
        output.answer({ webhooks }, paint => list(webhooks, paint));
      } else {
        const found = await asked.call('get', '/v1/webhooks/{webhook_id}', { path: { webhook_id: webhook } });
        output.answer(found, paint => page(found, paint));
      }
      return EXIT.done;
    }),
  );
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
    ? 'There is no webhook yet: gapless apply makes one, or POST /v1/webhooks.'
    : table(
        ['webhook', 'name', 'provider', 'active', 'ingest address', 'destinations'],
        webhooks.map(({ webhook_id, name, provider, is_active, ingest_url, destinations }) => [
          ...[webhook_id, name, provider, activity(is_active), ingest_url],
          destinations.map(destination => destination.name ?? destination.url).join(', '),
        ]),
        paint,
      );

function page(webhook: Webhook, paint: Paint): string {
  const { destinations, sequence } = webhook;
  const about = fields(
    [
      ['webhook', webhook.webhook_id],
      ['name', webhook.name],
      ['provider', webhook.provider],
      ['active', activity(webhook.is_active)],
      ['ingest address', webhook.ingest_url],
      ['topics', [webhook.topics].flat().join(', ')],
      ['kept for', `${webhook.retention_days} d`],
      ['numbered', sequence.enabled ? `yes; a hole is a gap after ${sequence.grace_seconds} s` : 'no'],
      ['created (UTC)', shortTime(webhook.created_at)],
    ],
    paint,
  );
  return destinations.length === 0 ? about : `${about}\n\n${destinationTable(destinations, paint)}`;
}

export const destinationTable = (destinations: readonly Schemas['Destination'][], paint: Paint): string =>
  table(
    ['destination', 'name', 'url', 'active', 'topics', 'order', 'sign'],
    destinations.map(({ destination_id, name, url, is_active, topics, ordering, sign }) => [
      ...[destination_id, name, url, activity(is_active), [topics].flat().join(', '), ordering, sign],
    ]),
    paint,
  );

export const activity = (isActive: unknown): Cell =>
  isActive ? { text: 'yes', colour: 'green' } : { text: 'no', colour: 'yellow' };
