/**
 * The state of a log: everything that follows from its events, kept in memory and saved now and then.
 *
 * An event accepted in the ordinary way writes its own row and nothing else. The state is saved every
 * `EVENTS_PER_CHECKPOINT` events, and together with every change that the event rows alone would not show. On waking
 * up, the events after the last checkpoint are played over it. So state = checkpoint + events since.
 */
import type { Hold } from '../../numbering/predecessor-wait';
import { EMPTY_TRACKER, type Tracker } from '../../numbering/types';
import type { PendingNotices } from './notices';

export const EVENTS_PER_CHECKPOINT = 256;

export type Counters = { accepted: number; duplicate: number; ignored: number; quarantined: number };

export type LogState = {
  readonly lastSequence: number;
  /** ms since 1970, or null before the first event. */
  readonly lastEventAt: number | null;
  readonly tracker: Tracker;
  /**
   * Of all time. Since the last checkpoint, a crash loses the count of duplicates and of ignored events without an
   * increment id: neither is stored.
   */
  readonly counters: Counters;
  /** The last place in the feed that was given to a release. */
  readonly lastRelease: number;
  /** Which ids are waited for; null before the first one, and where nothing is held. */
  readonly hold: Hold | null;
  /** Operational events of the last minute that have not been sent. */
  readonly pendingNotices: PendingNotices;
  /** The silence that was told of: when the last event before it came, ms since 1970, or null. */
  readonly silentSince: number | null;
};

export const EMPTY_STATE: LogState = {
  lastSequence: 0,
  lastEventAt: null,
  tracker: EMPTY_TRACKER,
  counters: { accepted: 0, duplicate: 0, ignored: 0, quarantined: 0 },
  lastRelease: 0,
  hold: null,
  pendingNotices: {},
  silentSince: null,
};
