/**
 * The part of a replay that one destination has: which events of the log it covers. It is stored under its id until nothing of it
 * is left to send or to try again. Pure.
 */
import { eventMatches } from '../../subscriptions/topics';
import type { EventStatus } from '../contract/events';
import type { AskedReplay } from '../contract/replays';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import { rangeFrom, type SequenceRange } from './settled-ahead';

/** Which events of `fromSequence..toSequence` (both included) to send to a destination again, and how. */
export type ReplaySpec = {
  destinationId: string;
  fromSequence: number;
  toSequence: number;
  /** Acceptance time in ms since 1970, `[since, until)`; null for no limit. */
  since: number | null;
  until: number | null;
  /** Topic pattern, or null for all. */
  topic: string | null;
  /** Status of the event at this destination, or null for any. */
  status: EventStatus | null;
  /** Send them under new ids, so that receivers that deduplicate take them. */
  newId: boolean;
  /** Send also what the destination does not want, because someone chose this event for it. */
  unasked: boolean;
  /** Only these of them, which were found when it was asked for; `topic` is `NO_TOPIC` then. */
  chosen?: SequenceRange[];
};

/** As it is stored, under its id. What is optional is absent from jobs of earlier releases. */
export type StoredJob = ReplaySpec & {
  /** ms since 1970 */
  createdAt: number;
  /** The replay that it is a part of: the id of its first job. */
  replayId?: number;
  /** How many events it covered when it was asked for. */
  counted?: number;
  asked?: AskedReplay;
};

export type ReplayJob = StoredJob & { id: number };

/** The id of the replay that a job is a part of. */
export const replayIdOf = ({ id, replayId }: Pick<ReplayJob, 'id' | 'replayId'>): number => replayId ?? id;

/** What a job has to read beyond a position: the rest of its range, or the next of what was chosen. */
export function nextRange(
  { toSequence, chosen }: Pick<ReplaySpec, 'toSequence' | 'chosen'>,
  scanned: number,
): SequenceRange {
  const end: SequenceRange = [toSequence + 1, toSequence];
  return chosen === undefined ? [scanned + 1, toSequence] : (rangeFrom(chosen, scanned + 1) ?? end);
}

/** Whether a job covers an event. @param row the event's exception row at the job's destination, without replays */
export function wantsReplay(
  job: Omit<ReplaySpec, 'destinationId' | 'newId' | 'unasked'> & Pick<StoredJob, 'createdAt'>,
  event: StoredEvent,
  row: DeliveryRow | null,
): boolean {
  if (event.status !== 'forwardable' || event.bodyBytes === 0) return false;
  if (event.sequence < job.fromSequence || event.sequence > job.toSequence) return false;
  const chosen = job.chosen === undefined ? null : rangeFrom(job.chosen, event.sequence);
  if (job.chosen !== undefined) return chosen !== null && chosen[0] <= event.sequence;
  if (job.since !== null && event.receivedAt < job.since) return false;
  if (job.until !== null && event.receivedAt >= job.until) return false;
  if (job.topic !== null && !eventMatches([job.topic], { topic: event.topic, topics: event.topics }))
    return false;
  if (job.status === null) return true;
  // An event that got this status after the job was made is not covered.
  const status = row === null ? 'accepted' : row.status;
  return status === job.status && (row === null || row.updatedAt <= job.createdAt);
}
