import type { ReplaySpec } from '../../../src/log/forward/replay-job';

/** A replay of everything to one destination; `given` narrows it. */
export const replayOf = (destinationId: string, given: Partial<ReplaySpec> = {}): ReplaySpec => ({
  destinationId,
  fromSequence: 1,
  toSequence: Number.MAX_SAFE_INTEGER,
  since: null,
  until: null,
  topic: null,
  status: null,
  newId: false,
  unasked: false,
  ...given,
});
