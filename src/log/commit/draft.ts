/**
 * A draft of the log: the state as one transaction changes it, and the tables that the transaction writes to.
 *
 * All functions that change a log work on a draft. After the commit, `EventLog` takes its state over; after a rollback
 * it drops the draft. Safe by default: a changed state is saved with the commit unless the change says otherwise.
 */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { LogTables } from '../store/log-tables';
import type { Counters, LogState } from './log-state';

/** Who hears of notices besides the webhook's destinations, and under which address the gateway is known. */
export type Audience = {
  /** The operator of the gateway wants every webhook's notices. */
  readonly operator: boolean;
  /** PUBLIC_URL; empty: notices have no links. */
  readonly publicUrl: string;
};

/** The state and the tables in one transaction. */
export class Draft {
  readonly webhook: WebhookRecord;
  readonly audience: Audience;
  readonly tables: LogTables;
  #state: LogState;
  #mustSave = false;

  constructor(state: LogState, tables: LogTables, webhook: WebhookRecord, audience: Audience) {
    this.#state = state;
    this.tables = tables;
    this.webhook = webhook;
    this.audience = audience;
  }

  get state(): LogState {
    return this.#state;
  }

  /** True when the state has to be saved with the commit. */
  get mustSave(): boolean {
    return this.#mustSave;
  }

  /** Changes the state, which is then saved with the commit. */
  change(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
    this.#mustSave = true;
  }

  /**
   * Changes the state without saving it. Allowed for two kinds of change: one that `replay-events.ts` works out again
   * from the event rows of this commit, and one that a crash may lose, like the count of duplicates.
   */
  changeWithoutSaving(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
  }
}

/** The change that moves one counter by `by`. */
export const counted = ({ counters }: LogState, counter: keyof Counters, by = 1): Partial<LogState> => ({
  counters: { ...counters, [counter]: counters[counter] + by },
});
