/**
 * A draft of the log: the head as one transaction is changing it, and the tables it writes to.
 *
 * The functions that change a log (`append-event.ts`, `held-events.ts`) work on a draft. `Log` takes its head over
 * when the transaction has committed, and throws it away when not.
 */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { Segments } from '../store/event-tables';
import type { GapRows } from '../store/gap-rows';
import type { KnownIds } from '../store/known-ids';
import type { SeenKeys } from '../store/seen-keys';
import type { Counters, Head } from './log-state';

export type Draft = {
  head: Head;
  /** True when the change would not follow from the event rows alone: the head is saved with it. */
  stale: boolean;
  readonly webhook: WebhookRecord;
  /** True when the operator of the gateway wants every webhook's operational events. */
  readonly operator: boolean;
  readonly sql: SqlStorage;
  readonly segments: Segments;
  readonly gaps: GapRows;
  readonly known: KnownIds;
  readonly seen: SeenKeys;
};

export function count(draft: Draft, counter: keyof Counters, by = 1): void {
  const { counters } = draft.head;
  draft.head = { ...draft.head, counters: { ...counters, [counter]: counters[counter] + by } };
}
