/**
 * Closing an epoch before its time, because too many others came: what was uncertain in it stays so until then. Pure.
 *
 * A closed epoch has no holes any more, so that is one entry for all of it (`ClosedEpoch.uncertain`).
 */
import { doubtOf } from './doubt';
import type { Epoch } from './epoch';
import type { Hole } from './holes';
import { isSuspected } from './suspicion';
import type { Aged, ClosedEpoch, Tracker } from './types';

const OVER = new Set(['expired', 'resolved', 'lapsed']);

/** The entry for what is uncertain in an epoch that closes at `now` (ms since 1970); null for nothing, or at its time. */
export function entryInDoubt(tracker: Tracker, epoch: Epoch, now: number): Hole | null {
  if (epoch.closesAt === null || now >= epoch.closesAt) return null;
  const whole = isSuspected(epoch) && epoch.startTime === null;
  const parts = whole ? [] : doubtfulIn(tracker, epoch);
  const from = whole ? epoch.baseline : parts[0]?.from;
  const to = whole ? Math.max(epoch.highest, epoch.shared?.listed.to ?? 0) : parts.at(-1)?.to;
  if (from === undefined || to === undefined) return null;
  const missing = whole ? to - from + 1 : parts.reduce((sum, part) => sum + part.missing, 0);
  return { from, to, missing, detectedAt: parts[0]?.detectedAt ?? epoch.startedAt, status: 'uncertain' };
}

function doubtfulIn(tracker: Tracker, epoch: Epoch): Hole[] {
  const divide = doubtOf(tracker, epoch);
  if (divide === null) return [];
  const holes = epoch.holes.filter(({ status }) => !OVER.has(status));
  return holes.flatMap(divide).flatMap(({ hole, doubtful }) => (doubtful ? [hole] : []));
}

/** The closed epochs at `now` (ms since 1970): the very same where none of their entries has ended. */
export function agedClosed(
  closedEpochs: readonly ClosedEpoch[],
  now: number,
  aged: Aged[],
): readonly ClosedEpoch[] {
  if (!closedEpochs.some(({ uncertain }) => uncertain !== undefined && uncertain.endsAt <= now))
    return closedEpochs;
  return closedEpochs.map(({ uncertain, ...closed }) => {
    if (uncertain === undefined) return closed;
    if (uncertain.endsAt > now) return { ...closed, uncertain };
    const { listed: hole } = uncertain;
    aged.push({ epoch: closed.number, hole, parts: [{ ...hole, status: 'lapsed' }], onRecord: true });
    return closed;
  });
}
