/** After the log was taken back: new events and releases get places above all that were given before, so that none is given twice. */
import type { FeedPosition } from '../contract/events';
import type { Draft } from './draft';

/** @param end where the feed ended before */
export function skipTo(draft: Draft, { sequence, release }: FeedPosition): void {
  const { lastSequence, lastRelease } = draft.state;
  draft.change({
    lastSequence: Math.max(lastSequence, sequence),
    lastRelease: Math.max(lastRelease, release),
  });
}
