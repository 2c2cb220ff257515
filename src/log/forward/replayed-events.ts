/** Finds the events of replays in the log, in turns that are bounded: appends have to wait for as long as one takes. */
import type { DeliveryRow } from '../store/delivery-row';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import { nextRange, type ReplayJob, type ReplaySpec, type StoredJob, wantsReplay } from './replay-job';
import type { Progress } from './replay-progress';

const EVENTS_PER_READ = 128;
/** How many events one turn reads at most. */
const EVENTS_PER_TURN = 2048;

type Wants = (event: StoredEvent) => boolean;

export class ReplayedEvents {
  #log: Pick<Feed, 'eventsAfter'>;
  #rows: DeliveryRows;

  constructor(log: Pick<Feed, 'eventsAfter'>, rows: DeliveryRows) {
    this.#log = log;
    this.#rows = rows;
  }

  /** One turn, over as many jobs as it comes to. `isOver`: it read as much as it may, and another may find more. */
  turn(): { next: (one: Progress, count: number, wants: Wants) => StoredEvent[]; readonly isOver: boolean } {
    let examined = 0;
    let isOver = false;
    const next = (one: Progress, count: number, wants: Wants): StoredEvent[] => {
      const { job } = one;
      const taken: StoredEvent[] = [];
      while (taken.length < count && one.scanned < job.toSequence) {
        if (examined >= EVENTS_PER_TURN) {
          isOver = true;
          return taken;
        }
        const [from, to] = nextRange(job, one.scanned);
        one.scanned = Math.max(one.scanned, from - 1);
        const left = to - one.scanned;
        if (left <= 0) break;
        const read = this.#log.eventsAfter(one.scanned, Math.min(EVENTS_PER_READ, left));
        examined += read.length;
        if (read.length === 0) one.scanned = to;
        const rows = this.#rowsOf(read, job.destinationId);
        for (const event of read) {
          if (taken.length >= count) break;
          one.scanned = event.sequence;
          if (event.sequence > job.toSequence) break;
          if (!isWanted(job, event, rows, wants)) continue;
          one.underWay.add(event.sequence);
          taken.push(event);
        }
      }
      return taken;
    };
    return {
      next,
      get isOver() {
        return isOver;
      },
    };
  }

  /** How many of the next `limit` events after a sequence would be sent. `next`: where to go on; null at the end. */
  count(
    job: ReplaySpec & Pick<StoredJob, 'createdAt'>,
    after: number,
    limit: number,
    wants: Wants,
  ): { count: number; next: number | null } {
    const read = this.#log.eventsAfter(after, limit).filter(event => event.sequence <= job.toSequence);
    const rows = this.#rowsOf(read, job.destinationId);
    const sent = read.filter(event => isWanted(job, event, rows, wants));
    return { count: sent.length, next: read.length < limit ? null : (read.at(-1)?.sequence ?? null) };
  }

  #rowsOf(events: readonly StoredEvent[], destinationId: string): Map<number, DeliveryRow> {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return new Map();
    const rows = this.#rows.between(first.sequence, last.sequence);
    return new Map(rows.filter(row => row.destinationId === destinationId).map(row => [row.sequence, row]));
  }
}

const isWanted = (
  job: Parameters<typeof wantsReplay>[0] & Pick<ReplayJob, 'unasked'>,
  event: StoredEvent,
  rows: ReadonlyMap<number, DeliveryRow>,
  wants: Wants,
): boolean => wantsReplay(job, event, rows.get(event.sequence) ?? null) && (job.unasked || wants(event));
