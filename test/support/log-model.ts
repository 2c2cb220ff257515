/**
 * What a webhook's object has to know, in the simplest form: a list of events, a set of received ids, when each hole
 * was made, and what each destination is owed. ShipStream's rules, one numbering: ids above `FIRST_ID`, and never three
 * conflicts in a row, which would be another one.
 */

export const FIRST_ID = 10;
export const GRACE_MS = 60_000;
export const EXPIRES_MS = 3_600_000;

export type ModelEvent = {
  sequence: number;
  id: number;
  topic: string;
  key: string;
  body: string;
  status: 'accepted' | 'quarantined';
  redacted: boolean;
};

type HoleStatus = 'young' | 'open' | 'expired';

export class LogModel {
  readonly events: ModelEvent[] = [];
  /** Sequences in the order in which they became forwardable. */
  readonly feed: number[] = [];
  /** Ids that are missing. */
  readonly holes = new Map<number, { detectedAt: number; status: HoleStatus }>();
  readonly filled = new Set<number>();
  duplicates = 0;
  #accepted = new Map<number, ModelEvent>();
  #conflictsInARow = new Set<number>();

  get highest(): number {
    return Math.max(0, ...this.#accepted.keys());
  }

  /** Missing ids, ascending. */
  get missing(): number[] {
    return [...this.holes.keys()].sort((a, b) => a - b);
  }

  of(sequence: number): ModelEvent | undefined {
    return this.events[sequence - 1];
  }

  accepted(id: number): ModelEvent | undefined {
    return this.#accepted.get(id);
  }

  /** Whether another body under this id is a conflict and no new numbering. */
  mayClash(id: number): boolean {
    return this.#accepted.has(id) && new Set(this.#conflictsInARow).add(id).size < 3;
  }

  /** What the gateway has to answer to an event: `accepted`, `duplicate` or `quarantined`, with the sequence. */
  send(given: Pick<ModelEvent, 'id' | 'topic' | 'key' | 'body'>, now: number): [string, number] {
    const same = this.events.find(({ id, body }) => id === given.id && body === given.body);
    if (same !== undefined) {
      this.duplicates++;
      return ['duplicate', same.sequence];
    }
    const sequence = this.events.length + 1;
    if (this.#accepted.has(given.id)) {
      this.#conflictsInARow.add(given.id);
      this.events.push({ ...given, sequence, status: 'quarantined', redacted: false });
      return ['quarantined', sequence];
    }
    const { highest } = this;
    const event: ModelEvent = { ...given, sequence, status: 'accepted', redacted: false };
    if (highest > 0) {
      for (let id = highest + 1; id < given.id; id++)
        this.holes.set(id, { detectedAt: now, status: 'young' });
    }
    const hole = this.holes.get(given.id);
    this.holes.delete(given.id);
    if (hole !== undefined && hole.status !== 'young') this.filled.add(given.id);
    this.#conflictsInARow.clear();
    this.#accepted.set(given.id, event);
    this.events.push(event);
    this.feed.push(sequence);
    return ['accepted', sequence];
  }

  release(sequence: number): void {
    const event = this.of(sequence);
    if (event === undefined) return;
    event.status = 'accepted';
    this.feed.push(sequence);
  }

  /** The alarm comes. */
  age(now: number): void {
    for (const hole of this.holes.values()) {
      const age = now - hole.detectedAt;
      if (age >= GRACE_MS) hole.status = age >= EXPIRES_MS ? 'expired' : 'open';
    }
  }

  /** The gap list, id by id, as `id status`, sorted. */
  get gaps(): string[] {
    const listed = [...this.holes].filter(([, { status }]) => status !== 'young');
    const lines = listed.map(([id, { status }]) => `${id} ${status}`);
    return [...lines, ...[...this.filled].map(id => `${id} filled`)].sort();
  }
}
