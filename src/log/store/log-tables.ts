/** The tables that a transaction of the log writes to. */
import { ConfirmationRows } from './confirmation-rows';
import { DayTables } from './day-tables';
import { EventRows } from './event-rows';
import { GapRows } from './gap-rows';
import { KnownIds } from './known-ids';
import { Releases } from './releases';
import { SeenKeys } from './seen-keys';

export class LogTables {
  readonly days: DayTables;
  readonly events: EventRows;
  readonly releases: Releases;
  readonly gaps: GapRows;
  readonly known: KnownIds;
  readonly seen: SeenKeys;
  readonly confirmations: ConfirmationRows;

  /** @param forgotten per epoch, the highest id whose record has been dropped by age */
  constructor(sql: SqlStorage, forgotten: [number, number][]) {
    this.days = new DayTables(sql);
    this.events = new EventRows(sql, this.days);
    this.releases = new Releases(sql);
    this.gaps = new GapRows(sql);
    this.known = new KnownIds(sql, forgotten);
    this.seen = new SeenKeys(sql);
    this.confirmations = new ConfirmationRows(sql);
  }

  /** The transaction has committed. */
  committed(): void {
    this.known.commit();
  }

  /** The transaction was rolled back: what is in memory of the tables goes back with it. */
  rolledBack(): void {
    this.known.rollback();
    this.days.reload();
    this.events.forgetRecent();
    this.seen.reload();
    this.confirmations.reload();
  }
}
