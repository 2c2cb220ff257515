/**
 * The shadow: the epoch that a conflict may be the first event of. No event is given to it, so nothing is forwarded or held
 * back by it; it only says which ids are uncertain as long as too few conflicts came to show a restart. Pure.
 *
 * It ends with a restart, which takes its place; when what came since would mean that it lost nearly all its ids; or when
 * nothing of it can come any more.
 */
import { type Arrival, type Epoch, receiveId, startEpoch } from './epoch';
import { allDropped, inEpoch } from './holes';
import { CONFLICTS_FOR_RESTART } from './new-epoch';
import { lessLikely, losesNearlyAll, suspected } from './suspicion';
import type { Conflict, Tracked, Tracker, TrackerSettings } from './types';

type Came = Pick<Arrival, 'id' | 'now' | 'eventTime'>;

/** The tracker after a conflict, or an id below the baseline, that another numbering may have sent. */
export function shadowed(tracker: Tracker, came: Came, settings: TrackerSettings): Tracked {
  const { current, shadow } = tracker;
  if (current === null) return { tracker, changes: [] };
  if (shadow !== undefined) return received(tracker, withSign(shadow, came), came, settings);
  // Where events carry times, a numbering that begins anew is later than all of the one before.
  const isLater = current.recent.every(
    ({ id, eventTime }) => id === came.id || came.eventTime === null || came.eventTime > eventTime,
  );
  if (!isLater) return { tracker, changes: [] };
  const epoch = startEpoch(tracker.lastEpoch + 1, { ...came, fingerprint: '' }, true);
  return { tracker: { ...tracker, shadow: withSign(suspected(epoch, current), came) }, changes: [] };
}

/** The shadow with one more id that speaks for it. More than a restart needs are not counted. */
function withSign(shadow: Epoch, { id }: Came): Epoch {
  const { suspicion } = shadow;
  const signs = suspicion?.signs ?? [];
  if (suspicion === undefined || signs.length >= CONFLICTS_FOR_RESTART || signs.includes(id)) return shadow;
  return { ...shadow, suspicion: { ...suspicion, signs: [...signs, id] } };
}

/** The tracker after an arrival was received in the current epoch, which the shadow may have sent as well. */
export function readInShadow(tracker: Tracker, came: Came, settings: TrackerSettings): Tracked {
  const { shadow } = tracker;
  if (shadow === undefined) return { tracker, changes: [] };
  const { startTime, suspicion } = shadow;
  const isOlder = came.eventTime !== null && startTime !== null && came.eventTime < startTime;
  if (isOlder) return { tracker, changes: [] };
  if (suspicion === undefined || came.id <= suspicion.highestBefore || !losesNearlyAll(shadow, came.id)) {
    return received(tracker, shadow, came, settings);
  }
  const less = lessLikely(shadow);
  return less === null ? withoutShadow(tracker) : { tracker: { ...tracker, shadow: less }, changes: [] };
}

/** The tracker without its shadow, whose holes were none. */
export function withoutShadow({ shadow, ...tracker }: Tracker): Tracked {
  if (shadow === undefined) return { tracker, changes: [] };
  return { tracker, changes: inEpoch(allDropped(shadow), shadow.number) };
}

/** When the shadow ends by itself, ms since 1970; null without one. */
export const shadowEndsAt = ({ shadow }: Tracker, { expiresMs }: TrackerSettings): number | null =>
  shadow === undefined ? null : shadow.startedAt + expiresMs;

function received(tracker: Tracker, shadow: Epoch, came: Came, { graceMs }: TrackerSettings): Tracked {
  const { epoch, changes } = receiveId(shadow, came, graceMs);
  return { tracker: { ...tracker, shadow: epoch }, changes: inEpoch(changes, shadow.number) };
}

/** What a conflict says about a numbering to come. */
export const cameAs = ({ id, eventTime }: Conflict, now: number): Came => ({ id, eventTime, now });
