/**
 * The log of one webhook: its events, its sequence, and what follows from them.
 *
 * Every change is one transaction on a draft of the head, taken over after the commit, so a failed one leaves nothing
 * behind, in memory or on disk. Nothing here does I/O besides the object's own database; the clock is passed in.
 */
import type { WebhookRecord } from '../subscriptions/webhook';
import { appendEvent } from './append-event';
import {
  type Checkpoint,
  decodeCheckpoint,
  EMPTY_HEAD,
  EVENTS_PER_CHECKPOINT,
  encodeCheckpoint,
  type Head,
} from './checkpoint';
import type { AppendResult, IncomingEvent } from './contract';
import type { Draft } from './draft';
import type { Epoch } from './epoch';
import { GapRows } from './gap-rows';
import { refuse, release } from './held-events';
import type { Hole } from './holes';
import { fingerprintHex, KnownIds } from './known-ids';
import { SeenKeys } from './seen-keys';
import { Segments, type StoredEvent } from './segments';
import { deduplicationMs, retentionMs, trackerSettings } from './settings';
import { readState, writeState } from './tables';
import { age, nextAging, record as recordPlacement } from './tracker';

export class Log {
  readonly segments: Segments;
  readonly gaps: GapRows;
  readonly known: KnownIds;
  #storage: DurableObjectStorage;
  #seen: SeenKeys;
  #head: Head;
  /** Sequence of the last checkpoint. */
  #savedSequence: number;
  /** The holes and epochs for which `at` was worked out. */
  #aging: { holes: readonly Hole[] | undefined; previous: readonly Epoch[] | null; at: number | null } = {
    holes: undefined,
    previous: null,
    at: null,
  };

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const { sql } = storage;
    const text = readState(sql, 'checkpoint');
    const checkpoint: Checkpoint =
      text === null ? { head: EMPTY_HEAD, forgotten: [] } : decodeCheckpoint(text);
    this.segments = new Segments(sql);
    this.gaps = new GapRows(sql);
    this.known = new KnownIds(sql, checkpoint.forgotten);
    this.#seen = new SeenKeys(sql);
    this.#head = checkpoint.head;
    this.#savedSequence = checkpoint.head.lastSequence;
  }

  get head(): Head {
    return this.#head;
  }

  /** Plays the events since the last checkpoint over it. Once, before anything else; `webhook` as it is stored. */
  replay(webhook: WebhookRecord): void {
    while (true) {
      const events = this.segments.after(this.#head.lastSequence, EVENTS_PER_CHECKPOINT);
      if (events.length === 0) break;
      for (const event of events) this.#replayEvent(event, webhook);
    }
    this.known.commit();
  }

  #replayEvent(event: StoredEvent, webhook: WebhookRecord): void {
    const { lastRelease, counters } = this.#head;
    let { tracker } = this.#head;
    const { incrementId, epoch, eventTime, receivedAt, sequence } = event;
    if (incrementId !== null && epoch !== null) {
      const fingerprint = fingerprintHex(event.fingerprint);
      const arrival = { id: incrementId, fingerprint, eventTime, now: receivedAt };
      const placement = { kind: 'unseen', epoch, late: event.late, gap: null } as const;
      tracker = recordPlacement(tracker, arrival, placement, trackerSettings(webhook)).tracker;
      this.known.set(epoch, incrementId, { kind: 'accepted', sequence, fingerprint }, receivedAt);
    }
    const accepted = counters.accepted + 1;
    this.#head = {
      lastSequence: sequence,
      lastEventAt: receivedAt,
      tracker,
      counters: { ...counters, accepted },
      lastRelease,
    };
  }

  /** Judges and stores a batch in one transaction; results in the order given. Throws when it cannot be stored. */
  append(webhook: WebhookRecord, events: readonly IncomingEvent[], now: number): AppendResult[] {
    return this.#transaction(draft => {
      const results = new Map<IncomingEvent, AppendResult>();
      // In increment order, so that events that arrive together make no holes among themselves.
      const ordered = [...events].sort((a, b) => (a.incrementId ?? 0) - (b.incrementId ?? 0));
      for (const event of ordered) results.set(event, appendEvent(draft, webhook, event, now));
      return events.map(event => results.get(event) ?? { kind: 'overloaded' });
    });
  }

  /** Lets a quarantined or confirmed event go. False when there is nothing to let go. */
  release(sequence: number): boolean {
    return this.#transaction(draft => release(draft, sequence));
  }

  /** Puts an event that was not confirmed into quarantine. */
  refuse(sequence: number, issues: StoredEvent['issues']): void {
    this.#transaction(draft => refuse(draft, sequence, issues));
  }

  /** When holes change or epochs close by themselves, ms since 1970, or null. */
  agesAt(webhook: WebhookRecord): number | null {
    const { tracker } = this.#head;
    const holes = tracker.current?.holes;
    // Looking at every hole after every commit would be felt; most commits change none.
    if (this.#aging.holes !== holes || this.#aging.previous !== tracker.previous) {
      const at = nextAging(tracker, trackerSettings(webhook));
      this.#aging = { holes, previous: tracker.previous, at };
    }
    return this.#aging.at;
  }

  /** Lets time pass: holes open and expire, epochs close. */
  age(webhook: WebhookRecord, now: number): void {
    this.#transaction(draft => {
      const { tracker, aged, closed } = age(draft.head.tracker, now, trackerSettings(webhook));
      if (tracker === draft.head.tracker) return;
      for (const change of aged) this.gaps.age(change);
      for (const epoch of closed) this.gaps.close(epoch.number, epoch.holes);
      draft.head = { ...draft.head, tracker };
      draft.stale = true;
    });
  }

  /** When the oldest events are past their retention, ms since 1970, or null. */
  dropsAt(webhook: WebhookRecord): number | null {
    return this.segments.nextDropAt(retentionMs(webhook));
  }

  /** Drops what is past retention and past the deduplication window. */
  retain(webhook: WebhookRecord, now: number): void {
    const cutoff = now - deduplicationMs(webhook);
    this.#transaction(draft => {
      this.segments.drop(now, retentionMs(webhook));
      // Changed pages first: what was touched lately must not look old.
      this.known.save();
      this.known.prune(cutoff);
      this.gaps.prune(cutoff);
      draft.sql.exec('DELETE FROM releases WHERE sequence < ?', this.segments.firstSequence);
      draft.stale = true;
    });
  }

  /** Saves the head, so that settings may change: what follows is then replayed under the new ones only. */
  checkpoint(): void {
    this.#transaction(draft => {
      draft.stale = true;
    });
    this.#aging = { holes: undefined, previous: null, at: null };
  }

  #transaction<T>(change: (draft: Draft) => T): T {
    const draft: Draft = {
      head: this.#head,
      stale: false,
      sql: this.#storage.sql,
      segments: this.segments,
      gaps: this.gaps,
      known: this.known,
      seen: this.#seen,
    };
    try {
      let saves = false;
      const result = this.#storage.transactionSync(() => {
        const changed = change(draft);
        saves = draft.stale || draft.head.lastSequence - this.#savedSequence >= EVENTS_PER_CHECKPOINT;
        if (saves) this.#save(draft.head);
        return changed;
      });
      this.known.commit();
      this.#head = draft.head;
      if (saves) this.#savedSequence = draft.head.lastSequence;
      return result;
    } catch (error) {
      this.known.rollback();
      this.segments.reload();
      this.#seen.reload();
      throw error;
    }
  }

  #save(head: Head): void {
    this.known.save();
    const text = encodeCheckpoint({ head, forgotten: this.known.forgotten });
    writeState(this.#storage.sql, 'checkpoint', text);
  }
}
