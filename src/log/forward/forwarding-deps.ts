/** What forwarding works with, and whom it is part of. */

import type { Clock } from '../../clock';
import type { DeliveryBytes } from '../../memory/delivery-bytes';
import type { DayTables } from '../store/day-tables';
import type { Feed } from '../store/feed';
import type { Couriers } from './courier-calls';
import type { DeliveryResultsDeps } from './delivery-results';
import type { WriteWatch } from './write-watch';

/** What forwarding tells the object it is part of. */
export type ForwardingOwner = {
  /** Called when `nextAt` may have changed. */
  rescheduled: () => void;
  /** Ends the object; its next request or alarm starts from what is stored. */
  abort: (why: string) => void;
  /** A destination answered 410, and is to be disabled. */
  gone: (destinationId: string) => void;
} & Pick<DeliveryResultsDeps, 'alert' | 'log' | 'ended'>;

export type ForwardingDeps = {
  storage: DurableObjectStorage;
  feed: Feed;
  days: DayTables;
  clock: Clock;
  random: () => number;
  memory: DeliveryBytes;
  writes: WriteWatch;
  couriers: Couriers;
  owner: ForwardingOwner;
};
