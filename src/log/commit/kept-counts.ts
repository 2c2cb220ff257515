/**
 * The counts of what is stored without a row: duplicates, and ignored events. The checkpoint has them, but the next one may be 256
 * events away, and the object may leave memory before. So they have a document of their own besides, written a second after the first
 * that is not in it, and while more come every ten seconds.
 *
 * 1 row a write, however many were counted. The timer keeps the object in memory, so one that leaves it because it is idle has
 * stored them; when it wakes up soon after, the ten seconds go on. A second awake costs about what the row does, so that a single duplicate waits no longer. A crash loses those of the
 * last seconds.
 */
import type { Clock } from '../../clock';
import { readDocument, writeDocument } from '../store/documents';
import type { Counters, LogState } from './log-state';

const NAME = 'counts';
const FIRST_MS = 1000;
const BETWEEN_MS = 10_000;

type Rowless = Pick<Counters, 'duplicate' | 'ignored'>;
/** `at`: when it was written, ms since 1970. */
type Kept = Rowless & { at: number };

const keptIn = (sql: SqlStorage): Kept => {
  const stored = JSON.parse(readDocument(sql, NAME) ?? '{}') as Partial<Kept>;
  return { duplicate: 0, ignored: 0, at: 0, ...stored };
};

/** The state with the counts that were kept, where it has less. Reads a row. */
export function withKeptCounts(sql: SqlStorage, state: LogState): LogState {
  const kept = keptIn(sql);
  const { counters } = state;
  const duplicate = Math.max(counters.duplicate, kept.duplicate);
  const ignored = Math.max(counters.ignored, kept.ignored);
  return { ...state, counters: { ...counters, duplicate, ignored } };
}

export type KeptCountsDeps = {
  sql: SqlStorage;
  clock: Clock;
  log: { readonly state: Pick<LogState, 'counters'> };
  /** The storage took no write. The next commit tries again. */
  refused: (error: unknown, written: 'counts') => void;
};

/** Keeps the counts of one log. */
export class KeptCounts {
  #deps: KeptCountsDeps;
  #kept: Rowless;
  /** Read when it is needed first. */
  #keptAt: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(deps: KeptCountsDeps) {
    this.#deps = deps;
    this.#kept = deps.log.state.counters;
  }

  /** To be called after every commit. */
  look(): void {
    if (this.#cancel !== null || !this.#isBehind) return;
    const { sql, clock } = this.#deps;
    const now = clock.now();
    this.#keptAt ??= keptIn(sql).at;
    const at = Math.max(now + FIRST_MS, this.#keptAt + BETWEEN_MS);
    this.#cancel = clock.later(at - now, () => this.#keep());
  }

  stop(): void {
    this.#cancel?.();
  }

  get #isBehind(): boolean {
    const { duplicate, ignored } = this.#deps.log.state.counters;
    return duplicate !== this.#kept.duplicate || ignored !== this.#kept.ignored;
  }

  #keep(): void {
    const { sql, clock, log, refused } = this.#deps;
    this.#cancel = null;
    const { duplicate, ignored } = log.state.counters;
    try {
      const at = clock.now();
      const kept: Kept = { duplicate, ignored, at };
      writeDocument(sql, NAME, JSON.stringify(kept));
      this.#kept = kept;
      this.#keptAt = at;
    } catch (error) {
      refused(error, 'counts');
    }
  }
}
