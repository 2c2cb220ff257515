/** The ends of alerts that requests of the provider bring: of a rise of refused ones as one was verified, of a silence as one came. */
import type { IncomingEvent } from '../contract/append';
import { isOpen } from './alert-conditions';
import type { Draft } from './draft';
import { applyAlerts } from './open-alerts';
import { heardAgain } from './silence';

/** To be called with what was appended. An event added by hand proves nothing of the provider's signatures. `now` in ms since 1970. */
export function acceptedAgain(draft: Draft, events: readonly IncomingEvent[], now: number): void {
  heardAgain(draft, now);
  if (!isOpen(draft.state.openAlerts, 'refused') || events.every(({ added }) => added === true)) return;
  const details = { because: 'a request was verified' };
  applyAlerts(draft, [{ kind: 'end', conditions: ['refused'], details }], now);
}
