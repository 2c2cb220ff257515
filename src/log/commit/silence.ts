/**
 * The alert that a source is silent: no event came for `silence_seconds`. Told once for each silence, and its end once: with the event
 * that ends it, or when nobody waits for one any more.
 */
import type { WebhookRecord } from '../../subscriptions/webhook';
import { isOpen } from './alert-conditions';
import type { Draft } from './draft';
import type { LogState } from './log-state';
import { applyAlerts } from './open-alerts';

/** When the alert is due, ms since 1970; null where it was told already or nobody asked for it. */
export function silentAt(state: LogState, webhook: WebhookRecord): number | null {
  const { silenceSeconds, createdAt, isActive } = webhook;
  const since = state.lastEventAt ?? createdAt;
  if (silenceSeconds === null || !isActive || state.silentSince === since) return null;
  return since + silenceSeconds * 1000;
}

/** Tells it when it is due. `now` in ms since 1970. */
export function tellSilence(draft: Draft, now: number): void {
  const at = silentAt(draft.state, draft.webhook);
  if (at === null || at > now) return;
  const silentSince = draft.state.lastEventAt ?? draft.webhook.createdAt;
  draft.change({ silentSince });
  const details = { last_event_at: new Date(silentSince).toISOString() };
  applyAlerts(draft, [{ kind: 'begin', condition: 'silent', details }], now);
}

/** Tells that an event came after all, in the transaction that stored it. `now` in ms since 1970. */
export function heardAgain(draft: Draft, now: number): void {
  const { openAlerts, lastEventAt, silentSince } = draft.state;
  if (!isOpen(openAlerts, 'silent') || (lastEventAt ?? draft.webhook.createdAt) === silentSince) return;
  end(draft, 'an event came', now);
}

/** Ends the alert where the changed webhook waits for no event. `now` in ms since 1970. */
export function endUnwatched(draft: Draft, changed: WebhookRecord, now: number): void {
  if (changed.isActive && changed.silenceSeconds !== null) return;
  end(draft, changed.isActive ? 'silence_seconds was taken away' : 'the webhook was turned off', now);
}

function end(draft: Draft, because: string, now: number): void {
  const { silentSince } = draft.state;
  const details = {
    silent_since: silentSince === null ? null : new Date(silentSince).toISOString(),
    because,
  };
  applyAlerts(draft, [{ kind: 'end', conditions: ['silent'], details }], now);
}
