/**
 * The stored events of a webhook, byte for byte, in the tables of their days. An event costs one row.
 *
 * The latest events are kept in memory too (`recent-events.ts`). What is forwarded and when is decided elsewhere.
 */
import type { RecentBytes } from '../../memory/recent-bytes';
import type { FeedPosition } from '../contract/events';
import type { Day, DayTables } from './day-tables';
import { RecentEvents } from './recent-events';
import { COLUMNS, type EventRow, fromRow, type StoredEvent, topicsColumn } from './stored-event';
import { write } from './write';

/** The events of all days. Methods that write run in the caller's transaction. */
export class EventRows {
  #sql: SqlStorage;
  #days: DayTables;
  #recent: RecentEvents;

  /** @param recent the memory of the isolate for recent events */
  constructor(sql: SqlStorage, days: DayTables, recent: RecentBytes) {
    this.#sql = sql;
    this.#days = days;
    this.#recent = new RecentEvents(recent);
  }

  /** To be called after a rollback and when days were dropped: events in memory may not be stored any more. */
  forgetRecent(): void {
    this.#recent.forgetAll();
  }

  /** The lowest sequence that may still be stored. */
  get firstSequence(): number {
    return this.#days.firstSequence;
  }

  /** Inserts an event into the newest day. Throws when no day is open. 1 row, and 1 more in quarantine. */
  insert(event: StoredEvent, body: Uint8Array): void {
    const day = this.#days.all.at(-1);
    if (day === undefined) throw new Error('insert before openFor');
    const entityKeys = JSON.stringify(event.entityKeys);
    const issues = JSON.stringify(event.issues);
    const headers = JSON.stringify(event.headers);
    const topics = topicsColumn(event);
    write(
      this.#sql,
      `INSERT INTO events_${day.id} (${COLUMNS}, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
      event.sequence,
      event.receivedAt,
      event.topic,
      event.eventId,
      event.incrementId,
      event.epoch,
      event.eventTime,
      event.status,
      event.deferred ? 1 : 0,
      event.reason,
      event.gap,
      event.late ? 1 : 0,
      event.bodySigned ? 1 : 0,
      event.operational ? 1 : 0,
      entityKeys,
      issues,
      headers,
      event.query,
      event.bodyBytes,
      event.fingerprint,
      event.repeats,
      topics,
      body,
    );
    const texts =
      (topics?.length ?? 0) + entityKeys.length + issues.length + headers.length + event.query.length;
    // The body may be a view of a larger buffer, all of which stays in memory.
    this.#recent.add(event, body, 2 * texts + body.buffer.byteLength);
  }

  /** Changes the status of a held event, and what goes with it. 1 row. */
  update(
    sequence: number,
    change: Pick<StoredEvent, 'status' | 'reason' | 'epoch' | 'issues' | 'gap' | 'late'>,
  ): void {
    const day = this.#days.of(sequence);
    if (day === undefined) return;
    this.#recent.forget(sequence);
    write(
      this.#sql,
      `UPDATE events_${day.id} SET status = ?, reason = ?, epoch = ?, issues = ?, gap = ?, late = ?
       WHERE sequence = ?`,
      change.status,
      change.reason,
      change.epoch,
      JSON.stringify(change.issues),
      change.gap,
      change.late ? 1 : 0,
      sequence,
    );
  }

  /** The event without its body, or null when it is unknown or past its retention. */
  get(sequence: number): StoredEvent | null {
    const recent = this.#recent.get(sequence);
    if (recent !== null) return recent.event;
    const day = this.#days.of(sequence);
    if (day === undefined) return null;
    const [row] = this.#sql
      .exec<EventRow>(`SELECT ${COLUMNS} FROM events_${day.id} WHERE sequence = ?`, sequence)
      .toArray();
    return row === undefined ? null : fromRow(row);
  }

  /** The body's bytes; null when redacted or gone. */
  body(sequence: number): Uint8Array | null {
    const recent = this.#recent.get(sequence);
    if (recent !== null) return recent.body;
    const day = this.#days.of(sequence);
    if (day === undefined) return null;
    const [row] = this.#sql
      .exec<{ body: ArrayBuffer | null }>(`SELECT body FROM events_${day.id} WHERE sequence = ?`, sequence)
      .toArray();
    return row?.body == null ? null : new Uint8Array(row.body);
  }

  /** Whether there is a body; its bytes are not read. */
  hasBody(sequence: number): boolean {
    if (this.#recent.get(sequence) !== null) return true;
    const day = this.#days.of(sequence);
    if (day === undefined) return false;
    const [row] = this.#sql
      .exec(`SELECT 1 FROM events_${day.id} WHERE sequence = ? AND body IS NOT NULL`, sequence)
      .toArray();
    return row !== undefined;
  }

  /**
   * Erases for good what an event says: body, headers, query string, entity keys, the words of its issues. False when the event
   * is not here. 1 row.
   */
  redact(sequence: number): boolean {
    const day = this.#days.of(sequence);
    if (day === undefined) return false;
    this.#recent.forget(sequence);
    // A key of its own, so that it waits for no other event, and none for it. An event that was invalid stays one.
    const redacted = write(
      this.#sql,
      `UPDATE events_${day.id} SET body = NULL, body_bytes = 0, headers = '[]', query = '',
       entity_keys = CASE entity_keys WHEN '[]' THEN '[]' ELSE ?1 END,
       issues = CASE issues WHEN '[]' THEN '[]' ELSE ?2 END WHERE sequence = ?3`,
      JSON.stringify([`redacted:${sequence}`]),
      JSON.stringify([{ path: '', message: 'the body was erased' }]),
      sequence,
    );
    return redacted.rowsWritten > 0;
  }

  /**
   * Drops those of the next `count` events after a sequence that every destination has received: forwardable, in the feed not
   * after `upTo`, and without a row of a delivery that is still tried or that is dead. 1 row each. `last`: the last one that
   * was looked at; null when there is none left up to there.
   */
  dropReceived(after: number, upTo: FeedPosition, count: number): { last: number | null; dropped: number[] } {
    const day = this.#days.all.find(({ id }) => this.#lastOf(id, after, upTo.sequence, count) !== null);
    const last = day === undefined ? null : this.#lastOf(day.id, after, upTo.sequence, count);
    if (day === undefined || last === null) return { last: null, dropped: [] };
    const dropped = this.#sql
      .exec<{ sequence: number }>(
        `DELETE FROM events_${day.id} AS event WHERE sequence > ? AND sequence <= ? AND status = 'forwardable'
         AND (deferred = 0 OR EXISTS
           (SELECT 1 FROM releases WHERE releases.sequence = event.sequence AND position <= ?))
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.sequence = event.sequence)
         RETURNING sequence`,
        after,
        last,
        upTo.release,
      )
      .toArray()
      .map(({ sequence }) => sequence)
      .sort((a, b) => a - b);
    for (const sequence of dropped) this.#recent.forget(sequence);
    return { last, dropped };
  }

  /** The last of the next `count` events of a day; null when it has none in `after+1..upTo`. */
  #lastOf(day: number, after: number, upTo: number, count: number): number | null {
    const [row] = this.#sql
      .exec<{ last: number | null }>(
        `SELECT max(sequence) AS last FROM (SELECT sequence FROM events_${day}
         WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?)`,
        after,
        upTo,
        count,
      )
      .toArray();
    return row?.last ?? null;
  }

  /** The events after `sequence`, ascending, at most `limit`, whichever their days. */
  after(sequence: number, limit: number): StoredEvent[] {
    return this.#recent.after(sequence, limit) ?? this.#after(sequence, limit, '');
  }

  /** The events before `sequence`, descending, at most `limit`. */
  before(sequence: number, limit: number): StoredEvent[] {
    return this.#before(sequence, limit, '');
  }

  /** The next events in quarantine, in this order of sequences. Reads no other events. */
  quarantined(order: 'asc' | 'desc', sequence: number, limit: number): StoredEvent[] {
    const condition = "AND status = 'quarantined'";
    return order === 'asc'
      ? this.#after(sequence, limit, condition)
      : this.#before(sequence, limit, condition);
  }

  #after(sequence: number, limit: number, condition: string): StoredEvent[] {
    const found: StoredEvent[] = [];
    for (const [index, day] of this.#days.all.entries()) {
      const next = this.#days.all[index + 1];
      if (next !== undefined && next.firstSequence <= sequence + 1) continue;
      const where = `sequence > ? ${condition} ORDER BY sequence`;
      found.push(...this.#read(day, where, sequence, limit - found.length));
      if (found.length >= limit) break;
    }
    return found;
  }

  #before(sequence: number, limit: number, condition: string): StoredEvent[] {
    const found: StoredEvent[] = [];
    for (const day of this.#days.all.toReversed()) {
      if (day.firstSequence >= sequence) continue;
      const where = `sequence < ? ${condition} ORDER BY sequence DESC`;
      found.push(...this.#read(day, where, sequence, limit - found.length));
      if (found.length >= limit) break;
    }
    return found;
  }

  #read({ id }: Day, where: string, sequence: number, limit: number): StoredEvent[] {
    return this.#sql
      .exec<EventRow>(`SELECT ${COLUMNS} FROM events_${id} WHERE ${where} LIMIT ?`, sequence, limit)
      .toArray()
      .map(fromRow);
  }
}
