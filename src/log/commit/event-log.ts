/**
 * The log of one webhook: its events, its sequence, and what follows from them.
 *
 * Every change is one transaction on a draft of the head, taken over after the commit, so a failed one leaves nothing
 * behind, in memory or on disk. Nothing here does I/O besides the object's own database; the clock is passed in.
 */

import { type Resolution, resolve } from '../../numbering/close-gap';
import type { Epoch } from '../../numbering/epoch';
import type { Hole } from '../../numbering/holes';
import { arrive, giveUp, nextGivingUp, startHold } from '../../numbering/predecessor-wait';
import { age, comingTogether, nextAging, record as recordPlacement } from '../../numbering/tracker';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { AddResult, GapResolution, IncomingEvent } from '../contract';
import { Segments, type StoredEvent } from '../store/event-tables';
import { GapRows } from '../store/gap-rows';
import { fingerprintHex, KnownIds } from '../store/known-ids';
import { SeenKeys } from '../store/seen-keys';
import { readState, writeState } from '../store/tables';
import { report, reportHole, sendDueReports } from './add-notice';
import { appendEvent } from './append-event';
import type { Draft } from './draft';
import { forgetGivenUp, takeChange } from './gap-changes';
import { leaveHold, refuse, release } from './held-events';
import {
  type Checkpoint,
  decodeCheckpoint,
  EMPTY_HEAD,
  EVENTS_PER_CHECKPOINT,
  encodeCheckpoint,
  type Head,
} from './log-state';
import { type Happening, nextReportAt, type OperationalTopic } from './notices';
import { deduplicationMs, holdMs, retentionMs, trackerSettings } from './settings';

export class Log {
  readonly segments: Segments;
  readonly gaps: GapRows;
  readonly known: KnownIds;
  #storage: DurableObjectStorage;
  #webhook: WebhookRecord;
  #operator: boolean;
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

  /** @param operator whether the gateway's operator wants every webhook's operational events */
  constructor(storage: DurableObjectStorage, webhook: WebhookRecord, operator: boolean) {
    this.#storage = storage;
    this.#webhook = webhook;
    this.#operator = operator;
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
    this.#replay();
  }

  get head(): Head {
    return this.#head;
  }

  /** Plays the events since the last checkpoint over it. */
  #replay(): void {
    while (true) {
      const events = this.segments.after(this.#head.lastSequence, EVENTS_PER_CHECKPOINT);
      if (events.length === 0) break;
      for (const event of events) this.#replayEvent(event);
    }
    this.known.commit();
  }

  #replayEvent(event: StoredEvent): void {
    const webhook = this.#webhook;
    const { counters } = this.#head;
    let { tracker, hold } = this.#head;
    const { incrementId, epoch, eventTime, receivedAt, sequence } = event;
    if (incrementId !== null && epoch !== null) {
      const fingerprint = fingerprintHex(event.fingerprint);
      const arrival = { id: incrementId, fingerprint, eventTime, now: receivedAt };
      const placement = { kind: 'unseen', epoch, late: event.late, gap: null } as const;
      tracker = recordPlacement(tracker, arrival, placement, trackerSettings(webhook)).tracker;
      this.known.set(epoch, incrementId, { kind: 'accepted', sequence, fingerprint }, receivedAt);
      const { current } = tracker;
      if (holdMs(webhook) > 0 && current?.number === epoch) {
        const until = receivedAt + holdMs(webhook);
        hold = arrive(hold ?? startHold(current), current, incrementId, sequence, until).hold;
      }
    }
    const accepted = counters.accepted + 1;
    this.#head = {
      ...this.#head,
      lastSequence: sequence,
      lastEventAt: receivedAt,
      tracker,
      counters: { ...counters, accepted },
      hold,
    };
  }

  /** Judges and stores a batch in one transaction; results in the order given. Throws when it cannot be stored. */
  append(events: readonly IncomingEvent[], now: number): AddResult[] {
    return this.#transaction(draft => {
      const results = new Map<IncomingEvent, AddResult>();
      // In increment order, so that events that arrive together make no holes among themselves.
      const ordered = [...events].sort((a, b) => (a.incrementId ?? 0) - (b.incrementId ?? 0));
      if (events.length > 1) this.#expectTogether(draft, events, now);
      for (const event of ordered) results.set(event, appendEvent(draft, event, now));
      return events.map(event => results.get(event) ?? { kind: 'overloaded' });
    });
  }

  #expectTogether(draft: Draft, events: readonly IncomingEvent[], now: number): void {
    const sent = events.filter(({ added }) => added !== true);
    const ids = sent.flatMap(({ incrementId }) => (incrementId === null ? [] : [incrementId]));
    draft.head = { ...draft.head, tracker: comingTogether(draft.head.tracker, ids, now) };
  }

  /** Lets a quarantined or confirmed event go. False when there is nothing to let go. */
  release(sequence: number): boolean {
    return this.#transaction(draft => release(draft, sequence));
  }

  /** Puts an event that was not confirmed into quarantine. */
  refuse(sequence: number, issues: StoredEvent['issues'], now: number): void {
    this.#transaction(draft => refuse(draft, sequence, issues, now));
  }

  /** When the next event has waited long enough for its predecessor, ms since 1970, or null. */
  givesUpAt(): number | null {
    return nextGivingUp(this.#head.hold);
  }

  /** Lets go what has waited long enough; everything when `now` is infinite. */
  giveUp(now: number): void {
    this.#transaction(draft => {
      const { hold, tracker } = draft.head;
      if (hold === null || tracker.current === null) return;
      const after = giveUp(hold, tracker.current, now);
      if (after.released.length === 0) return;
      leaveHold(draft, tracker.current, after.released);
      draft.head = { ...draft.head, hold: after.hold };
    });
  }

  /** When holes change or epochs close by themselves, ms since 1970, or null. */
  agesAt(): number | null {
    const { tracker } = this.#head;
    const holes = tracker.current?.holes;
    // Looking at every hole after every commit would be felt; most commits change none.
    if (this.#aging.holes !== holes || this.#aging.previous !== tracker.previous) {
      const at = nextAging(tracker, trackerSettings(this.#webhook));
      this.#aging = { holes, previous: tracker.previous, at };
    }
    return this.#aging.at;
  }

  /** Lets time pass: holes open and expire, epochs close. */
  age(now: number): void {
    this.#transaction(draft => {
      const { tracker, changes, aged, closed } = age(draft.head.tracker, now, trackerSettings(this.#webhook));
      if (tracker === draft.head.tracker) return;
      draft.head = { ...draft.head, tracker };
      draft.stale = true;
      for (const change of changes) takeChange(draft, change, now);
      if (changes.length > 0) forgetGivenUp(draft);
      for (const change of aged) {
        this.gaps.age(change);
        for (const hole of change.holes) reportHole(draft, change.epoch, hole, now);
      }
      for (const { number, holes } of closed) {
        this.gaps.close(number, holes);
        const open = holes.filter(({ status }) => status === 'young' || status === 'open');
        for (const hole of open) reportHole(draft, number, { ...hole, status: 'expired' }, now);
      }
    });
  }

  /** Closes holes by hand. `now` in ms since 1970. */
  resolveGaps({ epoch, from, to, note }: GapResolution, now: number): Resolution {
    return this.#transaction(draft => {
      const resolution = resolve(draft.head.tracker, epoch, from, to);
      if (resolution.kind !== 'ok' || resolution.resolved.length === 0) return resolution;
      draft.head = { ...draft.head, tracker: resolution.tracker };
      draft.stale = true;
      for (const one of resolution.resolved) {
        this.gaps.resolve(resolution.epoch, one, { resolvedAt: now, note });
      }
      return resolution;
    });
  }

  /** Tells operators that something happened. */
  report(topic: OperationalTopic, happening: Happening, now: number): void {
    this.#transaction(draft => report(draft, topic, happening, now));
  }

  /** When the next operational event is due: what was kept for its minute, or a silence; ms since 1970, or null. */
  reportsAt(): number | null {
    const times = [nextReportAt(this.#head.reports), this.#silentAt()].filter(time => time !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  #silentAt(): number | null {
    const { silenceSeconds, createdAt, isActive } = this.#webhook;
    const since = this.#head.lastEventAt ?? createdAt;
    if (silenceSeconds === null || !isActive || this.#head.silentSince === since) return null;
    return since + silenceSeconds * 1000;
  }

  /** Sends the operational events that are due. */
  sendReports(now: number): void {
    this.#transaction(draft => {
      const silentAt = this.#silentAt();
      if (silentAt !== null && silentAt <= now) {
        const silentSince = draft.head.lastEventAt ?? this.#webhook.createdAt;
        draft.head = { ...draft.head, silentSince };
        draft.stale = true;
        const happening = { last_event_at: new Date(silentSince).toISOString() };
        report(draft, 'gateway:source_silent', happening, now);
      }
      sendDueReports(draft, now);
    });
  }

  /** When the oldest events are past their retention, ms since 1970, or null. */
  dropsAt(): number | null {
    return this.segments.nextDropAt(retentionMs(this.#webhook));
  }

  /** Drops what is past retention and past the deduplication window. */
  retain(now: number): void {
    const cutoff = now - deduplicationMs(this.#webhook);
    this.#transaction(draft => {
      this.segments.drop(now, retentionMs(this.#webhook));
      // Changed pages first: what was touched lately must not look old.
      this.known.save();
      this.known.prune(cutoff);
      const { current, previous } = draft.head.tracker;
      this.gaps.prune(
        cutoff,
        [...(current === null ? [] : [current]), ...previous].map(({ number }) => number),
      );
      // With every table dropped, nothing up to the last event is here any more.
      const isEmpty = this.segments.nextDropAt(0) === null;
      const first = isEmpty ? draft.head.lastSequence + 1 : this.segments.firstSequence;
      draft.sql.exec('DELETE FROM releases WHERE sequence < ?', first);
      draft.stale = true;
    });
  }

  /** Takes over changed settings. The head is saved first: what is replayed later was judged under the new ones. */
  configure(webhook: WebhookRecord): void {
    this.#transaction(draft => {
      draft.stale = true;
    });
    this.#webhook = webhook;
    if (holdMs(webhook) === 0) this.giveUp(Number.POSITIVE_INFINITY);
    this.#aging = { holes: undefined, previous: null, at: null };
  }

  #transaction<T>(change: (draft: Draft) => T): T {
    const draft: Draft = {
      head: this.#head,
      stale: false,
      webhook: this.#webhook,
      operator: this.#operator,
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
