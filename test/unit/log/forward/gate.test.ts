import { describe, expect, it } from 'vitest';
import { CLOSED } from '../../../../src/log/forward/circuit';
import { Gate } from '../../../../src/log/forward/gate';

const NOW = Date.UTC(2026, 10, 20);
const ALL = Number.POSITIVE_INFINITY;

/** A gate whose circuit has just opened. */
function opened(): Gate {
  const gate = new Gate(CLOSED, NOW);
  for (let i = 0; i < 20; i++) gate.finished(false, false, NOW);
  return gate;
}

describe('a gate', () => {
  it('lets everything through where there is neither a rate nor an outage', () => {
    const gate = new Gate(CLOSED, NOW);
    expect(gate.allows(null, NOW)).toBe(ALL);
    expect(gate.opensAt(null, NOW)).toBeNull();
    expect(gate.failing).toBe(false);
  });

  it('keeps a rate from its first event on: a restart is no way around it', () => {
    const gate = new Gate(CLOSED, NOW);
    expect(gate.allows(40, NOW)).toBe(0);
    expect(gate.opensAt(40, NOW)).toBe(NOW + 25);
    expect(gate.allows(40, NOW + 1000)).toBe(10);
    gate.started(10, NOW + 1000);
    expect(gate.allows(40, NOW + 1000)).toBe(0);
  });

  it('gives back what did not start', () => {
    const gate = new Gate(CLOSED, NOW);
    gate.allows(40, NOW + 1000);
    gate.started(10, NOW + 1000);
    gate.returned(false);
    expect(gate.allows(40, NOW + 1000)).toBe(1);
  });

  it('does not count against a rate what left before there was one', () => {
    const gate = new Gate(CLOSED, NOW);
    for (let i = 0; i < 100; i++) {
      gate.allows(null, NOW);
      gate.started(1000, NOW);
      gate.returned(false);
    }
    expect(gate.allows(40, NOW + 1000)).toBe(0);
    expect(gate.allows(40, NOW + 2000)).toBe(10);
  });

  it('lets a probe go within the rate, and no second one before its result', () => {
    const gate = opened();
    expect(gate.opensAt(0.1, NOW)).toBe(NOW + 1000);
    expect(gate.allows(0.1, NOW + 1000)).toBe(0);
    expect(gate.opensAt(0.1, NOW + 1000)).toBe(NOW + 10_000);
    expect(gate.allows(0.1, NOW + 10_000)).toBe(1);
    gate.started(1, NOW + 10_000);
    expect(gate.allows(0.1, NOW + 100_000)).toBe(0);
    expect(gate.opensAt(0.1, NOW + 100_000)).toBeNull();
  });

  it('probes again when the probe came back undone', () => {
    const gate = opened();
    gate.started(1, NOW + 1000);
    gate.returned(true);
    expect(gate.allows(null, NOW + 1000)).toBe(1);
  });

  it('is failing from the first failure until a success', () => {
    const gate = new Gate(CLOSED, NOW);
    gate.finished(false, false, NOW);
    expect(gate.failing).toBe(true);
    gate.finished(true, false, NOW);
    expect(gate.failing).toBe(false);
  });
});
