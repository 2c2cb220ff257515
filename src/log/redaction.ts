/** Erases the body of an event, or of all events about one entity. A call examines a bounded number of events. */
import type { RedactionPage } from './contract/events';
import type { LiveWebhook } from './live-webhook';

const MAX_EXAMINED = 10_000;
const ROWS_PER_READ = 500;

/** Erases an event's body for good. False when there is no such event. 1 row. */
export const redactEvent = ({ log }: LiveWebhook, sequence: number): boolean => log.redact(sequence);

/** Erases bodies of events after the sequence `after`, 1 row for each, and says where to go on. */
export function redactEntity({ log }: LiveWebhook, entityKey: string, after: number): RedactionPage {
  const rows = log.tables.events;
  let count = 0;
  let cursor = after;
  for (let examined = 0; examined < MAX_EXAMINED; examined += ROWS_PER_READ) {
    const events = rows.after(cursor, ROWS_PER_READ);
    for (const { sequence, entityKeys, bodyBytes } of events) {
      cursor = sequence;
      if (bodyBytes > 0 && entityKeys.includes(entityKey) && rows.redact(sequence)) count++;
    }
    if (events.length < ROWS_PER_READ) return { count, next: null };
  }
  return { count, next: cursor };
}
