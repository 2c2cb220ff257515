/** Erases the bodies of all events about one entity. A call examines a bounded number of events. */
import type { RedactionPage } from '../contract/events';
import type { EventRows } from '../store/event-rows';

const MAX_EXAMINED = 10_000;
const ROWS_PER_READ = 500;

/** Erases bodies of events after the sequence `after`, 1 row for each, and says where to go on. */
export function redactEntity(rows: EventRows, entityKey: string, after: number): RedactionPage {
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
