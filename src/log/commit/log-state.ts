/**
 * The head of a log: everything that follows from its events, kept in memory and saved now and then.
 *
 * An event accepted in the ordinary way writes its own row and nothing else. The head is saved every
 * `EVENTS_PER_CHECKPOINT` events, and together with every change that the event rows alone would not show; on waking
 * up, the events after the last checkpoint are played over it. So state = checkpoint + events since.
 */
import type { Epoch } from '../../numbering/epoch';
import type { Hole, HoleStatus } from '../../numbering/holes';
import type { Hold } from '../../numbering/predecessor-wait';
import { EMPTY_TRACKER, type Tracker } from '../../numbering/tracker';
import type { Reports } from './notices';

export const EVENTS_PER_CHECKPOINT = 256;

export type Counters = { accepted: number; duplicate: number; ignored: number; quarantined: number };

export type Head = {
  readonly lastSequence: number;
  /** ms since 1970, or null before the first event. */
  readonly lastEventAt: number | null;
  readonly tracker: Tracker;
  /** Of all time. Those of duplicates since the last checkpoint are lost in a crash; the others never. */
  readonly counters: Counters;
  /** The last place in the feed that was given to a release. */
  readonly lastRelease: number;
  /** Which ids are waited for; null before the first one, and where nothing is held. */
  readonly hold: Hold | null;
  /** Operational happenings of the last minute. */
  readonly reports: Reports;
  /** The silence that was reported: when the last event before it came, ms since 1970, or null. */
  readonly silentSince: number | null;
};

export const EMPTY_HEAD: Head = {
  lastSequence: 0,
  lastEventAt: null,
  tracker: EMPTY_TRACKER,
  counters: { accepted: 0, duplicate: 0, ignored: 0, quarantined: 0 },
  lastRelease: 0,
  hold: null,
  reports: {},
  silentSince: null,
};

export type Checkpoint = {
  head: Head;
  /** Per epoch, the highest id whose record was dropped by age. */
  forgotten: [number, number][];
};

/** Holes as arrays: ten thousand of them must stay well under a row's 2 MB. */
type PackedHole = [from: number, to: number, missing: number, detectedAt: number, status: HoleStatus];
type PackedEpoch = Omit<Epoch, 'holes'> & { holes: PackedHole[] };

const packEpoch = (epoch: Epoch): PackedEpoch => ({
  ...epoch,
  holes: epoch.holes.map(hole => [hole.from, hole.to, hole.missing, hole.detectedAt, hole.status]),
});

const unpackEpoch = (epoch: PackedEpoch): Epoch => ({
  ...epoch,
  holes: epoch.holes.map(
    ([from, to, missing, detectedAt, status]): Hole => ({ from, to, missing, detectedAt, status }),
  ),
});

export function encodeCheckpoint({ head, forgotten }: Checkpoint): string {
  const { tracker } = head;
  return JSON.stringify({
    ...head,
    tracker: {
      ...tracker,
      current: tracker.current === null ? null : packEpoch(tracker.current),
      previous: tracker.previous.map(packEpoch),
    },
    forgotten,
  });
}

export function decodeCheckpoint(text: string): Checkpoint {
  const stored = JSON.parse(text) as Omit<Head, 'tracker'> & {
    tracker: Omit<Tracker, 'current' | 'previous'> & { current: PackedEpoch | null; previous: PackedEpoch[] };
    forgotten: [number, number][];
  };
  const { tracker, forgotten, ...rest } = stored;
  return {
    head: {
      ...rest,
      tracker: {
        // Release 0.1.0 did not keep it.
        ...{ continuedAt: null },
        ...tracker,
        current: tracker.current === null ? null : unpackEpoch(tracker.current),
        previous: tracker.previous.map(unpackEpoch),
      },
    },
    forgotten,
  };
}
