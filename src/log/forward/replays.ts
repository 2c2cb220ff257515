/**
 * Replays: events of the log that go to a destination again, because someone asked for it.
 *
 * A job's range is fixed when it is made; it is stored, and goes on after a restart. Replays take turns with the
 * feed within the destination's limits, and touch neither its cursor nor its order. An event whose body was redacted
 * is passed over.
 */
import { eventMatches } from '../../subscriptions/topics';
import type { EventStatus } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { ReplayRows } from '../store/replay-rows';
import type { StoredEvent } from '../store/stored-event';

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
  /** Give the replays ids of their own, for receivers that deduplicate. */
  newId: boolean;
  /** Send what the destination does not subscribe to as well: someone chose this very event for it. */
  unasked: boolean;
};

export type ReplayJob = ReplaySpec & {
  id: number;
  /** ms since 1970 */
  createdAt: number;
};

/** As it is stored, under its id. */
export type StoredJob = Omit<ReplayJob, 'id'>;

/** A job under way. */
type Progress = { job: ReplayJob; scanned: number; underWay: Set<number>; returned: StoredEvent[] };

const EVENTS_PER_READ = 128;
/** How many events one turn reads where a job sends few of them: appends must not wait for longer. */
const EVENTS_PER_TURN = 2048;

export class Replays {
  #jobRows: ReplayRows<StoredJob>;
  #log: Pick<Feed, 'eventsAfter'>;
  #rows: DeliveryRows;
  /** Oldest first. */
  #jobs: Progress[];

  /** @param positions per job, up to which sequence it is done, as `positions` gave it */
  constructor(
    jobRows: ReplayRows<StoredJob>,
    log: Pick<Feed, 'eventsAfter'>,
    rows: DeliveryRows,
    positions: readonly [number, number][],
  ) {
    this.#jobRows = jobRows;
    this.#log = log;
    this.#rows = rows;
    const known = new Map(positions);
    this.#jobs = jobRows
      .all()
      .map(({ id, job }) => progressOf({ ...job, id }, known.get(id) ?? job.fromSequence - 1));
  }

  /** Stores a job. Inside the caller's transaction. `now` in ms since 1970. */
  start(spec: ReplaySpec, now: number): void {
    // Ids name rows of ended jobs too, so they are never given twice: they grow with the clock.
    const id = Math.max(now, this.#jobRows.lastId + 1);
    const job = { ...spec, createdAt: now };
    this.#jobRows.add(id, job);
    this.#jobs.push(progressOf({ ...job, id }, job.fromSequence - 1));
  }

  /** Whether a destination has replays that have not begun. */
  waits(destinationId: string): boolean {
    return this.#jobs.some(
      ({ job, scanned, returned }) =>
        job.destinationId === destinationId && (scanned < job.toSequence || returned.length > 0),
    );
  }

  /** Up to `count` events to replay to a destination now; `unread`: there may be more, for another turn. */
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
        const left = job.toSequence - progress.scanned;
        const read = this.#log.eventsAfter(progress.scanned, Math.min(EVENTS_PER_READ, left));
        examined += read.length;
        if (read.length === 0) progress.scanned = job.toSequence;
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

  /** How many of the next `limit` events after a sequence a job would send, and where to go on; null at the end. */
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

  /** Whether a job has ended that `save` has not deleted yet: one that found nothing to send ends without a flush. */
  get ended(): boolean {
    return this.#jobs.some(hasEnded);
  }

  /** What to store: per job, up to where every event is settled or has a row. Ended jobs are deleted. */
  save(): [number, number][] {
    for (const { job } of this.#jobs.filter(hasEnded)) {
      this.#jobRows.delete(job.id);
    }
    this.#jobs = this.#jobs.filter(progress => !hasEnded(progress));
    return this.#jobs.map(({ job, scanned, underWay }) => [
      job.id,
      underWay.size === 0 ? scanned : Math.min(...underWay) - 1,
    ]);
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

/** Whether a job covers an event. @param row the event's exception row at the job's destination */
export function wantsReplay(job: ReplayJob, event: StoredEvent, row: DeliveryRow | null): boolean {
  if (event.status !== 'forwardable' || event.bodyBytes === 0) return false;
  if (event.sequence < job.fromSequence || event.sequence > job.toSequence) return false;
  if (job.since !== null && event.receivedAt < job.since) return false;
  if (job.until !== null && event.receivedAt >= job.until) return false;
  if (job.topic !== null && !eventMatches([job.topic], { topic: event.topic, topics: event.topics }))
    return false;
  if (job.status === null) return true;
  // What became dead after the job was made is not in it.
  const status = row === null ? 'accepted' : row.status;
  return status === job.status && (row === null || row.updatedAt <= job.createdAt);
}
