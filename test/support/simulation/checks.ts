/**
 * What forwarding promises, checked against what receivers saw and against every exception row that was written.
 *
 * The model is its own: the feed is read with one query over the log's tables, and what a destination wants comes
 * from its topics. `problems` stays empty as long as the promises hold.
 */
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import { topicMatches } from '../../../src/subscriptions/topics';
import type { DestinationRecord } from '../../../src/subscriptions/webhook';
import type { World } from './world';

type Entry = {
  sequence: number;
  keys: readonly string[];
  /** Delivered at least once, dead, or dropped by retention. */
  decided: 'delivered' | 'dead' | 'lost' | null;
  /** A replay delivered it, after which it may be tried no more. */
  replayed: boolean;
  deliveries: number;
  previous: number | null;
  messageId: string | null;
};
/** `hurriedTo`: it may be tried from then on, though the schedule has it at `nextAt`. */
type Row = { status: string; attempts: number; step: number; nextAt: number | null; hurriedTo?: number };
type Feed = {
  sequence: number;
  topic: string;
  operational: number;
  entity_keys: string;
  after: number;
  position: number;
};

const MAX_CALLS = 24;

/** One destination, as the model sees it. */
class Model {
  readonly entries = new Map<number, Entry>();
  /** In feed order. */
  readonly order: Entry[] = [];
  /** Per key, entries in feed order and how many of the first of them are decided. */
  readonly lanes = new Map<string, { entries: Entry[]; decided: number }>();
  readonly rows = new Map<number, Row>();
  /** What answers to an event asked for so far; which of them was heard, only the gateway knows. */
  readonly retryAfter = new Map<number, Set<number>>();
  feedLength = 0;
  inFlight = 0;
  redeliveries = 0;
}

export class Checks {
  readonly problems: string[] = [];
  attempts = 0;
  deliveries = 0;
  probes = 0;
  mostCalls = 0;
  mostRedelivered = 0;
  world: World | null = null;
  #models = new Map<string, Model>();
  /** Those of the object as it runs now; each has a target of its own. */
  #calls = new Set<CourierTarget>();
  #firstSequence = 0;
  #feed: Feed[] = [];
  #read = { sequence: 0, release: 0 };

  called(target: CourierTarget, events: readonly OutgoingEvent[]): void {
    this.#calls.add(target);
    this.mostCalls = Math.max(this.mostCalls, this.#calls.size);
    if (this.#calls.size > MAX_CALLS) this.#problem(`${this.#calls.size} courier calls at a time`);
    const bytes = events.reduce((sum, { body }) => sum + body.byteLength, 0);
    if (events.length > 48 || (events.length > 1 && bytes > 4 * 1024 * 1024)) {
      this.#problem(`a call of ${events.length} events and ${bytes} bytes`);
    }
    if (target.connections < 1 || target.connections > 6) this.#problem(`${target.connections} connections`);
  }

  ended(target: CourierTarget): void {
    this.#calls.delete(target);
  }

  /** The object starts anew: calls of the old one do not count any more, and it may deliver things again. */
  restarted(): void {
    this.#calls.clear();
    for (const model of this.#models.values()) {
      model.inFlight = 0;
      model.redeliveries = 0;
    }
  }

  begun(target: CourierTarget, event: OutgoingEvent): void {
    this.attempts++;
    const { destination, model } = this.#of(target.destinationId);
    if (destination === null) return;
    const isOfThisObject = this.#calls.has(target);
    if (isOfThisObject) model.inFlight++;
    if (model.inFlight > destination.maxInFlight) this.#problem(`${model.inFlight} in flight`, target, event);
    if (event.replay) return;
    const entry = model.entries.get(event.sequence);
    if (entry === undefined) {
      this.#problem('an event that is not wanted', target, event);
      return;
    }
    if (entry.messageId !== null && entry.messageId !== event.messageId)
      this.#problem('another webhook-id', target, event);
    if (entry.previous !== null && entry.previous !== event.previous) {
      this.#problem(`gapless-previous ${entry.previous} became ${event.previous}`, target, event);
    }
    entry.messageId = event.messageId;
    entry.previous = event.previous;
    if (entry.decided !== null) return;
    for (const key of this.#keysOf(destination, entry)) {
      const first = this.#firstUndecided(model, key);
      if (first !== entry && !entry.replayed)
        this.#problem(`before ${first?.sequence} of the same key`, target, event);
    }
    const row = model.rows.get(event.sequence);
    const { now } = this.#live.time;
    // A courier of the object before may still have first attempts in hand that this one has made since.
    const isEarly = row?.nextAt != null && now < (row.hurriedTo ?? row.nextAt);
    if (isOfThisObject && isEarly) {
      this.probes++;
      const open = this.#live.forwarding.destination(destination.id)?.gate.circuit.state === 'open';
      if (!open) this.#problem(`${(row.nextAt ?? 0) - now} ms before its time`, target, event);
    }
  }

  finished(target: CourierTarget, event: OutgoingEvent, result: AttemptResult): void {
    const { destination, model } = this.#of(target.destinationId);
    if (destination === null) return;
    if (this.#calls.has(target)) model.inFlight--;
    if (event.replay) {
      const entry = model.entries.get(event.sequence);
      if (entry !== undefined && result.outcome === 'delivered') entry.replayed = true;
      return;
    }
    const asked = model.retryAfter.get(event.sequence) ?? new Set([0]);
    model.retryAfter.set(event.sequence, asked.add(result.retryAfterMs ?? 0));
    const entry = model.entries.get(event.sequence);
    if (entry === undefined || result.outcome !== 'delivered') return;
    this.deliveries++;
    entry.decided = 'delivered';
    if (++entry.deliveries === 1) return;
    model.redeliveries++;
    this.mostRedelivered = Math.max(this.mostRedelivered, model.redeliveries);
  }

  /** Every statement, before it runs: exception rows are checked as they are written. */
  statement(query: string, bindings: unknown[]): void {
    if (query.startsWith('UPDATE deliveries SET planned_at')) {
      const [from, , id] = bindings as [number, number, string];
      for (const row of this.#of(id).model.rows.values()) row.hurriedTo = from;
    } else if (query.startsWith('UPDATE deliveries SET')) {
      const [status, attempts, step, nextAt, error, at, , sequence, id, replay] = bindings as [
        string,
        number,
        number,
        number | null,
        string | null,
        number,
        number | null,
        number,
        string,
        number,
      ];
      if (replay === 0) this.#put(id, sequence, { status, attempts, step, nextAt }, error, at);
    } else if (query.startsWith('DELETE FROM deliveries WHERE sequence = ?')) {
      const [sequence, id] = bindings as [number, string];
      this.#models.get(id)?.rows.delete(sequence);
    } else if (query.startsWith('DELETE FROM deliveries WHERE sequence <')) {
      this.#dropped(bindings[0] as number);
    }
  }

  #put(id: string, sequence: number, row: Row, error: string | null, at: number): void {
    const { destination, model } = this.#of(id);
    const before = model.rows.get(sequence);
    model.rows.set(sequence, row);
    if (destination === null) return;
    const where = `${id}/${sequence}: ${JSON.stringify(before)} → ${JSON.stringify(row)} ${error}`;
    const schedule = destination.retrySchedule;
    const entry = model.entries.get(sequence);
    if (entry === undefined) {
      this.#problem(`a row of an event that is not wanted ${where}`);
      return;
    }
    if (before !== undefined && row.attempts > 0 && row.attempts <= before.attempts) {
      this.#problem(`attempts do not grow ${where}`);
    }
    if (row.status === 'dead') {
      entry.decided ??= 'dead';
      if (row.step !== schedule.length + 1) this.#problem(`dead after ${row.step} attempts ${where}`);
      return;
    }
    if (row.step > schedule.length && error !== 'status 410') this.#problem(`too many attempts ${where}`);
    if (row.attempts === 0 || row.nextAt === null) return;
    const asked = [...(model.retryAfter.get(sequence) ?? [0])];
    if (before !== undefined && row.step === before.step) {
      // Only Retry-After may, and only to later.
      const moved = asked.some(ms => row.nextAt === Math.max(before.nextAt ?? 0, at + ms));
      if (!moved) this.#problem(`a probe moved the schedule ${where}`);
      return;
    }
    if (error === 'status 410') return;
    const wait = row.nextAt - at;
    const due = (schedule[row.step - 1] ?? 0) * 1000;
    const fits = asked.some(ms => wait >= Math.max(due * 0.9, ms) - 1 && wait <= Math.max(due * 1.1, ms) + 1);
    if (!fits) this.#problem(`waits ${wait} instead of ${due} or ${asked} ${where}`);
  }

  /** What retention dropped: lost, and said to be. */
  #dropped(firstSequence: number): void {
    this.#firstSequence = firstSequence;
    // Before they are gone for the model too.
    for (const { id } of this.#live.webhook.destinations) this.#of(id);
    for (const model of this.#models.values()) {
      for (const entry of model.order) {
        if (entry.sequence < firstSequence) entry.decided ??= 'lost';
      }
    }
  }

  /** At the end, when nothing fails any more and everything has run out. */
  finish(): void {
    for (const destination of this.#live.webhook.destinations) {
      const { model } = this.#of(destination.id);
      const losses = this.#live.forwarding.destination(destination.id)?.losses ?? [];
      let previous: Pick<Entry, 'sequence' | 'decided'> = { sequence: 0, decided: null };
      for (const entry of model.order) {
        const { sequence, decided, replayed } = entry;
        if (decided === null && !replayed)
          this.#problem(`${destination.id}/${sequence} is neither delivered nor dead`);
        const isLost = losses.some(({ from, to }) => sequence >= from && sequence <= to);
        if (decided === 'lost' && !isLost)
          this.#problem(`${destination.id}/${sequence} was lost without a word`);
        // After a loss the chain has to be seen to be broken, even if none of the dropped events was wanted.
        const follows = entry.previous ?? previous.sequence;
        const showsLoss = previous.decided === 'lost' && follows > previous.sequence;
        if (follows !== previous.sequence && !showsLoss) {
          this.#problem(`${destination.id}/${sequence} follows ${follows} instead of ${previous.sequence}`);
        }
        previous = entry;
      }
      const ends = losses.flatMap(({ from, to }) => [from, to]);
      if (ends.some((end, index) => end < (ends[index - 1] ?? 0))) {
        this.#problem(`${destination.id} tells losses twice: ${JSON.stringify(losses)}`);
      }
      const counts = this.#live.forwarding.rows.count(destination.id);
      if (counts.retrying > 0) this.#problem(`${destination.id} still has ${counts.retrying} retrying`);
    }
    for (const table of ['blocked_keys', 'replays']) {
      const left = this.#live.sql.exec(`SELECT * FROM ${table}`).toArray().length;
      if (left > 0) this.#problem(`${left} rows are left in ${table}`);
    }
  }

  get fates(): Record<string, number> {
    const fates: Record<string, number> = {};
    for (const { order } of this.#models.values()) {
      for (const { decided } of order)
        fates[decided ?? 'undecided'] = (fates[decided ?? 'undecided'] ?? 0) + 1;
    }
    return fates;
  }

  get #live(): World {
    if (this.world === null) throw new Error('no world yet');
    return this.world;
  }

  #problem(what: string, target?: CourierTarget, event?: OutgoingEvent): void {
    if (this.problems.length > 50) return;
    const at = new Date(this.#live.time.now).toISOString();
    const whose = target === undefined ? '' : ` ${target.destinationId}/${event?.sequence}#${event?.attempt}`;
    this.problems.push(`${at}${whose} ${what}`);
  }

  #of(id: string): { destination: DestinationRecord | null; model: Model } {
    const destination = this.#live.webhook.destinations.find(one => one.id === id) ?? null;
    const model = this.#models.get(id) ?? new Model();
    this.#models.set(id, model);
    if (destination !== null) this.#catchUp(destination, model);
    return { destination, model };
  }

  #catchUp({ topics, start }: DestinationRecord, model: Model): void {
    this.#readFeed();
    for (; model.feedLength < this.#feed.length; model.feedLength++) {
      const event = this.#feed[model.feedLength];
      if (event === undefined) break;
      if (typeof start === 'object' && event.after < start.sequence) continue;
      if (!topicMatches(topics, event.topic, { operational: event.operational === 1 })) continue;
      const keys = JSON.parse(event.entity_keys) as string[];
      const entry: Entry = {
        sequence: event.sequence,
        keys: keys.length > 0 ? [...new Set(keys)] : [''],
        decided: event.sequence < this.#firstSequence ? 'lost' : null,
        deliveries: 0,
        replayed: false,
        previous: null,
        messageId: null,
      };
      model.entries.set(entry.sequence, entry);
      model.order.push(entry);
      for (const key of ['*strict*', ...entry.keys]) {
        const lane = model.lanes.get(key) ?? { entries: [], decided: 0 };
        lane.entries.push(entry);
        model.lanes.set(key, lane);
      }
    }
  }

  /** The feed grows at its end only: a release stands after all that was accepted before it. */
  #readFeed(): void {
    const { sql, log } = this.#live;
    const { lastSequence, lastRelease } = log.state;
    if (lastSequence === this.#read.sequence && lastRelease === this.#read.release) return;
    const columns = 'sequence, topic, operational, entity_keys';
    const found: Feed[] = [];
    const tables = sql.exec<{ id: number }>("SELECT id FROM segments WHERE kind = 'events'").toArray();
    for (const { id } of tables) {
      for (const row of sql.exec<Omit<Feed, 'after' | 'position'>>(
        `SELECT ${columns} FROM events_${id} WHERE sequence > ? AND deferred = 0`,
        this.#read.sequence,
      )) {
        found.push({ ...row, after: row.sequence, position: 0 });
      }
      for (const row of sql.exec<Feed>(
        `SELECT e.sequence, topic, operational, entity_keys, r.after_sequence AS after, position
         FROM releases r JOIN events_${id} e ON e.sequence = r.sequence WHERE position > ?`,
        this.#read.release,
      )) {
        found.push(row);
      }
    }
    found.sort((a, b) => a.after - b.after || a.position - b.position);
    this.#feed.push(...found);
    this.#read = { sequence: lastSequence, release: lastRelease };
  }

  #keysOf({ ordering }: DestinationRecord, entry: Entry): readonly string[] {
    if (ordering === 'parallel') return [];
    return ordering === 'strict' ? ['*strict*'] : entry.keys;
  }

  #firstUndecided(model: Model, key: string): Entry | undefined {
    const lane = model.lanes.get(key);
    if (lane === undefined) return undefined;
    for (let next = lane.entries[lane.decided]; next !== undefined; next = lane.entries[++lane.decided]) {
      if (next.decided === null && !next.replayed) return next;
    }
    return undefined;
  }
}
