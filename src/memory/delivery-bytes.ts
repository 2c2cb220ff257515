/**
 * The bodies of deliveries under way in an isolate: of all webhooks, and of the couriers that are in it. A body is here once,
 * under its name, whatever the number of its deliveries; whoever knows the name shares it.
 *
 * Destinations on trial may hang. They have an account of their own, so that they do not hold what the others need. Each account
 * has room for the largest body when nothing is under way, and a line for those that wait. So something always goes on, and
 * everybody's turn comes.
 *
 * An object that ends without notice never gives back what it held. So a hold counts no longer than its call may take.
 */
import { WaitingLine } from './waiting-line';

/** What a delivery asks for. */
export type Wanted = {
  /** Of the body: the same for the same bytes alone, in whichever isolate it was given. */
  name: string;
  bytes: number;
  /** For a destination on trial. */
  trial: boolean;
  /** Who waits where there is no room: a destination of one webhook. */
  who: string;
  /** Until when the hold counts if it is never given back, ms since 1970. */
  until: number;
};

/** A body that is held for one delivery. To be given back with `release`. */
export type Hold = {
  readonly name: string;
  readonly trial: boolean;
  readonly until: number;
  readonly body: Uint8Array;
};

/** `holds`: of each body, how many. A body counts once. */
type Account = { most: number; bytes: number; holds: Map<string, number>; line: WaitingLine };

export type DeliveryBytesDeps = {
  /** Bytes for destinations on trial, and for the others. */
  trials: number;
  others: number;
  /** Called when more is held than before. */
  grown: () => void;
  /** Called when somebody has to wait, with how many do. */
  exhausted: (waiting: number) => void;
  now: () => number;
};

const account = (most: number): Account => ({ most, bytes: 0, holds: new Map(), line: new WaitingLine() });

export class DeliveryBytes {
  #deps: DeliveryBytesDeps;
  #accounts: { trial: Account; other: Account };
  #bodies = new Map<string, Uint8Array>();
  #holds = new Set<Hold>();

  constructor(deps: DeliveryBytesDeps) {
    this.#deps = deps;
    this.#accounts = { trial: account(deps.trials), other: account(deps.others) };
  }

  get bytes(): number {
    return this.#accounts.trial.bytes + this.#accounts.other.bytes;
  }

  has(name: string): boolean {
    return this.#bodies.has(name);
  }

  /** Holds the body, which `read` gives where it is not here yet. `full`: wait. Null when `read` gave none. */
  hold(wanted: Wanted, read: () => Uint8Array | null): Hold | 'full' | null {
    const { name, trial, who, until } = wanted;
    if (!this.hasRoom(wanted)) return 'full';
    const body = this.#bodies.get(name) ?? read();
    this.#of(trial).line.leave(who);
    if (body === null) return null;
    const hold = { name, trial, until, body };
    this.#holds.add(hold);
    this.#bodies.set(name, body);
    const { holds } = this.#of(trial);
    const count = holds.get(name) ?? 0;
    holds.set(name, count + 1);
    if (count === 0) {
      this.#of(trial).bytes += body.buffer.byteLength;
      this.#deps.grown();
    }
    return hold;
  }

  /** The same for a body that is here already; null when it is not. */
  share(wanted: Omit<Wanted, 'bytes'>): Hold | 'full' | null {
    const bytes = this.#bodies.get(wanted.name)?.byteLength;
    return bytes === undefined ? null : this.hold({ ...wanted, bytes }, () => null);
  }

  /** Whether it could be held now. Who is told no has a place in the line. */
  hasRoom(wanted: Wanted): boolean {
    const { line } = this.#of(wanted.trial);
    if (this.#fits(wanted)) return true;
    const now = this.#deps.now();
    for (const hold of this.#holds) if (hold.until <= now) this.release(hold);
    if (this.#fits(wanted)) return true;
    line.ask(wanted.who, wanted.bytes, now);
    this.#deps.exhausted(line.length);
    return false;
  }

  #fits({ name, bytes, trial, who }: Wanted): boolean {
    const { most, bytes: held, holds, line } = this.#of(trial);
    return holds.has(name) || held + line.ahead(who, this.#deps.now()) + bytes <= most;
  }

  /** A second call changes nothing. */
  release(hold: Hold): void {
    if (!this.#holds.delete(hold)) return;
    const { name, trial, body } = hold;
    const one = this.#of(trial);
    const left = (one.holds.get(name) ?? 0) - 1;
    if (left > 0) {
      one.holds.set(name, left);
      return;
    }
    one.holds.delete(name);
    one.bytes -= body.buffer.byteLength;
    if (!this.#of(!trial).holds.has(name)) this.#bodies.delete(name);
  }

  #of(trial: boolean): Account {
    return trial ? this.#accounts.trial : this.#accounts.other;
  }
}
