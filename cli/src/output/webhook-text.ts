/** A webhook with its settings and destinations, for people. */
import type { Schemas } from '../gateway/api';
import { type Cell, fields, type Paint, table } from './table';
import { shortTime } from './times';

type Webhook = Schemas['Webhook'];

export function webhookText(webhook: Webhook, paint: Paint): string {
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
