/**
 * Erases the body of an event, or of all events about one entity, and what receivers said about them: they may have quoted it. A
 * call examines a bounded number of events.
 */
import type { RedactionPage } from './contract/events';
import type { LiveWebhook } from './live-webhook';

const MAX_EXAMINED = 10_000;
const ROWS_PER_READ = 500;

/** Erases an event's body for good. False when there is no such event. 1 row. */
export function redactEvent({ log, forwarding }: LiveWebhook, sequence: number): boolean {
  const redacted = log.redact(sequence);
  if (redacted) forwarding.eraseAnswers([sequence]);
  return redacted;
}

/** Erases bodies of events after the sequence `after`, 1 row for each, and says where to go on. */
export function redactEntity(live: LiveWebhook, entityKey: string, after: number): RedactionPage {
  const rows = live.log.tables.events;
  const redacted: number[] = [];
  const page = (next: number | null): RedactionPage => {
    live.forwarding.eraseAnswers(redacted);
    return { count: redacted.length, next };
  };
  let cursor = after;
  for (let examined = 0; examined < MAX_EXAMINED; examined += ROWS_PER_READ) {
    const events = rows.after(cursor, ROWS_PER_READ);
    for (const { sequence, entityKeys, bodyBytes } of events) {
      cursor = sequence;
      if (bodyBytes > 0 && entityKeys.includes(entityKey) && rows.redact(sequence)) redacted.push(sequence);
    }
    if (events.length < ROWS_PER_READ) return page(null);
  }
  return page(cursor);
}
