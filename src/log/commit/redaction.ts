/** Erasing the bodies of everything about one entity. A call examines a bounded number of events and says where to go on. */
import type { Segments } from '../store/event-tables';

const MAX_EXAMINED = 10_000;
const ROWS_PER_READ = 500;

/** `next` is the `after` of the next call, null at the end. 1 row for each body erased. */
export type RedactionPage = { count: number; next: number | null };

export function redactEntity(segments: Segments, entityKey: string, after: number): RedactionPage {
  let count = 0;
  let cursor = after;
  for (let examined = 0; examined < MAX_EXAMINED; examined += ROWS_PER_READ) {
    const events = segments.after(cursor, ROWS_PER_READ);
    for (const { sequence, entityKeys, bodyBytes } of events) {
      cursor = sequence;
      if (bodyBytes > 0 && entityKeys.includes(entityKey) && segments.redact(sequence)) count++;
    }
    if (events.length < ROWS_PER_READ) return { count, next: null };
  }
  return { count, next: cursor };
}
