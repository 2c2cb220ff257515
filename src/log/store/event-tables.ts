/**
 * The log itself: accepted and quarantined events, byte for byte, in tables that each hold about a day.
 *
 * Append costs one row. Retention drops whole tables (no row per event), so an event lives at least its retention
 * and at most about a day longer. `body` is the last column: reading the others does not touch its pages.
 */
import type { Issue } from '../../providers/provider';
import { RecentEvents } from './recent-events';

const SEGMENT_MS = 24 * 60 * 60 * 1000;

/** Why an event is not, or not yet, forwarded. */
export type HeldReason =
  | 'invalid'
  | 'conflict'
  | 'too_old_to_compare'
  | 'unconfirmed'
  | 'confirming'
  | 'waiting_for_predecessor';

export type StoredEvent = {
  sequence: number;
  /** ms since 1970 */
  receivedAt: number;
  topic: string;
  eventId: string | null;
  incrementId: number | null;
  /** Epoch of the increment id; null without one, or where it was a conflict. */
  epoch: number | null;
  eventTime: number | null;
  /** `forwardable` events are in the feed; the others wait for a release. */
  status: 'forwardable' | 'held' | 'confirming' | 'quarantined';
  /** True when it was held at acceptance: its place in the feed is its release. */
  deferred: boolean;
  reason: HeldReason | null;
  gap: string | null;
  late: boolean;
  bodySigned: boolean;
  /** The gateway's own event about this webhook. */
  operational: boolean;
  entityKeys: string[];
  issues: Issue[];
  headers: [string, string][];
  query: string;
  bodyBytes: number;
  fingerprint: Uint8Array;
};

type EventRow = {
  sequence: number;
  received_at: number;
  topic: string;
  event_id: string | null;
  increment_id: number | null;
  epoch: number | null;
  event_time: number | null;
  status: StoredEvent['status'];
  deferred: number;
  reason: HeldReason | null;
  gap: string | null;
  late: number;
  body_signed: number;
  operational: number;
  entity_keys: string;
  issues: string;
  headers: string;
  query: string;
  body_bytes: number;
  fingerprint: ArrayBuffer;
};

const COLUMNS =
  'sequence, received_at, topic, event_id, increment_id, epoch, event_time, status, deferred, reason, gap, late, ' +
  'body_signed, operational, entity_keys, issues, headers, query, body_bytes, fingerprint';

type Segment = { id: number; openedAt: number; firstSequence: number };

export class Segments {
  #sql: SqlStorage;
  /** Oldest first. */
  #segments: Segment[];
  #recent = new RecentEvents();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#segments = this.#read();
  }

  /** Opens the table of a new day where one is due. Inside the caller's transaction. */
  openFor(sequence: number, now: number): void {
    const last = this.#segments.at(-1);
    if (last !== undefined && now < last.openedAt + SEGMENT_MS) return;
    const segment = { id: (last?.id ?? 0) + 1, openedAt: now, firstSequence: sequence };
    this.#sql.exec(`CREATE TABLE events_${segment.id} (
      sequence INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, topic TEXT NOT NULL, event_id TEXT,
      increment_id INTEGER, epoch INTEGER, event_time INTEGER, status TEXT NOT NULL, deferred INTEGER NOT NULL,
      reason TEXT, gap TEXT, late INTEGER NOT NULL, body_signed INTEGER NOT NULL, operational INTEGER NOT NULL, entity_keys TEXT NOT NULL,
      issues TEXT NOT NULL, headers TEXT NOT NULL, query TEXT NOT NULL, body_bytes INTEGER NOT NULL,
      fingerprint BLOB NOT NULL, body BLOB)`);
    // For lists of what is in quarantine: 1 more row for an event that is put there, none for others.
    this.#sql.exec(`CREATE INDEX events_${segment.id}_quarantined ON events_${segment.id} (sequence)
      WHERE status = 'quarantined'`);
    this.#sql.exec(`CREATE TABLE attempts_${segment.id} (id INTEGER PRIMARY KEY,
      first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, entries TEXT NOT NULL)`);
    this.#sql.exec(
      "INSERT INTO segments (kind, id, opened_at, first_sequence) VALUES ('events', ?, ?, ?)",
      segment.id,
      segment.openedAt,
      segment.firstSequence,
    );
    this.#segments.push(segment);
  }

  /** After a transaction was rolled back. */
  reload(): void {
    this.#segments = this.#read();
    this.#recent.forgetAll();
  }

  insert(event: StoredEvent, body: Uint8Array): void {
    const segment = this.#segments.at(-1);
    if (segment === undefined) throw new Error('insert before openFor');
    const entityKeys = JSON.stringify(event.entityKeys);
    const issues = JSON.stringify(event.issues);
    const headers = JSON.stringify(event.headers);
    this.#sql.exec(
      `INSERT INTO events_${segment.id} (${COLUMNS}, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
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
      body,
    );
    const texts = entityKeys.length + issues.length + headers.length + event.query.length;
    // A view keeps its whole buffer.
    this.#recent.add(event, body, 2 * texts + body.buffer.byteLength);
  }

  /** Changes where a held event stands. 1 row. */
  update(
    sequence: number,
    change: Pick<StoredEvent, 'status' | 'reason' | 'epoch' | 'issues' | 'gap' | 'late'>,
  ): void {
    const segment = this.#of(sequence);
    if (segment === undefined) return;
    this.#recent.forget(sequence);
    this.#sql.exec(
      `UPDATE events_${segment.id} SET status = ?, reason = ?, epoch = ?, issues = ?, gap = ?, late = ?
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
    const segment = this.#of(sequence);
    if (segment === undefined) return null;
    const [row] = this.#sql
      .exec<EventRow>(`SELECT ${COLUMNS} FROM events_${segment.id} WHERE sequence = ?`, sequence)
      .toArray();
    return row === undefined ? null : fromRow(row);
  }

  /** The body's bytes; null when redacted or gone. */
  body(sequence: number): Uint8Array | null {
    const recent = this.#recent.get(sequence);
    if (recent !== null) return recent.body;
    const segment = this.#of(sequence);
    if (segment === undefined) return null;
    const [row] = this.#sql
      .exec<{ body: ArrayBuffer | null }>(
        `SELECT body FROM events_${segment.id} WHERE sequence = ?`,
        sequence,
      )
      .toArray();
    return row?.body == null ? null : new Uint8Array(row.body);
  }

  /** Erases a body for good; the rest of the event stays. False when the event is not here. 1 row. */
  redact(sequence: number): boolean {
    const segment = this.#of(sequence);
    if (segment === undefined) return false;
    this.#recent.forget(sequence);
    const redacted = this.#sql.exec(
      `UPDATE events_${segment.id} SET body = NULL, body_bytes = 0 WHERE sequence = ?`,
      sequence,
    );
    return redacted.rowsWritten > 0;
  }

  /** Events after `sequence`, ascending, at most `limit`, over table borders. */
  after(sequence: number, limit: number): StoredEvent[] {
    return this.#recent.after(sequence, limit) ?? this.#after(sequence, limit, '');
  }

  /** The same for events in quarantine; reads no others. */
  quarantinedAfter(sequence: number, limit: number): StoredEvent[] {
    return this.#after(sequence, limit, "AND status = 'quarantined'");
  }

  #after(sequence: number, limit: number, condition: string): StoredEvent[] {
    const found: StoredEvent[] = [];
    for (const [index, segment] of this.#segments.entries()) {
      const next = this.#segments[index + 1];
      if (next !== undefined && next.firstSequence <= sequence + 1) continue;
      const rows = this.#sql.exec<EventRow>(
        `SELECT ${COLUMNS} FROM events_${segment.id} WHERE sequence > ? ${condition} ORDER BY sequence LIMIT ?`,
        sequence,
        limit - found.length,
      );
      for (const row of rows) found.push(fromRow(row));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The lowest sequence that may still be here. */
  get firstSequence(): number {
    return this.#segments[0]?.firstSequence ?? 1;
  }

  /** When the oldest table will be past `retentionMs`, ms since 1970, or null. */
  nextDropAt(retentionMs: number): number | null {
    const [oldest, next] = this.#segments;
    if (oldest === undefined) return null;
    return (next?.openedAt ?? oldest.openedAt + SEGMENT_MS) + retentionMs;
  }

  /** Drops the tables whose youngest event is older than `retentionMs`. Inside the caller's transaction. */
  drop(now: number, retentionMs: number): void {
    for (let dropAt = this.nextDropAt(retentionMs); dropAt !== null && dropAt <= now; ) {
      const oldest = this.#segments.shift();
      if (oldest === undefined) return;
      this.#recent.forgetAll();
      this.#sql.exec(`DROP TABLE events_${oldest.id}`);
      this.#sql.exec(`DROP TABLE attempts_${oldest.id}`);
      this.#sql.exec("DELETE FROM segments WHERE kind = 'events' AND id = ?", oldest.id);
      dropAt = this.nextDropAt(retentionMs);
    }
  }

  /** Keeps a batch of delivery attempts (JSON) that concern the sequences `first..last`. 1 row. */
  insertAttempts(first: number, last: number, entries: string): void {
    const segment = this.#segments.at(-1);
    if (segment === undefined) return;
    this.#sql.exec(
      `INSERT INTO attempts_${segment.id} (first_sequence, last_sequence, entries) VALUES (?, ?, ?)`,
      first,
      last,
      entries,
    );
  }

  /** The batches of attempts that may concern a sequence, oldest first. */
  attemptsAround(sequence: number): string[] {
    const found: string[] = [];
    const from = this.#of(sequence)?.id ?? 0;
    for (const { id } of this.#segments) {
      if (id < from) continue;
      const rows = this.#sql.exec<{ entries: string }>(
        `SELECT entries FROM attempts_${id} WHERE first_sequence <= ?1 AND last_sequence >= ?1 ORDER BY id`,
        sequence,
      );
      for (const row of rows) found.push(row.entries);
    }
    return found;
  }

  #of(sequence: number): Segment | undefined {
    return this.#segments.findLast(segment => segment.firstSequence <= sequence);
  }

  #read(): Segment[] {
    return this.#sql
      .exec<{ id: number; opened_at: number; first_sequence: number }>(
        "SELECT id, opened_at, first_sequence FROM segments WHERE kind = 'events' ORDER BY id",
      )
      .toArray()
      .map(row => ({ id: row.id, openedAt: row.opened_at, firstSequence: row.first_sequence }));
  }
}

function fromRow(row: EventRow): StoredEvent {
  return {
    sequence: row.sequence,
    receivedAt: row.received_at,
    topic: row.topic,
    eventId: row.event_id,
    incrementId: row.increment_id,
    epoch: row.epoch,
    eventTime: row.event_time,
    status: row.status,
    deferred: row.deferred === 1,
    reason: row.reason,
    gap: row.gap,
    late: row.late === 1,
    bodySigned: row.body_signed === 1,
    operational: row.operational === 1,
    entityKeys: JSON.parse(row.entity_keys) as string[],
    issues: JSON.parse(row.issues) as Issue[],
    headers: JSON.parse(row.headers) as [string, string][],
    query: row.query,
    bodyBytes: row.body_bytes,
    fingerprint: new Uint8Array(row.fingerprint),
  };
}
