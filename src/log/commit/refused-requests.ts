/** What the edge refused, written down; and an operational event where it is all that comes, and when that is over. */
import type { RefusalReport } from '../contract/refusals';
import type { Refusals } from '../store/refusals';
import { isOpen } from './alert-conditions';
import type { EventLog } from './event-log';

type Parts = { log: EventLog; refusals: Refusals };

/** `now` in ms since 1970. There is no await between the writes: all are stored, or none. */
export function noteRefused(parts: Parts, report: RefusalReport, now: number): void {
  const { log, refusals } = parts;
  if ((refusalsEndAt(parts) ?? Number.POSITIVE_INFINITY) <= now) endRefusals(parts, now);
  const { accepted, duplicate, ignored, quarantined } = log.state.counters;
  const notice = refusals.add(report, [accepted, duplicate, ignored, quarantined].join(' '), now);
  if (notice !== null) log.alert([{ kind: 'begin', condition: 'refused', details: notice }], now);
}

/** When it is told that refusals are over, as none came for long, ms since 1970; null where nothing was told of them. */
export const refusalsEndAt = ({ log, refusals }: Parts): number | null =>
  isOpen(log.state.openAlerts, 'refused') ? refusals.quietAt() : null;

/** Tells it. `now` in ms since 1970. */
export function endRefusals({ log }: Pick<Parts, 'log'>, now: number): void {
  const details = { because: 'none was refused for 6 hours' };
  log.alert([{ kind: 'end', conditions: ['refused'], details }], now);
}
