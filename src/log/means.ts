/** What a live webhook is given from outside: by the platform, or by a simulation. */
import type { Clock } from '../clock';
import type { AttemptResult, CourierTarget, OpenedTarget, OutgoingEvent } from '../delivery/outgoing';
import type { Log } from '../log-line';
import type { MemoryBudget } from '../memory/budget';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import type { Audience } from './commit/draft';
import type { ConfirmationApi } from './confirm/confirmations';
import type { SuspensionMemory } from './forward/write-watch';

export type Means = {
  storage: DurableObjectStorage;
  /** How much may be stored, in bytes. */
  storageLimit: number;
  clock: Clock;
  /** Of the isolate. */
  memory: MemoryBudget;
  /** 0 ≤ n < 1 */
  random: () => number;
  /** Where the operator of the gateway wants every webhook's operational events; empty for nowhere. */
  operationsUrl: string;
  /** PUBLIC_URL; empty: alerts have no links. */
  publicUrl: string;
  /** A destination with its secrets opened, for couriers; null when they cannot be opened. */
  target: (webhook: WebhookRecord, destination: DestinationRecord) => Promise<OpenedTarget | null>;
  /** @param carrier the object itself or a courier, as in `forward/courier-pool.ts` */
  deliver: (target: CourierTarget, events: OutgoingEvent[], carrier: number) => Promise<AttemptResult[]>;
  /** How confirmations reach the provider's API. */
  api: Pick<ConfirmationApi, 'fetch' | 'urlProblem'> & {
    access: (webhook: WebhookRecord, account: string | null) => ReturnType<ConfirmationApi['access']>;
  };
  /** Called when a chore may be due at another time than before. */
  rescheduled: () => void;
  /** Called when the webhook changed its own record. */
  recordChanged: () => void;
  log: Log;
  /** Ends the object; its next request or alarm starts from what is stored. */
  abort: (why: string) => void;
  /** Outlives the object where it can. */
  suspension: SuspensionMemory;
};

/** Who hears of notices, besides destinations that subscribe to them. */
export const audienceOf = ({ operationsUrl, publicUrl }: Means): Audience => ({
  operator: operationsUrl !== '',
  publicUrl,
});
