/** Vitest global setup: how large the simulation is. The defaults take seconds; a long run says more. */
import type { TestProject } from 'vitest/node';

export type SimulationSize = { days: number; eventsPerDay: number; seeds: number[] };

declare module 'vitest' {
  interface ProvidedContext {
    simulation: SimulationSize;
  }
}

export default function setup(project: TestProject): void {
  const { SIMULATION_DAYS = '30', SIMULATION_EVENTS = '100', SIMULATION_SEEDS = '1' } = process.env;
  project.provide('simulation', {
    days: Number(SIMULATION_DAYS),
    eventsPerDay: Number(SIMULATION_EVENTS),
    seeds: SIMULATION_SEEDS.split(',').map(Number),
  });
}
