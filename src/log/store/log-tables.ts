/** The tables that a transaction of the log writes to. */
import type { RecentBytes } from '../../memory/recent-bytes';
import { ConfirmationRows } from './confirmation-rows';
import { DayTables } from './day-tables';
import { EventRows } from './event-rows';
import { EventTimes } from './event-times';
import { FailedDeliveries } from './failed-deliveries';
import { GapRows } from './gap-rows';
import { KnownIds } from './known-ids';
import { Releases } from './releases';
import { SeenKeys } from './seen-keys';

/** They are made once per object, and told how each transaction ended. */
export class LogTables {
  readonly days: DayTables;
  readonly events: EventRows;
  readonly times: EventTimes;
  readonly failed: FailedDeliveries;
  readonly releases: Releases;
  readonly gaps: GapRows;
  readonly known: KnownIds;
  readonly seen: SeenKeys;
  readonly confirmations: ConfirmationRows;

  /**
   * @param forgotten per epoch, the highest id whose record has been dropped by age
   * @param recent the memory of the isolate for recent events
   */
  constructor(sql: SqlStorage, forgotten: [number, number][], recent: RecentBytes) {
    this.days = new DayTables(sql);
    this.events = new EventRows(sql, this.days, recent);
    this.times = new EventTimes(sql, this.days);
    this.failed = new FailedDeliveries(sql);
    this.releases = new Releases(sql);
    this.gaps = new GapRows(sql);
    this.known = new KnownIds(sql, forgotten);
    this.seen = new SeenKeys(sql);
    this.confirmations = new ConfirmationRows(sql);
  }

  /** To be called after a commit. */
  committed(): void {
    this.known.commit();
  }

  /** To be called after a rollback. What the tables keep in memory is brought back to what is stored. */
  rolledBack(): void {
    this.known.rollback();
    this.days.reload();
    this.events.forgetRecent();
    this.seen.reload();
    this.confirmations.reload();
  }
}
