/**
 * The circuit of a destination: after many failures in a row, or when all failed for long, only a probe is sent now and then. After recovery, the
 * number of deliveries per second grows step by step. Pure.
 *
 * The state is stored with the destination's cursor, so that a restart neither forgets an outage nor floods a
 * destination that has just come back. All times are ms since 1970.
 */

const FAILURES_TO_OPEN = 20;
const FIRST_PROBE_MS = 1000;
const MAX_PROBE_MS = 60_000;
/** Deliveries in the first second of recovery. Each further second allows twice as many. */
const RECOVERY_EVENTS = 10;
/** After so many seconds the allowance is more than one object delivers, so recovery ends. */
const RECOVERY_SECONDS = 10;

export type Circuit =
  | { state: 'closed'; failures: number }
  /** `probeAt`: when the next probe may start. `delayMs`: the last wait; it doubles when the probe fails. */
  | { state: 'open'; since: number; probeAt: number; delayMs: number }
  /** `started`: how many deliveries started in the second number `second` since `since`. */
  | { state: 'recovering'; since: number; second: number; started: number; failures: number };

export const CLOSED: Circuit = { state: 'closed', failures: 0 };

/** How many deliveries may start now. @param probing whether a probe is under way */
export function allowance(circuit: Circuit, probing: boolean, now: number): number {
  switch (circuit.state) {
    case 'closed':
      return Number.POSITIVE_INFINITY;
    case 'open':
      return !probing && now >= circuit.probeAt ? 1 : 0;
    case 'recovering': {
      const second = secondsSince(circuit.since, now);
      if (second >= RECOVERY_SECONDS) return Number.POSITIVE_INFINITY;
      const started = second === circuit.second ? circuit.started : 0;
      return Math.max(0, RECOVERY_EVENTS * 2 ** second - started);
    }
  }
}

/** When `allowance` will be more than 0 again; null when it is now, or when that depends on a result. */
export function allowedAt(circuit: Circuit, probing: boolean, now: number): number | null {
  if (allowance(circuit, probing, now) > 0) return null;
  if (circuit.state === 'open') return probing ? null : circuit.probeAt;
  return circuit.state === 'recovering'
    ? circuit.since + (secondsSince(circuit.since, now) + 1) * 1000
    : null;
}

/** The circuit after `count` deliveries were started. */
export function started(circuit: Circuit, count: number, now: number): Circuit {
  if (circuit.state !== 'recovering') return circuit;
  const second = secondsSince(circuit.since, now);
  if (second >= RECOVERY_SECONDS) return { state: 'closed', failures: circuit.failures };
  return { ...circuit, second, started: (second === circuit.second ? circuit.started : 0) + count };
}

/**
 * The circuit when someone says that the destination is well: an open one is probed at once, and again soon where that fails;
 * any other begins at the pace of recovery.
 */
export function resumed(circuit: Circuit, now: number): Circuit {
  if (circuit.state === 'open') return { ...circuit, probeAt: now, delayMs: FIRST_PROBE_MS / 2 };
  return { state: 'recovering', since: now, second: 0, started: 0, failures: circuit.failures };
}

/** The circuit of a destination that has failed for long (`failing.ts`): probed once a minute, as it is not likely to be back at once. */
export function opened(circuit: Circuit, now: number): Circuit {
  if (circuit.state === 'open') return circuit;
  return { state: 'open', since: now, probeAt: now + MAX_PROBE_MS, delayMs: MAX_PROBE_MS };
}

/** The circuit after an attempt ended. While it is open, a failed attempt that is no probe changes nothing. */
export function finished(circuit: Circuit, delivered: boolean, isProbe: boolean, now: number): Circuit {
  if (circuit.state === 'open') {
    if (delivered) return { state: 'recovering', since: now, second: 0, started: 0, failures: 0 };
    if (!isProbe) return circuit;
    const delayMs = Math.min(MAX_PROBE_MS, circuit.delayMs * 2);
    return { ...circuit, delayMs, probeAt: now + delayMs };
  }
  if (delivered) return circuit.failures === 0 ? circuit : { ...circuit, failures: 0 };
  const failures = circuit.failures + 1;
  if (failures < FAILURES_TO_OPEN) return { ...circuit, failures };
  return { state: 'open', since: now, probeAt: now + FIRST_PROBE_MS, delayMs: FIRST_PROBE_MS };
}

const secondsSince = (since: number, now: number): number => Math.max(0, Math.floor((now - since) / 1000));
