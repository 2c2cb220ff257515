/** What is measured: the scrape itself, its webhooks and their destinations. Pure. */
import type { Reported } from '../reports';
import { destinationFamilies } from './destination-families';
import { family } from './family';
import type { Family } from './prometheus-text';
import { webhookFamilies } from './webhook-families';

/**
 * @param reported the webhooks of the scrape, with what their objects said
 * @param scrape how many webhooks the list had, and where the next part begins, 0 for none
 * @param now ms since 1970
 */
export function familiesOf(
  reported: readonly Reported[],
  { webhooks, next }: { webhooks: number; next: number },
  now: number,
): Family[] {
  const answered = reported.flatMap(({ record, report }) =>
    typeof report === 'string' ? [] : [{ id: record.id, report }],
  );
  const leftOut = reported.flatMap(({ record: { id, name }, report: reason }) => {
    if (typeof reason !== 'string') return [];
    return [{ labels: { webhook_id: String(id), webhook: name ?? '', reason }, value: 1 }];
  });
  return [
    family('webhooks', 'gauge', 'Webhooks in this scrape.', [{ labels: {}, value: webhooks }]),
    family('webhooks_silent', 'gauge', 'Webhooks whose object did not answer.', [
      { labels: {}, value: leftOut.length },
    ]),
    family(
      'webhook_left_out',
      'gauge',
      'A webhook that is not in this scrape: its object was late, could not be reached, or runs the release before.',
      leftOut,
    ),
    family('scrape_next', 'gauge', 'after= of the next part; 0 for none.', [{ labels: {}, value: next }]),
    ...webhookFamilies(answered, now),
    ...destinationFamilies(answered, now),
  ];
}
