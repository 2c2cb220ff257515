/**
 * Deduplication by text keys: event ids, fingerprints of quarantined events, and bodies without any id.
 *
 * One row per key, in two generations; when a generation is as old as the window, the one before it is dropped
 * whole. A key is thus known for at least the window and at most twice that long.
 */

import type { IncomingEvent } from '../contract';

export type SeenKey = {
  sequence: number;
  /** Hex. */
  fingerprint: string;
  /** ms since 1970 */
  at: number;
};

type Generation = { id: number; openedAt: number };

/** A key that an event is known by, and for how long after it was accepted; null: as long as keys are kept. */
export type IdentityKey = { key: string; forMs: number | null };

/** Without any id, and where each attempt is signed anew: the same bytes within this time are a retry, later a new event. */
const BODY_DUPLICATE_MS = 60_000;

/**
 * What an event is known by, besides its increment id: what was signed, where nobody vouches for its id, else the id; else,
 * where it has no place among the increment ids either, its bytes.
 */
export function identityKeys(event: Identified, fingerprint: string, isNumbered: boolean): IdentityKey[] {
  const { eventId, incrementId, signedDigest, alsoKnownBy } = event;
  const byId = eventId === null ? [] : [{ key: `id:${eventId}`, forMs: null }];
  const body = { key: `body:${fingerprint}`, forMs: BODY_DUPLICATE_MS };
  if (signedDigest !== undefined) {
    const signed = { key: `signed:${signedDigest}`, forMs: null };
    if (alsoKnownBy === 'event_id') return [signed, ...byId];
    return alsoKnownBy === 'body' && !isNumbered ? [signed, body] : [signed];
  }
  if (eventId !== null || isNumbered) return byId;
  // With the numbering turned off, the id inside the body still makes the bytes unique.
  return [incrementId === null ? body : { ...body, forMs: null }];
}

type Identified = Pick<IncomingEvent, 'eventId' | 'incrementId' | 'signedDigest' | 'alsoKnownBy'>;

/** The key of a quarantined event: only the same bytes are its duplicate. */
export const quarantineKey = (fingerprint: string): string => `quarantined:${fingerprint}`;
export class SeenKeys {
  #sql: SqlStorage;
  /** Newest first, at most two. */
  #generations: Generation[];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#generations = this.#read();
  }

  /** Opens a new generation when the newest is as old as `windowMs`. Inside the caller's transaction. */
  rotate(now: number, windowMs: number): void {
    const newest = this.#generations[0];
    if (newest !== undefined && now < newest.openedAt + windowMs) return;
    const generation = { id: (newest?.id ?? 0) + 1, openedAt: now };
    this.#sql.exec(`CREATE TABLE seen_${generation.id} (key TEXT PRIMARY KEY,
      sequence INTEGER NOT NULL, fingerprint TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID`);
    this.#sql.exec(
      "INSERT INTO segments (kind, id, opened_at, first_sequence) VALUES ('seen', ?, ?, 0)",
      generation.id,
      now,
    );
    this.#generations.unshift(generation);
    for (const old of this.#generations.splice(2)) {
      this.#sql.exec(`DROP TABLE seen_${old.id}`);
      this.#sql.exec("DELETE FROM segments WHERE kind = 'seen' AND id = ?", old.id);
    }
  }

  /** After a transaction that rotated was rolled back. */
  reload(): void {
    this.#generations = this.#read();
  }

  get(key: string): SeenKey | null {
    for (const { id } of this.#generations) {
      const [row] = this.#sql
        .exec<SeenKey>(`SELECT sequence, fingerprint, at FROM seen_${id} WHERE key = ?`, key)
        .toArray();
      if (row !== undefined) return row;
    }
    return null;
  }

  /** Remembers a key, replacing what was known of it. 1 row when it is new to the generation. */
  put(key: string, seen: SeenKey): void {
    const newest = this.#generations[0];
    if (newest === undefined) throw new Error('put before rotate');
    this.#sql.exec(
      `INSERT OR REPLACE INTO seen_${newest.id} (key, sequence, fingerprint, at) VALUES (?, ?, ?, ?)`,
      key,
      seen.sequence,
      seen.fingerprint,
      seen.at,
    );
  }

  #read(): Generation[] {
    return this.#sql
      .exec<{ id: number; opened_at: number }>(
        "SELECT id, opened_at FROM segments WHERE kind = 'seen' ORDER BY id DESC",
      )
      .toArray()
      .map(row => ({ id: row.id, openedAt: row.opened_at }));
  }
}
