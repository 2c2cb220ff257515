/** The end of a rise of refused requests that was told: one was verified. */
import type { IncomingEvent } from '../contract/append';
import { isOpen } from './alert-conditions';
import type { Draft } from './draft';
import { applyAlerts } from './open-alerts';

/** To be called with events of the provider: not all is refused any more. An event added by hand proves nothing. `now` in ms since 1970. */
export function acceptedAgain(draft: Draft, events: readonly IncomingEvent[], now: number): void {
  if (!isOpen(draft.state.openAlerts, 'refused') || events.every(({ added }) => added === true)) return;
  const details = { because: 'a request was verified' };
  applyAlerts(draft, [{ kind: 'end', conditions: ['refused'], details }], now);
}
