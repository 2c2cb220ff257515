import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowance,
  allowedAt,
  type Circuit,
  CLOSED,
  finished,
  started,
} from '../../../../src/log/forward/circuit';

const NOW = Date.UTC(2026, 10, 20);
const ALL = Number.POSITIVE_INFINITY;

const failing = (circuit: Circuit, times: number, now = NOW): Circuit =>
  Array.from({ length: times }).reduce<Circuit>(before => finished(before, false, false, now), circuit);

const OPEN = failing(CLOSED, 20);

/** The delays after which probes go that all fail. */
function probeDelays(circuit: Circuit, count: number): number[] {
  const delays: number[] = [];
  let state = circuit;
  let now = NOW;
  for (let i = 0; i < count; i++) {
    const at = allowedAt(state, false, now) ?? Number.NaN;
    delays.push(at - now);
    now = at;
    state = finished(state, false, true, now);
  }
  return delays;
}

describe('a circuit', () => {
  it('opens at the 20th failure in a row and not before', () => {
    expect(allowance(failing(CLOSED, 19), false, NOW)).toBe(ALL);
    expect(OPEN).toMatchObject({ state: 'open', since: NOW });
    expect(allowance(OPEN, false, NOW)).toBe(0);
  });

  it('counts failures in a row only: one success starts over', () => {
    const relieved = finished(failing(CLOSED, 19), true, false, NOW);
    expect(relieved).toEqual(CLOSED);
    expect(failing(relieved, 19).state).toBe('closed');
  });

  it('lets one probe go at a time, after 1 s and then twice as long up to 60 s', () => {
    expect(allowance(OPEN, false, NOW + 999)).toBe(0);
    expect(allowance(OPEN, false, NOW + 1000)).toBe(1);
    expect(allowance(OPEN, true, NOW + 1000)).toBe(0);
    expect(allowedAt(OPEN, true, NOW + 1000)).toBeNull();
    expect(probeDelays(OPEN, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map(s => s * 1000));
  });

  it('is not moved by what was under way before it opened and fails now', () => {
    expect(finished(OPEN, false, false, NOW + 500)).toEqual(OPEN);
  });

  it('closes with any success, also of what was under way before', () => {
    expect(finished(OPEN, true, true, NOW).state).toBe('recovering');
    expect(finished(OPEN, true, false, NOW).state).toBe('recovering');
  });

  it('recovers at 10 a second, doubling each second, until there is no limit', () => {
    let circuit = finished(OPEN, true, true, NOW);
    for (let second = 0; second < 10; second++) {
      const now = NOW + second * 1000;
      const most = 10 * 2 ** second;
      expect(allowance(circuit, false, now)).toBe(most);
      circuit = started(circuit, most - 1, now);
      expect(allowance(circuit, false, now + 999)).toBe(1);
      circuit = started(circuit, 1, now + 999);
      expect(allowance(circuit, false, now + 999)).toBe(0);
      expect(allowedAt(circuit, false, now + 999)).toBe(now + 1000);
    }
    expect(allowance(circuit, false, NOW + 10_000)).toBe(ALL);
    expect(started(circuit, 1, NOW + 10_000)).toEqual(CLOSED);
  });

  it('opens again when it fails 20 times in a row while it recovers', () => {
    const recovering = finished(OPEN, true, true, NOW);
    expect(failing(recovering, 19).state).toBe('recovering');
    expect(failing(recovering, 20, NOW + 5)).toMatchObject({ state: 'open', probeAt: NOW + 1005 });
  });

  it('survives being stored', () => {
    for (const circuit of [CLOSED, OPEN, finished(OPEN, true, true, NOW)]) {
      expect(JSON.parse(JSON.stringify(circuit))).toEqual(circuit);
    }
  });

  it('never stands still: nothing is allowed now exactly when there is a later time, or a probe is under way', () => {
    const step = fc.record({ kind: fc.constantFrom('ok', 'failed', 'start'), after: fc.nat(5000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, probing) => {
        let circuit: Circuit = CLOSED;
        let now = NOW;
        for (const { kind, after } of steps) {
          now += after;
          circuit =
            kind === 'start' ? started(circuit, 1, now) : finished(circuit, kind === 'ok', probing, now);
          const at = allowedAt(circuit, probing, now);
          if (allowance(circuit, probing, now) > 0) expect(at).toBeNull();
          else if (circuit.state === 'open' && probing) expect(at).toBeNull();
          else {
            expect(at).toBeGreaterThan(now);
            expect(allowance(circuit, probing, at ?? 0)).toBeGreaterThan(0);
          }
        }
      }),
    );
  });
});
