/** What is remembered of epochs that take no ids any more: enough to know equal bytes for a retry. Pure. */
import { type Epoch, highestEver } from './epoch';
import type { ClosedEpoch, Tracker } from './types';

/** A webhook that begins anew more often within the deduplication window may take an old retry for a new event. */
const MAX_CLOSED_EPOCHS = 50;

/** The closed epochs of a tracker after these have closed too, at `now` (ms since 1970). */
export const closedWith = (
  { closedEpochs }: Pick<Tracker, 'closedEpochs'>,
  closing: readonly Epoch[],
  now: number,
): readonly ClosedEpoch[] =>
  [...closing.map(epoch => closedAs(epoch, now)), ...closedEpochs].slice(0, MAX_CLOSED_EPOCHS);

const closedAs = (epoch: Epoch, closedAt: number): ClosedEpoch => ({
  number: epoch.number,
  highest: highestEver(epoch),
  closedAt,
  ...(epoch.secretId === undefined ? {} : { secretId: epoch.secretId }),
  ...(epoch.shared === undefined
    ? {}
    : { uncertain: { listed: epoch.shared.listed, endsAt: epoch.closesAt ?? closedAt } }),
});

/** The tracker without the closed epochs whose ids are on record no more. `cutoff` in ms since 1970. */
export function forgetClosed(tracker: Tracker, cutoff: number): Tracker {
  const closedEpochs = tracker.closedEpochs.filter(({ closedAt }) => closedAt >= cutoff);
  return closedEpochs.length === tracker.closedEpochs.length ? tracker : { ...tracker, closedEpochs };
}
