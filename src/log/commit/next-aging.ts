/**
 * When time alone changes the tracker next. This is asked after every commit, and most commits change no hole: it is worked out
 * once for the same holes and epochs.
 */
import type { Epoch } from '../../numbering/epoch';
import { epochsOf } from '../../numbering/epochs';
import type { Hole } from '../../numbering/holes';
import { nextChangeAt } from '../../numbering/pass-time';
import { isSuspected } from '../../numbering/suspicion';
import type { Tracker, TrackerSettings } from '../../numbering/types';

type Known = { holes: readonly Hole[] | undefined; earlierEpochs: readonly Epoch[]; at: number | null };

/** Valid for one set of settings: others need a new one. */
export class NextAging {
  #known: Known | null = null;

  /** ms since 1970, or null. */
  at(tracker: Tracker, settings: TrackerSettings): number | null {
    const { current, earlierEpochs } = tracker;
    const holes = current?.holes;
    // What is doubtful changes with every id of another reading.
    const isDoubtful = tracker.shadow !== undefined || epochsOf(tracker).some(isSuspected);
    const known = this.#known;
    if (!isDoubtful && known?.holes === holes && known?.earlierEpochs === earlierEpochs) return known.at;
    const at = nextChangeAt(tracker, settings);
    this.#known = isDoubtful ? null : { holes, earlierEpochs, at };
    return at;
  }
}
