/**
 * The log of one webhook: its events, its sequence numbers, and the state that follows from them.
 *
 * Every change is one transaction on a draft of the state; after the commit the draft becomes the state. A failed
 * transaction leaves nothing behind, in memory or on disk. The log does no I/O besides the object's own database. All
 * times, passed in and returned, are ms since 1970.
 */
import type { RecentBytes } from '../../memory/recent-bytes';
import { type Resolution, resolve } from '../../numbering/close-gap';
import { forgetClosed } from '../../numbering/closed-epochs';
import { epochsOf } from '../../numbering/epochs';
import { nextGivingUp } from '../../numbering/predecessor-wait';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { AddResult, IncomingEvent } from '../contract/append';
import type { FeedPosition } from '../contract/events';
import type { GapResolution } from '../contract/gaps';
import type { Settlement } from '../contract/numbering';
import { Feed } from '../store/feed';
import { LogTables } from '../store/log-tables';
import type { StoredEvent } from '../store/stored-event';
import { acceptedAgain } from './accepted-again';
import { sendDueNotices } from './add-notice';
import { ageGaps } from './age-gaps';
import { appendEvent, expectTogether } from './append-event';
import { type Audience, Draft } from './draft';
import { dropReceived } from './drop-received';
import { quarantineUnconfirmed, release } from './held-events';
import { withKeptCounts } from './kept-counts';
import { EVENTS_PER_CHECKPOINT, type LogState } from './log-state';
import { NextAging } from './next-aging';
import { nextNoticeAt } from './notices';
import { type AlertChange, applyAlerts, forgetDestinations, matter } from './open-alerts';
import { beginHold, endHold } from './predecessor-hold';
import { replayEvents } from './replay-events';
import { deduplicationMs, holdMs, isHolding, retentionMs, trackerSettings } from './settings';
import { settleNumbering } from './settle-numbering';
import { endUnwatched, silentAt, tellSilence } from './silence';
import { skipTo } from './skip-to';
import { storeCheckpoint, storedCheckpoint } from './stored-checkpoint';
import { tellStorage } from './tell-storage';

/** The log as it is in storage. Making one replays the events since the last checkpoint. */
export class EventLog {
  readonly tables: LogTables;
  /** What forwarding and reading see of the log. */
  readonly feed: Feed;
  #storage: DurableObjectStorage;
  #webhook: WebhookRecord;
  #audience: Audience;
  #state: LogState;
  /** Sequence of the last checkpoint. */
  #savedSequence: number;
  #aging = new NextAging();

  /**
   * @param recent the memory of the isolate for recent events
   */
  constructor(
    storage: DurableObjectStorage,
    webhook: WebhookRecord,
    audience: Audience,
    recent: RecentBytes,
  ) {
    this.#storage = storage;
    this.#webhook = webhook;
    this.#audience = audience;
    const { sql } = storage;
    const { state, forgotten } = storedCheckpoint(sql);
    this.tables = new LogTables(sql, forgotten, recent);
    this.#savedSequence = state.lastSequence;
    this.#state = withKeptCounts(sql, replayEvents(state, this.tables, webhook));
    this.feed = new Feed(this.tables.events, this.tables.releases, () => this.#state);
  }

  get state(): LogState {
    return this.#state;
  }

  /** Judges and stores a batch in one transaction. Results are in the order of `events`. Throws when storing fails. */
  append(events: readonly IncomingEvent[], now: number): AddResult[] {
    return this.#transaction(draft => {
      const results = new Map<IncomingEvent, AddResult>();
      // In the order of increment ids, so that a batch opens no holes between its own events.
      const ordered = [...events].sort((a, b) => (a.incrementId ?? 0) - (b.incrementId ?? 0));
      if (events.length > 1) expectTogether(draft, events, now);
      for (const event of ordered) results.set(event, appendEvent(draft, event, now));
      acceptedAgain(draft, events, now);
      return events.map(event => results.get(event) ?? { kind: 'overloaded' });
    });
  }

  /** Puts a quarantined, held or confirmed event into the feed. False when it is there already, or unknown. */
  release(sequence: number): boolean {
    return this.#transaction(draft => release(draft, sequence));
  }

  /** Puts an event that was not confirmed into quarantine. */
  quarantineUnconfirmed(sequence: number, issues: StoredEvent['issues'], now: number): void {
    this.#transaction(draft => quarantineUnconfirmed(draft, sequence, issues, now));
  }

  /** Erases an event's body for good. False when there is no such event. 1 row. */
  redact(sequence: number): boolean {
    return this.tables.events.redact(sequence);
  }

  /** When `endHold` has something to do next, or null. */
  holdEndsAt(): number | null {
    return nextGivingUp(this.#state.hold);
  }

  /** Puts into the feed what has waited long enough for its predecessor; everything when `now` is infinite. */
  endHold(now: number): void {
    this.#transaction(draft => endHold(draft, now));
  }

  /** When `age` has something to do next, or null. */
  agesAt(): number | null {
    return this.#aging.at(this.#state.tracker, trackerSettings(this.#webhook));
  }

  /** Brings holes and epochs up to `now`: holes open and expire, earlier epochs close. */
  age(now: number): void {
    this.#transaction(draft => ageGaps(draft, now));
  }

  /** Closes holes by hand. */
  closeGaps({ epoch, from, to, note }: GapResolution, now: number): Resolution {
    return this.#transaction(draft => {
      const resolution = resolve(draft.state.tracker, epoch, from, to);
      if (resolution.kind !== 'ok' || resolution.resolved.length === 0) return resolution;
      draft.change({ tracker: resolution.tracker });
      for (const resolved of resolution.resolved) {
        draft.tables.gaps.resolve(resolution.epoch, resolved, { resolvedAt: now, note });
      }
      return resolution;
    });
  }

  /** Settles by hand whether a new numbering began. Null when it did. */
  settle(request: Settlement, now: number): ReturnType<typeof settleNumbering> {
    return this.#transaction(draft => settleNumbering(draft, request, now));
  }

  /** Adds notices of what happened, where someone subscribes to them. 1 row besides theirs, however many. */
  alert(changes: readonly AlertChange[], now: number): void {
    if (matter(this.#state.openAlerts, changes)) this.#transaction(draft => applyAlerts(draft, changes, now));
  }

  /** When the next notice is due, or null: one that was kept back, or one about a silence. */
  noticesAt(): number | null {
    const times = [nextNoticeAt(this.#state.pendingNotices), silentAt(this.#state, this.#webhook)];
    const due = times.filter(time => time !== null);
    return due.length > 0 ? Math.min(...due) : null;
  }

  /** Adds the notices that are due to the log. */
  sendNotices(now: number): void {
    this.#transaction(draft => {
      tellSilence(draft, now);
      sendDueNotices(draft, now);
    });
  }

  /** Takes over how full the storage is, and tells it where that is new. */
  tellStorage(size: Parameters<typeof tellStorage>[1], now: number): void {
    this.#transaction(draft => tellStorage(draft, size, now));
  }

  /** One step of `drop-received.ts`. */
  dropReceived(after: number, upTo: FeedPosition, now: number): number | null {
    return this.#transaction(draft => dropReceived(draft, after, upTo, now));
  }

  /** When the oldest events are past their retention, or null. */
  dropsAt(): number | null {
    return this.tables.days.nextDropAt(retentionMs(this.#webhook));
  }

  /** Drops events that are past retention, and records that are past the deduplication window. */
  drop(now: number): void {
    const cutoff = now - deduplicationMs(this.#webhook);
    const { days, events, known, gaps, releases } = this.tables;
    this.#transaction(draft => {
      days.drop(now, retentionMs(this.#webhook));
      events.forgetRecent();
      // Pages changed in memory are saved first, or `prune` would judge them by their old time.
      known.save();
      known.prune(cutoff);
      const tracker = forgetClosed(draft.state.tracker, cutoff);
      const open = epochsOf(tracker).map(({ number }) => number);
      const closed = tracker.closedEpochs.map(({ number }) => number);
      gaps.prune(cutoff, open, [...open, ...closed, tracker.lastEpoch + 1]);
      releases.prune(this.#firstSequence);
      draft.change({ tracker });
    });
  }

  /** The lowest sequence that may still be stored; when every day was dropped, the one after the last. */
  get #firstSequence(): number {
    const { days } = this.tables;
    return days.nextDropAt(0) === null ? this.#state.lastSequence + 1 : days.firstSequence;
  }

  /**
   * Takes over changed settings. Saves the state first, so that a replay only meets events judged under the new ones.
   */
  configure(webhook: WebhookRecord, now: number): void {
    const begins = isHolding(webhook) && !isHolding(this.#webhook);
    this.#transaction(draft => {
      if (begins) beginHold(draft, draft.state.tracker.current);
      draft.change({});
      forgetDestinations(draft, webhook, now);
      endUnwatched(draft, webhook, now);
    });
    this.#webhook = webhook;
    if (holdMs(webhook) === 0) this.endHold(Number.POSITIVE_INFINITY);
    this.#aging = new NextAging();
  }

  /** No place in the feed up to this one is given any more. */
  skipTo(end: FeedPosition): void {
    this.#transaction(draft => skipTo(draft, end));
  }

  #transaction<T>(change: (draft: Draft) => T): T {
    const { tables } = this;
    const draft = new Draft(this.#state, tables, this.#webhook, this.#audience);
    try {
      let saves = false;
      const result = this.#storage.transactionSync(() => {
        const changed = change(draft);
        saves = draft.mustSave || draft.state.lastSequence - this.#savedSequence >= EVENTS_PER_CHECKPOINT;
        if (saves) {
          tables.known.save();
          storeCheckpoint(this.#storage.sql, { state: draft.state, forgotten: tables.known.forgotten });
        }
        return changed;
      });
      tables.committed();
      this.#state = draft.state;
      if (saves) this.#savedSequence = draft.state.lastSequence;
      return result;
    } catch (error) {
      tables.rolledBack();
      throw error;
    }
  }
}
