/**
 * Calls to couriers: how many run, what each carries, and what becomes of a call that fails as a whole.
 *
 * At most `MAX_CALLS` at a time per object (one request may cause 32 Worker invocations), of which every destination
 * can always have one. A call that fails is no attempt of its events: they go back, and their destination waits a
 * little. A courier that stays silent beyond its time counts as a timeout of each event it carried.
 */
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../delivery/outgoing';
import type { DestinationRecord } from '../subscriptions/webhook';
import type { Flight } from './forwarding';

const MAX_CALLS = 24;
/** A courier has six connections; what it carries besides would only wait there. */
const EVENTS_PER_CALL = 6;
const BYTES_PER_CALL = 4 * 1024 * 1024;
const SILENCE_MS = 10_000;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

export type CourierCallsDeps = {
  target: (destination: DestinationRecord) => Promise<CourierTarget | null>;
  deliver: (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;
  body: (sequence: number) => Uint8Array | null;
  now: () => number;
  settled: (flight: Flight, result: AttemptResult) => void;
  returned: (flights: readonly Flight[]) => void;
  /** A call ended: there is room again. */
  finished: () => void;
};

type Traffic = { calls: number; events: number; pauseMs: number; pausedUntil: number };

export class CourierCalls {
  #deps: CourierCallsDeps;
  #traffic = new Map<string, Traffic>();
  #targets = new Map<string, Promise<CourierTarget | null>>();
  #calls = 0;

  constructor(deps: CourierCallsDeps) {
    this.#deps = deps;
  }

  /** After a change of the webhook: secrets and urls are read anew. */
  forgetTargets(): void {
    this.#targets.clear();
  }

  /** How many more events this destination may have under way now. */
  room(destination: DestinationRecord): number {
    const traffic = this.#of(destination.id);
    if (traffic.pausedUntil > this.#deps.now()) return 0;
    const free = traffic.calls === 0 ? Math.max(1, MAX_CALLS - this.#calls) : MAX_CALLS - this.#calls;
    return Math.max(0, Math.min(destination.maxInFlight - traffic.events, free * EVENTS_PER_CALL));
  }

  inFlight(destinationId: string): number {
    return this.#of(destinationId).events;
  }

  /** When the next pause ends, ms since 1970, or null. */
  resumeAt(): number | null {
    const now = this.#deps.now();
    const ends = [...this.#traffic.values()].map(({ pausedUntil }) => pausedUntil).filter(end => end > now);
    return ends.length > 0 ? Math.min(...ends) : null;
  }

  /** Sends flights of one destination, in calls of bounded size. The caller kept to `room`. */
  start(destination: DestinationRecord, flights: readonly Flight[]): void {
    for (let next = 0; next < flights.length; ) {
      const call: { flight: Flight; event: OutgoingEvent }[] = [];
      let bytes = 0;
      while (next < flights.length && call.length < EVENTS_PER_CALL) {
        const flight = flights[next];
        if (flight === undefined) break;
        if (bytes + flight.event.bodyBytes > BYTES_PER_CALL && call.length > 0) break;
        next++;
        const body = this.#deps.body(flight.event.sequence);
        if (body === null) {
          this.#deps.settled(flight, withoutBody(this.#deps.now()));
          continue;
        }
        bytes += body.byteLength;
        call.push({ flight, event: outgoing(flight, body) });
      }
      if (call.length > 0) void this.#run(destination, call);
    }
  }

  async #run(
    destination: DestinationRecord,
    call: { flight: Flight; event: OutgoingEvent }[],
  ): Promise<void> {
    const traffic = this.#of(destination.id);
    this.#calls++;
    traffic.calls++;
    traffic.events += call.length;
    try {
      const results = await this.#results(destination, call);
      for (const [index, { flight }] of call.entries()) {
        const result = results[index];
        if (result === undefined) this.#deps.returned([flight]);
        else this.#deps.settled(flight, result);
      }
      traffic.pauseMs = 0;
    } catch {
      // The call failed as a whole: a limit, a deploy, a crash. What it did is unknown, so it all goes again.
      traffic.pauseMs = Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, traffic.pauseMs * 2));
      traffic.pausedUntil = this.#deps.now() + traffic.pauseMs;
      this.#deps.returned(call.map(({ flight }) => flight));
    } finally {
      this.#calls--;
      traffic.calls--;
      traffic.events -= call.length;
    }
    this.#deps.finished();
  }

  async #results(
    destination: DestinationRecord,
    call: { flight: Flight; event: OutgoingEvent }[],
  ): Promise<AttemptResult[]> {
    const known = this.#targets.get(destination.id) ?? this.#deps.target(destination);
    this.#targets.set(destination.id, known);
    const target = await known;
    if (target === null) {
      this.#targets.delete(destination.id);
      throw new Error('the secrets of a destination cannot be opened');
    }
    const startedAt = this.#deps.now();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const silence = new Promise<AttemptResult[]>(resolve => {
      const silent = call.map((): AttemptResult => timedOut(startedAt, target.timeoutMs + SILENCE_MS));
      timer = setTimeout(() => resolve(silent), target.timeoutMs + SILENCE_MS);
    });
    const events = call.map(({ event }) => event);
    try {
      return await Promise.race([this.#deps.deliver(target, events), silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  #of(destinationId: string): Traffic {
    const traffic = this.#traffic.get(destinationId) ?? { calls: 0, events: 0, pauseMs: 0, pausedUntil: 0 };
    this.#traffic.set(destinationId, traffic);
    return traffic;
  }
}

function outgoing({ event, previous, row, destinationId }: Flight, body: Uint8Array): OutgoingEvent {
  return {
    messageId: `msg_${event.sequence}_${destinationId}`,
    sequence: event.sequence,
    topic: event.topic,
    receivedAt: event.receivedAt,
    incrementId: event.incrementId,
    previous,
    gap: event.gap,
    late: event.late,
    attempt: (row?.attempts ?? 0) + 1,
    replay: false,
    headers: event.headers,
    query: event.query,
    body,
  };
}

const failure = (error: AttemptResult['error'], at: number, durationMs: number): AttemptResult => ({
  outcome: 'failed',
  status: null,
  error,
  at,
  durationMs,
  retryAfterMs: null,
  responseExcerpt: '',
});

const timedOut = (at: number, durationMs: number): AttemptResult => failure('timeout', at, durationMs);
const withoutBody = (at: number): AttemptResult => failure('redacted', at, 0);
