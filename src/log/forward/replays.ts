/**
 * Replays: events of the log that are sent to a destination again, because someone asked for it.
 *
 * Each request is a stored job with a fixed range, which goes on after a restart. Replays take turns with the feed
 * within the destination's limits, and touch neither its cursor nor its order. They skip events with a redacted body.
 */
import { eventMatches } from '../../subscriptions/topics';
import type { EventStatus } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { ReplayRows } from '../store/replay-rows';
import type { StoredEvent } from '../store/stored-event';
import { rangeFrom, rangesOf, type SequenceRange, sequencesOf } from './settled-ahead';
import type { ReplayUnderWay, StoredForwarding } from './stored-forwarding';

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

export type ReplayJob = ReplaySpec & {
  id: number;
  /** ms since 1970 */
  createdAt: number;
};

/** As it is stored, under its id. */
export type StoredJob = Omit<ReplayJob, 'id'>;

/** What is stored of all jobs with the cursors. */
type Positions = Pick<StoredForwarding, 'replays' | 'replaysUnderWay'>;

/** A job under way: `returned` are those of the events under way that have yet to go. */
type Progress = { job: ReplayJob; scanned: number; underWay: Set<number>; returned: StoredEvent[] };

const EVENTS_PER_READ = 128;
/** How many events one turn reads at most. Appends have to wait for that long. */
const EVENTS_PER_TURN = 2048;

/** The replay jobs of a webhook. */
export class Replays {
  #jobRows: ReplayRows<StoredJob>;
  #log: Pick<Feed, 'eventsAfter' | 'event'>;
  #rows: DeliveryRows;
  /** Oldest first. */
  #jobs: Progress[];

  /** @param positions where the jobs stand, as `save` gave it */
  constructor(
    jobRows: ReplayRows<StoredJob>,
    log: Pick<Feed, 'eventsAfter' | 'event'>,
    rows: DeliveryRows,
    { replays, replaysUnderWay }: Positions,
  ) {
    this.#jobRows = jobRows;
    this.#log = log;
    this.#rows = rows;
    const done = new Map(replays);
    const underWay = new Map(replaysUnderWay.map(one => [one[0], one]));
    this.#jobs = jobRows.all().map(({ id, job }) => {
      const stored = underWay.get(id);
      if (stored !== undefined) return this.#resumed({ ...job, id }, stored);
      return progressOf({ ...job, id }, done.get(id) ?? job.fromSequence - 1);
    });
  }

  /** What was under way goes again; what ended after it does not. */
  #resumed(job: ReplayJob, [, scanned, ranges]: ReplayUnderWay): Progress {
    const events = [...sequencesOf(ranges)].map(sequence => this.#log.event(sequence));
    const returned = events.filter(event => event !== null);
    return { job, scanned, underWay: new Set(returned.map(({ sequence }) => sequence)), returned };
  }

  /** Stores a job and makes it wait for its turn. Inside the caller's transaction. `now` in ms since 1970. */
  start(spec: ReplaySpec, now: number): void {
    // Exception rows may still have the ids of ended jobs. Ids grow with the clock, so that none is given twice.
    const id = Math.max(now, this.#jobRows.lastId + 1);
    const job = { ...spec, createdAt: now };
    this.#jobRows.add(id, job);
    this.#jobs.push(progressOf({ ...job, id }, job.fromSequence - 1));
  }

  /** Whether a job has events left to send to a destination that are not under way. */
  waits(destinationId: string): boolean {
    return this.#jobs.some(
      ({ job, scanned, returned }) =>
        job.destinationId === destinationId && (scanned < job.toSequence || returned.length > 0),
    );
  }

  /** Up to `count` events to send to a destination again now. `unread`: the next turn may find more. */
  take(
    destinationId: string,
    count: number,
    wants: (event: StoredEvent) => boolean,
  ): { taken: { job: ReplayJob; event: StoredEvent }[]; unread: boolean } {
    const taken: { job: ReplayJob; event: StoredEvent }[] = [];
    let examined = 0;
    for (const progress of this.#jobs) {
      const { job } = progress;
      if (job.destinationId !== destinationId) continue;
      for (const event of progress.returned.splice(0, count - taken.length)) taken.push({ job, event });
      while (taken.length < count && progress.scanned < job.toSequence) {
        if (examined >= EVENTS_PER_TURN) return { taken, unread: true };
        const [from, to] = nextRange(job, progress.scanned);
        progress.scanned = Math.max(progress.scanned, from - 1);
        const left = to - progress.scanned;
        if (left <= 0) break;
        const read = this.#log.eventsAfter(progress.scanned, Math.min(EVENTS_PER_READ, left));
        examined += read.length;
        if (read.length === 0) progress.scanned = to;
        const rows = this.#rowsOf(read, destinationId);
        for (const event of read) {
          if (taken.length >= count) break;
          progress.scanned = event.sequence;
          if (event.sequence > job.toSequence) break;
          if (!wantsReplay(job, event, rows.get(event.sequence) ?? null)) continue;
          if (!job.unasked && !wants(event)) continue;
          progress.underWay.add(event.sequence);
          taken.push({ job, event });
        }
      }
    }
    return { taken, unread: false };
  }

  #rowsOf(events: readonly StoredEvent[], destinationId: string): Map<number, DeliveryRow> {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return new Map();
    const rows = this.#rows.between(first.sequence, last.sequence);
    return new Map(rows.filter(row => row.destinationId === destinationId).map(row => [row.sequence, row]));
  }

  /** How many of the next `limit` events after a sequence a job would send. `next`: where to go on; null at the end. */
  count(
    job: ReplayJob,
    after: number,
    limit: number,
    wants: (event: StoredEvent) => boolean,
  ): { count: number; next: number | null } {
    const read = this.#log.eventsAfter(after, limit).filter(event => event.sequence <= job.toSequence);
    const rows = this.#rowsOf(read, job.destinationId);
    const sent = read.filter(
      event => wantsReplay(job, event, rows.get(event.sequence) ?? null) && (job.unasked || wants(event)),
    );
    return { count: sent.length, next: read.length < limit ? null : (read.at(-1)?.sequence ?? null) };
  }

  /** An event of a job is settled, or kept in a row. */
  done(id: number, sequence: number): void {
    this.#jobs.find(({ job }) => job.id === id)?.underWay.delete(sequence);
  }

  /** An event of a job did not start after all. */
  requeue(id: number, event: StoredEvent): void {
    this.#jobs.find(({ job }) => job.id === id)?.returned.push(event);
  }

  /** The lowest sequence that a job may still send; null where none may. */
  get lowest(): number | null {
    const lowest = this.#jobs.map(({ scanned, underWay }) => Math.min(scanned + 1, ...underWay));
    return lowest.length > 0 ? Math.min(...lowest) : null;
  }

  /** Whether a job has ended that `save` has to delete. A job that found nothing to send ends without a flush. */
  get ended(): boolean {
    return this.#jobs.some(hasEnded);
  }

  /** What to store. Up to its position every event of a job is settled or has a row. Ended jobs are deleted. */
  save(): Positions {
    for (const { job } of this.#jobs.filter(hasEnded)) {
      this.#jobRows.delete(job.id);
    }
    this.#jobs = this.#jobs.filter(progress => !hasEnded(progress));
    const replays = this.#jobs.map(({ job, scanned, underWay }): [number, number] => [
      job.id,
      underWay.size === 0 ? scanned : Math.min(...underWay) - 1,
    ]);
    const replaysUnderWay = this.#jobs
      .filter(({ underWay }) => underWay.size > 0)
      .map(({ job, scanned, underWay }): ReplayUnderWay => [job.id, scanned, rangesOf(underWay)]);
    return { replays, replaysUnderWay };
  }

  /** Forgets the jobs of a destination that was deleted. */
  forget(destinationId: string): void {
    for (const { job } of this.#jobs) {
      if (job.destinationId === destinationId) this.#jobRows.delete(job.id);
    }
    this.#jobs = this.#jobs.filter(({ job }) => job.destinationId !== destinationId);
  }
}

const progressOf = (job: ReplayJob, scanned: number): Progress => ({
  job,
  scanned,
  underWay: new Set(),
  returned: [],
});

const hasEnded = ({ job, scanned, underWay }: Progress): boolean =>
  scanned >= job.toSequence && underWay.size === 0;

/** What a job has to read beyond a position: the rest of its range, or the next of what was chosen. */
function nextRange({ toSequence, chosen }: ReplayJob, scanned: number): SequenceRange {
  const end: SequenceRange = [toSequence + 1, toSequence];
  return chosen === undefined ? [scanned + 1, toSequence] : (rangeFrom(chosen, scanned + 1) ?? end);
}

/** Whether a job covers an event. @param row the event's exception row at the job's destination, without replays */
export function wantsReplay(job: ReplayJob, event: StoredEvent, row: DeliveryRow | null): boolean {
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
