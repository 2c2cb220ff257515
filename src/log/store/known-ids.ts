/**
 * The record of known increment ids: for each its sequence and fingerprint, 64 ids to a row (a page). For the length of
 * the deduplication window it answers whether an id was received, and with which bytes.
 *
 * Pages change in memory and are written with the next checkpoint. After a crash, the changes since the last checkpoint
 * are rebuilt from the events. `rollback` undoes in memory what a failed transaction changed.
 */
import type { KnownId } from '../../numbering/types';
import { write } from './write';

const IDS_PER_PAGE = 64;
/** A slot: kind (1 byte), sequence (8 bytes, float, negative when added by hand), first 16 bytes of the SHA-256. */
const FINGERPRINT_BYTES = 16;
const SLOT_BYTES = 1 + 8 + FINGERPRINT_BYTES;
const MAX_CLEAN_PAGES = 64;
const KINDS = ['accepted', 'ignored', 'quarantined'] as const;

type Page = {
  epoch: number;
  number: number;
  slots: Uint8Array;
  lastAt: number;
  /** True when the database has the page: to save it is an UPDATE, not an INSERT. */
  stored: boolean;
  dirty: boolean;
};

/** The part of a fingerprint that is stored, as hex. */
export const fingerprintHex = (fingerprint: Uint8Array): string =>
  fingerprint.subarray(0, FINGERPRINT_BYTES).toHex();

/** The record of a webhook. Each transaction that changes it ends with `commit` or `rollback`. */
export class KnownIds {
  #sql: SqlStorage;
  #pages = new Map<string, Page>();
  /** Pages as they were before this transaction changed them; null for new ones. */
  #before = new Map<string, Page | null>();
  /** `#forgotten` as it was before this transaction changed it; null when it did not. */
  #forgottenBefore: Map<number, number> | null = null;
  /** Per epoch, the highest id whose record has been dropped by age. */
  #forgotten: Map<number, number>;

  constructor(sql: SqlStorage, forgotten: [number, number][]) {
    this.#sql = sql;
    this.#forgotten = new Map(forgotten);
  }

  get forgotten(): [number, number][] {
    return [...this.#forgotten];
  }

  lookup(epoch: number, id: number): KnownId | 'forgotten' | null {
    const page = this.#page(epoch, id);
    const at = (id % IDS_PER_PAGE) * SLOT_BYTES;
    const kind = KINDS[(page?.slots[at] ?? 0) - 1];
    if (page === null || kind === undefined) {
      return id <= (this.#forgotten.get(epoch) ?? 0) ? 'forgotten' : null;
    }
    const view = new DataView(page.slots.buffer, page.slots.byteOffset + at, SLOT_BYTES);
    const sequence = view.getFloat64(1);
    return {
      kind,
      sequence: Math.abs(sequence),
      fingerprint: page.slots.slice(at + 9, at + SLOT_BYTES).toHex(),
      // An ignored event has sequence 0, so an added one has minus zero.
      ...(sequence < 0 || Object.is(sequence, -0) ? { added: true } : {}),
    };
  }

  set(epoch: number, id: number, entry: KnownId, now: number): void {
    const number = Math.floor(id / IDS_PER_PAGE);
    const key = `${epoch}:${number}`;
    const found = this.#page(epoch, id);
    if (!this.#before.has(key)) {
      this.#before.set(key, found === null ? null : { ...found, slots: found.slots.slice() });
    }
    const page = found ?? {
      epoch,
      number,
      slots: new Uint8Array(IDS_PER_PAGE * SLOT_BYTES),
      lastAt: now,
      stored: false,
      dirty: true,
    };
    const at = (id % IDS_PER_PAGE) * SLOT_BYTES;
    const view = new DataView(page.slots.buffer, page.slots.byteOffset + at, SLOT_BYTES);
    view.setUint8(0, KINDS.indexOf(entry.kind) + 1);
    view.setFloat64(1, entry.added === true ? -entry.sequence : entry.sequence);
    page.slots.set(Uint8Array.fromHex(entry.fingerprint), at + 9);
    page.lastAt = Math.max(page.lastAt, now);
    page.dirty = true;
    this.#pages.set(key, page);
  }

  /** Writes the changed pages, 1 row each, in the caller's transaction. */
  save(): void {
    for (const [key, page] of this.#pages) {
      if (!page.dirty) continue;
      if (!this.#before.has(key)) this.#before.set(key, { ...page, slots: page.slots.slice() });
      if (page.stored) {
        write(
          this.#sql,
          'UPDATE known_ids SET slots = ?, last_at = ? WHERE epoch = ? AND page = ?',
          page.slots,
          page.lastAt,
          page.epoch,
          page.number,
        );
      } else {
        write(
          this.#sql,
          'INSERT INTO known_ids (epoch, page, last_at, slots) VALUES (?, ?, ?, ?)',
          page.epoch,
          page.number,
          page.lastAt,
          page.slots,
        );
      }
      page.stored = true;
      page.dirty = false;
    }
  }

  commit(): void {
    this.#before.clear();
    this.#forgottenBefore = null;
    if (this.#pages.size <= MAX_CLEAN_PAGES) return;
    for (const [key, page] of this.#pages) {
      if (!page.dirty) this.#pages.delete(key);
      if (this.#pages.size <= MAX_CLEAN_PAGES) return;
    }
  }

  rollback(): void {
    for (const [key, page] of this.#before) {
      if (page === null) this.#pages.delete(key);
      else this.#pages.set(key, page);
    }
    this.#before.clear();
    this.#forgotten = this.#forgottenBefore ?? this.#forgotten;
    this.#forgottenBefore = null;
  }

  /** Drops the stored pages not changed since `cutoff` (ms since 1970). The caller has to store `forgotten`. */
  prune(cutoff: number): void {
    const dropped = this.#sql
      .exec<{ epoch: number; page: number }>(
        'DELETE FROM known_ids WHERE last_at < ? RETURNING epoch, page',
        cutoff,
      )
      .toArray();
    this.#forgottenBefore ??= new Map(this.#forgotten);
    for (const { epoch, page } of dropped) {
      this.#pages.delete(`${epoch}:${page}`);
      const highest = (page + 1) * IDS_PER_PAGE - 1;
      this.#forgotten.set(epoch, Math.max(this.#forgotten.get(epoch) ?? 0, highest));
    }
  }

  #page(epoch: number, id: number): Page | null {
    const number = Math.floor(id / IDS_PER_PAGE);
    const key = `${epoch}:${number}`;
    const cached = this.#pages.get(key);
    if (cached !== undefined) return cached;
    const [row] = this.#sql
      .exec<{ last_at: number; slots: ArrayBuffer }>(
        'SELECT last_at, slots FROM known_ids WHERE epoch = ? AND page = ?',
        epoch,
        number,
      )
      .toArray();
    if (row === undefined) return null;
    const page = {
      epoch,
      number,
      slots: new Uint8Array(row.slots),
      lastAt: row.last_at,
      stored: true,
      dirty: false,
    };
    this.#pages.set(key, page);
    return page;
  }
}
