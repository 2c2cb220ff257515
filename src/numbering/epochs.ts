/** The epochs of a tracker as one list, newest first. Pure. */
import type { Epoch } from './epoch';
import type { Tracker } from './types';

/** Those that events are given to. */
export const epochsOf = ({
  current,
  earlierEpochs,
}: Pick<Tracker, 'current' | 'earlierEpochs'>): readonly Epoch[] =>
  current === null ? earlierEpochs : [current, ...earlierEpochs];

/** These, and the shadow before them. */
export const withShadowOf = (tracker: Tracker): readonly Epoch[] =>
  tracker.shadow === undefined ? epochsOf(tracker) : [tracker.shadow, ...epochsOf(tracker)];
