/**
 * A draft of the log: its state as one transaction is changing it, and the tables that it writes to.
 *
 * The functions that change a log work on a draft. `EventLog` takes its state over when the transaction has committed,
 * and throws it away when not. Safe by default: a changed state is saved with the commit, unless the change declares
 * that it need not be.
 */
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { LogTables } from '../store/log-tables';
import type { Counters, LogState } from './log-state';

export class Draft {
  readonly webhook: WebhookRecord;
  /** True when the operator of the gateway wants every webhook's operational events. */
  readonly operator: boolean;
  readonly tables: LogTables;
  #state: LogState;
  #mustSave = false;

  constructor(state: LogState, tables: LogTables, webhook: WebhookRecord, operator: boolean) {
    this.#state = state;
    this.tables = tables;
    this.webhook = webhook;
    this.operator = operator;
  }

  get state(): LogState {
    return this.#state;
  }

  /** True when the state has to be saved with the commit. */
  get mustSave(): boolean {
    return this.#mustSave;
  }

  /** Changes the state; it is saved with the commit. */
  change(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
    this.#mustSave = true;
  }

  /**
   * Changes the state without a need to save it. The change declares that it follows from the event rows that are
   * written with it (`replay-events.ts` comes to it again), or that a crash may lose it: counts of what is not stored.
   */
  changeWithoutSaving(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
  }
}

/** The change of a state in which one counter has moved. */
export const counted = ({ counters }: LogState, counter: keyof Counters, by = 1): Partial<LogState> => ({
  counters: { ...counters, [counter]: counters[counter] + by },
});
