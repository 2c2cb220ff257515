/** What the edge refused, written down; and an operational event where it is all that comes. */
import type { RefusalReport } from '../contract/refusals';
import type { Refusals } from '../store/refusals';
import type { EventLog } from './event-log';

/** `now` in ms since 1970. There is no await between the two writes: both are stored, or none. */
export function noteRefused(
  { log, refusals }: { log: EventLog; refusals: Refusals },
  report: RefusalReport,
  now: number,
): void {
  const { accepted, duplicate, ignored, quarantined } = log.state.counters;
  const notice = refusals.add(report, [accepted, duplicate, ignored, quarantined].join(' '), now);
  if (notice !== null) log.addNotice('gateway:requests_refused', notice, now);
}
