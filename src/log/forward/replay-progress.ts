/** How far one job of a replay is: what it has read, what is under way, and what came of it. Pure. */
import type { ReplayPart } from '../contract/replays';
import type { StoredEvent } from '../store/stored-event';
import type { ReplayJob } from './replay-job';

/**
 * Events of a job whose first attempt has ended, and what became of them: delivered, or not tried any more. The others of them are
 * tried again.
 */
export type ReplayCounts = { sent: number; delivered: number; dead: number };

export const NOTHING_SENT: ReplayCounts = { sent: 0, delivered: 0, dead: 0 };

/** What became of an attempt of a replay. */
export type ReplayOutcome = 'delivered' | 'retrying' | 'dead' | 'redacted';

/** `returned` are those of the events under way that have yet to go. */
export type Progress = {
  readonly job: ReplayJob;
  scanned: number;
  readonly underWay: Set<number>;
  readonly returned: StoredEvent[];
  counts: ReplayCounts;
};

/** @param returned what was under way before a restart; what ended after it does not go again */
export const progressOf = (
  job: ReplayJob,
  scanned: number,
  counts: ReplayCounts,
  returned: readonly StoredEvent[] = [],
): Progress => ({
  ...{ job, scanned, counts },
  underWay: new Set(returned.map(({ sequence }) => sequence)),
  returned: [...returned],
});

/** @param first whether it was the first attempt of its event; one that is erased counts as passed over, not as sent */
export function counted(counts: ReplayCounts, first: boolean, outcome: ReplayOutcome): ReplayCounts {
  return {
    sent: Math.max(0, counts.sent + (first ? 1 : 0) - (outcome === 'redacted' ? 1 : 0)),
    delivered: counts.delivered + (outcome === 'delivered' ? 1 : 0),
    dead: counts.dead + (outcome === 'dead' ? 1 : 0),
  };
}

/** How many wait for another attempt. Retention may have given one up that was under way, and arrived all the same. */
export const retryingOf = ({ sent, delivered, dead }: ReplayCounts): number =>
  Math.max(0, sent - delivered - dead);

/** Whether a job has events left to send that are not under way. */
export const hasMore = ({ job, scanned, returned }: Progress): boolean =>
  scanned < job.toSequence || returned.length > 0;

/** Whether every event of it was sent, or is under way no more. */
const isSent = ({ job, scanned, underWay }: Progress): boolean =>
  scanned >= job.toSequence && underWay.size === 0;

/** Whether nothing of it will be sent any more, retries included. */
export const isOver = (progress: Progress): boolean => isSent(progress) && retryingOf(progress.counts) === 0;

/** The lowest sequence that it may still send; null where each has an exception row. */
export const lowestOf = (progress: Progress): number | null =>
  isSent(progress) ? null : Math.min(progress.scanned + 1, ...progress.underWay);

/** What is stored of where it stands: up to its position every event of it is settled or has a row. */
export const positionOf = ({ scanned, underWay }: Progress): number =>
  underWay.size === 0 ? scanned : Math.min(...underWay) - 1;

/** A job as it is shown. How many events one of an earlier release covers is not known. @param endedAt ms since 1970 */
export function partOf(
  { job, counts }: { job: Pick<ReplayJob, 'destinationId' | 'counted'>; counts: ReplayCounts },
  state: ReplayPart['state'],
  endedAt: number | null,
): ReplayPart {
  const { sent, delivered } = counts;
  const covered = job.counted ?? null;
  const retrying = state === 'running' ? retryingOf(counts) : 0;
  return {
    ...{ destinationId: job.destinationId, state, counted: covered, sent, delivered, retrying },
    dead: Math.max(0, sent - delivered - retrying),
    remaining: state === 'done' ? 0 : covered === null ? null : Math.max(0, covered - sent),
    endedAt,
  };
}
