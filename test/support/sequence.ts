/**
 * The sequence core without a database: the tracker with its record of known ids and a clock, fed id by id.
 * It keeps ids as the log does (`Log.#recordId`), so that tests of the tracker see what the log would do.
 */
import type { Hole } from '../../src/numbering/holes';
import { passTime } from '../../src/numbering/pass-time';
import { place } from '../../src/numbering/place';
import { record, recordConflict } from '../../src/numbering/record';
import {
  type Conflict,
  EMPTY_TRACKER,
  type KnownId,
  type Lookup,
  type MovedId,
  type Tracker,
  type TrackerChange,
  type TrackerSettings,
} from '../../src/numbering/types';

export type Offer = {
  /** Stands for the body: other bytes, other event. */
  bytes: string;
  eventTime?: number | null;
  /** The secret that verified it. */
  secret?: string;
  /** What is done with an event that is none of duplicate, conflict and too old. */
  as?: 'accepted' | 'ignored' | 'quarantined';
};

export class Sequence {
  /** Ids offered and waits, over all sequences of a test file. */
  static operations = 0;
  tracker: Tracker = EMPTY_TRACKER;
  now = 0;
  readonly changes: TrackerChange[] = [];
  readonly adopted: Conflict[] = [];
  /** The ids that epochs missed for sure when they closed. */
  readonly expired: number[] = [];
  readonly known = new Map<string, KnownId>();
  /** Events up to this sequence are past their retention. */
  droppedUpTo = 0;
  /** Records up to this id, of any epoch, are past the deduplication window. */
  forgottenUpTo = 0;
  #settings: TrackerSettings;
  #sequence = 0;
  /** Of the events by sequence. */
  #times: (number | null)[] = [null];

  constructor(settings: TrackerSettings = { graceMs: 60_000, expiresMs: 374_400_000 }) {
    this.#settings = settings;
  }

  /** What the event is: `accepted` in an epoch, `duplicate`, … as `kind` or `kind@epoch`. */
  offer(id: number, { bytes, eventTime = null, secret, as = 'accepted' }: Offer): string {
    Sequence.operations++;
    const fingerprint = `${id}:${bytes}`;
    const verifiedBy = secret === undefined ? {} : { secretId: secret };
    const arrival = { id, fingerprint, eventTime, now: this.now, ...verifiedBy };
    const placement = place(this.tracker, arrival, this.#settings, this.#lookup, this.#timeOf);
    if (placement.kind === 'duplicate') return `duplicate@${placement.epoch}`;
    this.#sequence++;
    this.#times.push(eventTime);
    if (placement.kind === 'conflict' || placement.kind === 'too_old') {
      if (placement.epoch !== this.tracker.current?.number) return placement.kind;
      const proofless = placement.kind === 'conflict' && placement.resent === true;
      const conflict = { id, sequence: this.#sequence, fingerprint, eventTime };
      const as = proofless ? { ...conflict, proofless: true as const } : conflict;
      const noted = recordConflict(this.tracker, as, arrival, this.#settings);
      this.tracker = noted.tracker;
      this.changes.push(...noted.changes);
      return placement.kind;
    }
    if (placement.kind === 'restart') {
      for (const conflict of placement.adopted) {
        this.adopted.push(conflict);
        this.known.set(`${placement.epoch}:${conflict.id}`, { kind: 'accepted', ...conflict });
      }
    }
    const recorded = record(this.tracker, arrival, placement, this.#settings);
    this.tracker = recorded.tracker;
    this.changes.push(...recorded.changes);
    this.#move(recorded.moved);
    for (const conflict of recorded.returned?.conflicts ?? []) {
      this.adopted.push(conflict);
      this.known.set(`${recorded.returned?.to}:${conflict.id}`, { kind: 'accepted', ...conflict });
    }
    if (placement.kind !== 'unaccepted' || as === 'accepted') {
      this.known.set(`${placement.epoch}:${id}`, { kind: as, sequence: this.#sequence, fingerprint });
    }
    return `${as}@${placement.epoch}`;
  }

  /** Several accepted ids with the same bytes behind them. */
  offerAll(ids: readonly number[], offer: Offer): string[] {
    return ids.map(id => this.offer(id, offer));
  }

  /** Lets time pass and the tracker with it, as often as the alarm would. Returns the epochs that closed. */
  wait(ms: number): number[] {
    Sequence.operations++;
    this.now += ms;
    const closed: number[] = [];
    while (true) {
      const aged = passTime(this.tracker, this.now, this.#settings);
      if (aged.tracker === this.tracker) return closed;
      this.tracker = aged.tracker;
      this.changes.push(...aged.changes);
      this.#move(aged.moved);
      closed.push(...aged.closed.map(epoch => epoch.number));
      for (const { from, to, status } of aged.closed.flatMap(({ holes }) => holes))
        if (status === 'young' || status === 'open') this.expired.push(...range(from, to));
    }
  }

  /** Holes of an epoch (the current one) as `from-to status`. */
  holes(epoch = this.tracker.current?.number): string[] {
    const all = [
      ...this.tracker.earlierEpochs,
      ...(this.tracker.current === null ? [] : [this.tracker.current]),
    ];
    const holes: readonly Hole[] = all.find(({ number }) => number === epoch)?.holes ?? [];
    return holes.map(({ from, to, status }) => `${from}-${to} ${status}`);
  }

  #move(moved: readonly MovedId[] = []): void {
    for (const { id, from, to } of moved) {
      const known = this.known.get(`${from}:${id}`);
      if (known !== undefined && !this.known.has(`${to}:${id}`)) this.known.set(`${to}:${id}`, known);
    }
  }

  #timeOf = (sequence: number): number | null =>
    sequence <= this.droppedUpTo ? null : (this.#times[sequence] ?? null);

  #lookup: Lookup = (epoch, id) => {
    if (id <= this.forgottenUpTo) return 'forgotten';
    return this.known.get(`${epoch}:${id}`) ?? null;
  };
}

/** The ids `from..to`. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
