/**
 * Replays that have ended, as a whole or at some of their destinations: the last of them, so that one can see what came of them.
 *
 * They are one document. It is written when something in it has changed: 1 row when a replay ends, and 1 more for each flush with
 * attempts that were under way when theirs was cancelled.
 */
import type { AskedReplay, Replay, ReplayPart } from '../contract/replays';
import { readDocument, writeDocument } from '../store/documents';
import { replayIdOf } from './replay-job';
import { counted, type Progress, partOf, type ReplayCounts, type ReplayOutcome } from './replay-progress';

/** As it is stored. `job` is what the part had, as far as it is still of interest. */
type EndedPart = {
  job: { id: number; destinationId: string; counted?: number };
  counts: ReplayCounts;
  state: Exclude<ReplayPart['state'], 'running'>;
  endedAt: number;
};
type EndedReplay = { id: number; asked: AskedReplay | null; startedAt: number; parts: EndedPart[] };

const NAME = 'ended_replays';
/** How many are kept. One with 20 destinations takes some 3 KB. */
const KEPT = 50;

export class EndedReplays {
  #sql: SqlStorage;
  /** In the order in which they ended. */
  #replays: EndedReplay[];
  #changed = false;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const stored = readDocument(sql, NAME);
    this.#replays = stored === null ? [] : (JSON.parse(stored) as EndedReplay[]);
  }

  /** The highest id of their jobs; 0 for none. */
  get lastId(): number {
    return Math.max(0, ...this.#replays.flatMap(({ parts }) => parts.map(({ job }) => job.id)));
  }

  /** Whether `save` has something to write. */
  get hasChanged(): boolean {
    return this.#changed;
  }

  /** `at` in ms since 1970. */
  add({ job, counts }: Progress, state: EndedPart['state'], at: number): void {
    const { id, destinationId, createdAt, asked = null } = job;
    const replayId = replayIdOf(job);
    const known = this.#replays.find(replay => replay.id === replayId);
    const replay = known ?? { id: replayId, asked, startedAt: createdAt, parts: [] };
    const about = { id, destinationId, ...(job.counted === undefined ? {} : { counted: job.counted }) };
    replay.parts.push({ job: about, counts, state, endedAt: at });
    this.#replays = [...this.#replays.filter(other => other !== known), replay];
    this.#changed = true;
  }

  /** An attempt that was under way when its replay was cancelled has ended. */
  attempted(jobId: number, first: boolean, outcome: ReplayOutcome): void {
    const part = this.#partOf(jobId);
    if (part === undefined) return;
    part.counts = counted(part.counts, first, outcome);
    this.#changed = true;
  }

  /** The replay that a job was a part of; null where it is not known any more. */
  replayOf(jobId: number): number | null {
    return this.#replays.find(({ parts }) => parts.some(({ job }) => job.id === jobId))?.id ?? null;
  }

  #partOf(jobId: number): EndedPart | undefined {
    return this.#replays.flatMap(({ parts }) => parts).find(({ job }) => job.id === jobId);
  }

  /** With the parts that have ended. */
  get all(): Replay[] {
    return this.#replays.map(({ parts, ...replay }) => ({
      ...replay,
      parts: parts.map(({ job, counts, state, endedAt }) => partOf({ job, counts }, state, endedAt)),
    }));
  }

  /** Forgets the oldest. Inside the caller's transaction. @param running ids of replays of which a part still runs */
  save(running: ReadonlySet<number>): void {
    if (!this.#changed) return;
    const over = this.#replays.filter(({ id }) => !running.has(id));
    const dropped = new Set(over.slice(0, Math.max(0, over.length - KEPT)));
    this.#replays = this.#replays.filter(replay => !dropped.has(replay));
    writeDocument(this.#sql, NAME, JSON.stringify(this.#replays));
    this.#changed = false;
  }
}
