/**
 * Replays: events of the log that are sent to destinations again, because someone asked for it.
 *
 * A replay is a stored job with a fixed range for each of its destinations, which goes on after a restart and is over when nothing
 * is left to send or to try again, or when it was cancelled: then what is under way ends, and nothing else leaves. Replays take
 * turns with the feed within the destination's limits, and touch neither its cursor nor its order. They skip events with a
 * redacted body. How far they are is stored with the cursors, in the row that is written anyway.
 */
import type { AskedReplay, Replay } from '../contract/replays';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { ReplayRows } from '../store/replay-rows';
import type { StoredEvent } from '../store/stored-event';
import type { EndedReplays } from './ended-replays';
import { type ReplayJob, type ReplaySpec, replayIdOf, type StoredJob } from './replay-job';
import * as progress from './replay-progress';
import { ReplayedEvents } from './replayed-events';
import { rangesOf, sequencesOf } from './settled-ahead';
import type { ReplayUnderWay, StoredForwarding } from './stored-forwarding';

/** What is stored of all jobs with the cursors. */
type Positions = Pick<StoredForwarding, 'replays' | 'replaysUnderWay' | 'replayCounts'>;

/** What one destination is to get, and how many events that is; null where nobody counted. */
export type ReplayStart = { spec: ReplaySpec; counted: number | null };

export type ReplaysDeps = {
  jobRows: ReplayRows<StoredJob>;
  ended: EndedReplays;
  log: Pick<Feed, 'eventsAfter' | 'event'>;
  rows: DeliveryRows;
  /** ms since 1970 */
  now: () => number;
};

/** The replays of a webhook. */
export class Replays {
  #deps: ReplaysDeps;
  #events: ReplayedEvents;
  /** Of those that run, oldest first. */
  #jobs: progress.Progress[];
  /** At least the highest id of a job that is still known. */
  #lastId: number;
  /** Those cancelled since this object woke up. Attempts of earlier ones ended with the object before. */
  #cancelled = new Set<number>();

  /** @param positions where the jobs stand, as `save` gave it */
  constructor(deps: ReplaysDeps, { replays, replaysUnderWay, replayCounts }: Positions) {
    this.#deps = deps;
    this.#events = new ReplayedEvents(deps.log, deps.rows);
    this.#lastId = Math.max(deps.jobRows.lastId, deps.ended.lastId);
    const done = new Map(replays);
    const underWay = new Map(replaysUnderWay.map(one => [one[0], one]));
    const known = new Map(replayCounts.map(([id, ...counts]) => [id, counts]));
    this.#jobs = deps.jobRows.all().map(({ id, job: stored }) => {
      const job = { ...stored, id };
      const [sent, delivered, dead] = known.get(id) ?? [deps.jobRows.retrying(job.destinationId, id), 0, 0];
      const counts = { sent, delivered, dead };
      const [, scanned, ranges] = underWay.get(id) ?? [id, done.get(id) ?? job.fromSequence - 1, []];
      const returned = [...sequencesOf(ranges)].map(sequence => deps.log.event(sequence));
      return progress.progressOf(
        job,
        scanned,
        counts,
        returned.filter(event => event !== null),
      );
    });
  }

  /** Stores a replay and makes it wait for its turn; gives its id. Inside the caller's transaction. */
  start(parts: readonly ReplayStart[], asked: AskedReplay | null): number {
    const { jobRows, now } = this.#deps;
    const createdAt = now();
    // Exception rows may still have the ids of ended jobs. Ids grow with the clock, so that none is given twice.
    const replayId = Math.max(createdAt, this.#lastId + 1);
    this.#lastId = replayId + parts.length;
    for (const [index, { spec, counted }] of parts.entries()) {
      const about = { createdAt, replayId, ...(asked === null ? {} : { asked }) };
      const job: StoredJob = { ...spec, ...about, ...(counted === null ? {} : { counted }) };
      jobRows.add(replayId + index, job);
      const stored = { ...job, id: replayId + index };
      this.#jobs.push(progress.progressOf(stored, job.fromSequence - 1, progress.NOTHING_SENT));
    }
    return replayId;
  }

  /** Whether a job has events left to send to a destination that are not under way. */
  waits(destinationId: string): boolean {
    return this.#jobs.some(one => one.job.destinationId === destinationId && progress.hasMore(one));
  }

  /** Up to `count` events to send to a destination again now. `unread`: the next turn may find more. */
  take(
    destinationId: string,
    count: number,
    wants: (event: StoredEvent) => boolean,
  ): { taken: { job: ReplayJob; event: StoredEvent }[]; unread: boolean } {
    const taken: { job: ReplayJob; event: StoredEvent }[] = [];
    const turn = this.#events.turn();
    for (const one of this.#jobs) {
      const { job } = one;
      if (job.destinationId !== destinationId) continue;
      for (const event of one.returned.splice(0, count - taken.length)) taken.push({ job, event });
      for (const event of turn.next(one, count - taken.length, wants)) taken.push({ job, event });
      if (turn.isOver) break;
    }
    return { taken, unread: turn.isOver };
  }

  /** How many of the next `limit` events after a sequence would be sent. `next`: where to go on; null at the end. */
  count(
    spec: ReplaySpec,
    after: number,
    limit: number,
    wants: (event: StoredEvent) => boolean,
  ): { count: number; next: number | null } {
    return this.#events.count({ ...spec, createdAt: this.#deps.now() }, after, limit, wants);
  }

  /** An attempt of a job ended, and its event is settled, or kept in a row. @param first whether it was its event's first */
  attempted(id: number, sequence: number, first: boolean, outcome: progress.ReplayOutcome): void {
    const one = this.#jobs.find(({ job }) => job.id === id);
    if (one === undefined) {
      this.#deps.ended.attempted(id, first, outcome);
      return;
    }
    one.underWay.delete(sequence);
    one.counts = progress.counted(one.counts, first, outcome);
  }

  /** An event of a job did not start after all. */
  requeue(id: number, event: StoredEvent): void {
    this.#jobs.find(({ job }) => job.id === id)?.returned.push(event);
  }

  /** Whether what fails of a job is not tried again. */
  isCancelled(id: number): boolean {
    return this.#cancelled.has(id);
  }

  /** The replay that a delivery is of, by the id of its job; null for 0, a delivery of the feed. */
  replayOf(id: number): number | null {
    if (id === 0) return null;
    const job = this.#jobs.find(one => one.job.id === id)?.job;
    return job === undefined ? (this.#deps.ended.replayOf(id) ?? id) : replayIdOf(job);
  }

  /** The lowest sequence that a job may still send without having a row for it; null where none may. */
  get lowest(): number | null {
    const lowest = this.#jobs.map(progress.lowestOf).filter(sequence => sequence !== null);
    return lowest.length > 0 ? Math.min(...lowest) : null;
  }

  /** Whether a job has ended that `save` has to store. A job that found nothing to send ends without a flush. */
  get ended(): boolean {
    return this.#deps.ended.hasChanged || this.#jobs.some(progress.isOver);
  }

  /** What to store with the cursors. What has ended is stored here. Inside the caller's transaction. */
  save(): Positions {
    this.#end(this.#jobs.filter(progress.isOver), 'done');
    this.#deps.ended.save(new Set(this.#jobs.map(({ job }) => replayIdOf(job))));
    const positions = this.#jobs.map((one): [number, number] => [one.job.id, progress.positionOf(one)]);
    const replaysUnderWay = this.#jobs
      .filter(({ underWay }) => underWay.size > 0)
      .map(({ job, scanned, underWay }): ReplayUnderWay => [job.id, scanned, rangesOf(underWay)]);
    const replayCounts = this.#jobs.map(({ job, counts }): Positions['replayCounts'][number] => [
      job.id,
      counts.sent,
      counts.delivered,
      counts.dead,
    ]);
    return { replays: positions, replaysUnderWay, replayCounts };
  }

  /** Sends nothing more of a replay, and tries nothing of it again. Inside the caller's transaction, which saves. */
  cancel(replayId: number): void {
    const parts = this.#jobs.filter(({ job }) => replayIdOf(job) === replayId);
    for (const { job } of parts) this.#deps.rows.giveUp(job.destinationId, job.id);
    this.#end(parts, 'cancelled');
  }

  /** Ends the jobs of a destination that was deleted. */
  forget(destinationId: string): void {
    this.#end(
      this.#jobs.filter(({ job }) => job.destinationId === destinationId),
      'cancelled',
    );
  }

  #end(over: readonly progress.Progress[], state: 'done' | 'cancelled'): void {
    if (over.length === 0) return;
    const { jobRows, ended, now } = this.#deps;
    for (const one of over) {
      jobRows.delete(one.job.id);
      ended.add(one, state, now());
      if (state === 'cancelled') this.#cancelled.add(one.job.id);
    }
    this.#jobs = this.#jobs.filter(one => !over.includes(one));
  }

  /** Retention dropped events, and the rows with their retries. Inside the caller's transaction. */
  dropped(): void {
    for (const one of this.#jobs) {
      const retrying = progress.retryingOf(one.counts);
      if (retrying === 0) continue;
      const left = this.#deps.jobRows.retrying(one.job.destinationId, one.job.id);
      one.counts = { ...one.counts, dead: one.counts.dead + Math.max(0, retrying - left) };
    }
  }

  /** All that run, and the last that ended; newest first. */
  get all(): Replay[] {
    const replays = new Map(this.#deps.ended.all.map(replay => [replay.id, replay]));
    for (const one of this.#jobs) {
      const id = replayIdOf(one.job);
      const known = replays.get(id) ?? {
        id,
        asked: one.job.asked ?? null,
        startedAt: one.job.createdAt,
        parts: [],
      };
      replays.set(id, { ...known, parts: [...known.parts, progress.partOf(one, 'running', null)] });
    }
    return [...replays.values()].sort((a, b) => b.id - a.id);
  }
}
