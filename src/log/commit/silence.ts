/** The notice that a source is silent: no event came for `silence_seconds`. One notice for each silence. */
import type { WebhookRecord } from '../../subscriptions/webhook';
import { addNotice } from './add-notice';
import type { Draft } from './draft';
import type { LogState } from './log-state';

/** When the notice is due, ms since 1970; null where it was sent already or nobody asked for it. */
export function silentAt(state: LogState, webhook: WebhookRecord): number | null {
  const { silenceSeconds, createdAt, isActive } = webhook;
  const since = state.lastEventAt ?? createdAt;
  if (silenceSeconds === null || !isActive || state.silentSince === since) return null;
  return since + silenceSeconds * 1000;
}

/** Adds the notice when it is due. `now` in ms since 1970. */
export function tellSilence(draft: Draft, now: number): void {
  const at = silentAt(draft.state, draft.webhook);
  if (at === null || at > now) return;
  const silentSince = draft.state.lastEventAt ?? draft.webhook.createdAt;
  draft.change({ silentSince });
  const details = { last_event_at: new Date(silentSince).toISOString() };
  addNotice(draft, 'gateway:source_silent', details, now);
}
