/**
 * The state of a log: everything that follows from its events. It is kept in memory and saved in checkpoints.
 *
 * An ordinary accepted event writes its own row and no state. A checkpoint is written every `EVENTS_PER_CHECKPOINT`
 * events, and with every change that the event rows do not show. When the object wakes up, the events after the last
 * checkpoint are replayed. So the state is always the checkpoint plus the events since.
 */
import { type HourCounts, NOTHING_COUNTED } from '../../hour-counts';
import { type MinuteCounts, NO_MINUTES } from '../../minute-counts';
import type { Hold } from '../../numbering/predecessor-wait';
import { EMPTY_TRACKER, type Tracker } from '../../numbering/types';
import type { OpenAlerts } from './alert-conditions';
import type { PendingNotices } from './notices';
import type { StorageLevel } from './storage-level';

export const EVENTS_PER_CHECKPOINT = 256;

export type Counters = { accepted: number; duplicate: number; ignored: number; quarantined: number };

/** `sequence`: of the first event of the numbering in question, 0 where it was suspected before. */
export type Settled = { readonly how: 'new' | 'continue'; readonly sequence: number };

/** Events that were dropped before their retention was over: how many, and the highest sequence of them. */
export type Dropped = { readonly events: number; readonly upTo: number };

export type LogState = {
  readonly lastSequence: number;
  /** ms since 1970, or null before the first event. */
  readonly lastEventAt: number | null;
  /** Events that were stored, notices left out. */
  readonly perHour: HourCounts;
  /** Events that were accepted as they came, in each minute of the last hour. */
  readonly perMinute: MinuteCounts;
  readonly tracker: Tracker;
  /**
   * Since the webhook exists. Duplicates, and ignored events without an increment id, leave no row: a crash loses those
   * of the last seconds (`kept-counts.ts`).
   */
  readonly counters: Counters;
  /** The position of the last release, 0 before the first. */
  readonly lastRelease: number;
  /** Who waits for a predecessor; null before the first event of an epoch with `hold_seconds`. */
  readonly hold: Hold | null;
  /** Notices that are kept back to be sent together. */
  readonly pendingNotices: PendingNotices;
  /** What is wrong and was told, until its end is told. */
  readonly openAlerts: OpenAlerts;
  /** What an operator settled last about the numbering, so that it can be taken back; null for nothing. */
  readonly settled: Settled | null;
  /** Since when the source was silent when a notice last told so, ms since 1970; null when none did. */
  readonly silentSince: number | null;
  /** How full the storage was when a notice last told so, in percent; 0 when none did, or another one took it back. */
  readonly storageLevel: StorageLevel;
  readonly dropped: Dropped;
};

export const EMPTY_STATE: LogState = {
  lastSequence: 0,
  lastEventAt: null,
  perHour: NOTHING_COUNTED,
  perMinute: NO_MINUTES,
  tracker: EMPTY_TRACKER,
  counters: { accepted: 0, duplicate: 0, ignored: 0, quarantined: 0 },
  lastRelease: 0,
  hold: null,
  pendingNotices: {},
  openAlerts: {},
  silentSince: null,
  settled: null,
  storageLevel: 0,
  dropped: { events: 0, upTo: 0 },
};
