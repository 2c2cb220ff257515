/** What is saved of a state is all of it: a member that got lost would be missed only after the next wake-up. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Checkpoint,
  encodeCheckpoint,
  encodeInPages,
  readCheckpoint,
} from '../../../../src/log/commit/checkpoint';
import type { LogState } from '../../../../src/log/commit/log-state';
import type { PendingNotices } from '../../../../src/log/commit/notices';
import type { Epoch } from '../../../../src/numbering/epoch';
import type { Hole } from '../../../../src/numbering/holes';
import type { Hold } from '../../../../src/numbering/predecessor-wait';
import type { Conflict, Tracker } from '../../../../src/numbering/types';

/** Never what a state begins with, so that nothing is the same by not being kept. */
const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ minLength: 1 });
const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 4 });

const hole: fc.Arbitrary<Hole> = fc.record({
  ...{ from: number, to: number, missing: number, detectedAt: number },
  status: fc.constantFrom('young', 'open', 'expired', 'resolved'),
});
const epoch: fc.Arbitrary<Epoch> = fc.record({
  ...{ number, baseline: number, highest: number, startedAt: number, baselineAt: number },
  ...{ startTime: number, firstFingerprint: text, closesAt: number, lateGrowth: number },
  foundByConflicts: fc.constant(true),
  holes: some(hole),
  recent: some(fc.record({ id: number, eventTime: number })),
  strays: some(fc.record({ id: number, at: number })),
});
const conflict: fc.Arbitrary<Conflict> = fc.record({
  ...{ id: number, sequence: number, fingerprint: text, eventTime: number },
  proofless: fc.constant(true),
});
const tracker: fc.Arbitrary<Tracker> = fc.record({
  ...{ current: epoch, earlierEpochs: some(epoch), conflicts: some(conflict) },
  closedEpochs: some(fc.record({ number, highest: number, closedAt: number })),
  ...{ conflictStreak: number, continuedAt: number, lastEpoch: number },
});
const hold: fc.Arbitrary<Hold> = fc.record({
  ...{ epoch: number, frontier: number },
  held: some(fc.record({ id: number, sequence: number, until: number })),
});
const pendingNotices: fc.Arbitrary<PendingNotices> = fc
  .record({ until: number, count: number, entries: some(fc.record({ from: number, note: text })) })
  .map(kept => ({ 'gateway:gap_opened': kept }));
const state: fc.Arbitrary<LogState> = fc.record({
  ...{ lastSequence: number, lastEventAt: number, lastRelease: number, silentSince: number },
  ...{ tracker, hold, pendingNotices },
  perHour: fc.record({ hour: number, counts: some(fc.option(number)) }),
  perMinute: fc.record({ since: number, counts: some(fc.tuple(number, number)) }),
  storageLevel: fc.constantFrom(70, 90),
  dropped: fc.record({ events: number, upTo: number }),
  openAlerts: fc.dictionary(fc.constantFrom('refused', 'failing/a', 'behind/b'), fc.boolean()),
  settled: fc.option(fc.record({ how: fc.constantFrom('new', 'continue'), sequence: number })),
  counters: fc.record({ accepted: number, duplicate: number, ignored: number, quarantined: number }),
});
/** No two epochs have one number. */
const numbered = ({ tracker: { current, earlierEpochs, ...rest }, ...others }: LogState): LogState => ({
  ...others,
  tracker: {
    ...rest,
    current: current && { ...current, number: earlierEpochs.length + 1 },
    earlierEpochs: earlierEpochs.map((epoch, i) => ({ ...epoch, number: earlierEpochs.length - i })),
  },
});
const checkpoint: fc.Arbitrary<Checkpoint> = fc.record({
  state: state.map(numbered),
  forgotten: some(fc.tuple(number, number)),
});

it('a checkpoint is read as it was saved, every member of it', () => {
  fc.assert(
    fc.property(checkpoint, saved => {
      expect(readCheckpoint(encodeCheckpoint(saved))).toEqual(saved);
      const { head, pages } = encodeInPages(saved);
      expect(readCheckpoint(head, name => pages.get(name) ?? null)).toEqual(saved);
    }),
  );
});
