/**
 * Alerts that last: a destination fails, is turned off or behind, only refused requests come. Each is told when it begins and
 * once when it ends, also over restarts: which are open is part of the log's state, saved in the transaction of the change.
 *
 * A beginning that was kept back (`notices.ts`) and is over before it was sent is not told at all, nor is its end; an end that
 * was kept back when it begins again neither. So the last message that anybody gets is true.
 */
import type { WebhookRecord } from '../../subscriptions/webhook';
import { addNotice, isWatched } from './add-notice';
import { ALERT_TOPICS, type Condition, keyOf, type OpenAlerts } from './alert-conditions';
import type { Draft } from './draft';
import { type NoticeDetails, type OperationalTopic, withdrawn } from './notices';

/** `tell`: it happened, and does not last. A `destination_id` in the details says whose it is. */
export type AlertChange =
  | { kind: 'tell'; topic: OperationalTopic; details: NoticeDetails }
  | { kind: 'begin'; condition: Condition; details: NoticeDetails }
  | { kind: 'end'; conditions: readonly Condition[]; details: NoticeDetails };

/** Whether the changes do anything: most deliveries that arrive end no alert. */
export const matter = (open: OpenAlerts, changes: readonly AlertChange[]): boolean =>
  changes.some(change => matters(open, change));

function matters(open: OpenAlerts, change: AlertChange): boolean {
  if (change.kind === 'tell') return true;
  const conditions = change.kind === 'begin' ? [change.condition] : change.conditions;
  const isAny = conditions.some(one => Object.hasOwn(open, keyOf(one, change.details.destination_id)));
  return isAny === (change.kind === 'end');
}

/** `now` in ms since 1970. */
export function applyAlerts(draft: Draft, changes: readonly AlertChange[], now: number): void {
  for (const change of changes) apply(draft, change, now);
}

function apply(draft: Draft, change: AlertChange, now: number): void {
  if (change.kind === 'tell') addNotice(draft, change.topic, change.details, now);
  else if (change.kind === 'begin') begin(draft, change.condition, change.details, now);
  else end(draft, change.conditions, change.details, now);
}

function begin(draft: Draft, condition: Condition, details: NoticeDetails, now: number): void {
  const { openAlerts } = draft.state;
  const { begins, ends } = ALERT_TOPICS[condition];
  const key = keyOf(condition, details.destination_id);
  if (Object.hasOwn(openAlerts, key)) return;
  const told = isWatched(draft, begins);
  // What is found by time would be found again with every alarm.
  if (!told && condition !== 'behind') return;
  draft.change({ openAlerts: { ...openAlerts, [key]: told } });
  const isEndOfIt = (entry: NoticeDetails): boolean =>
    isAbout(entry, details) && Array.isArray(entry.ends) && entry.ends.includes(begins);
  if (!withdraw(draft, ends, isEndOfIt)) addNotice(draft, begins, details, now);
}

function end(draft: Draft, conditions: readonly Condition[], details: NoticeDetails, now: number): void {
  const open = conditions.filter(condition =>
    Object.hasOwn(draft.state.openAlerts, keyOf(condition, details.destination_id)),
  );
  const ends: OperationalTopic[] = [];
  let topic: OperationalTopic | null = null;
  for (const condition of open) {
    const { [keyOf(condition, details.destination_id)]: told, ...others } = draft.state.openAlerts;
    draft.change({ openAlerts: others });
    const { begins } = ALERT_TOPICS[condition];
    if (told !== true || withdraw(draft, begins, entry => isAbout(entry, details))) continue;
    ends.push(begins);
    topic = ALERT_TOPICS[condition].ends;
  }
  if (topic !== null) addNotice(draft, topic, { ...details, ends }, now);
}

const isAbout = (entry: NoticeDetails, details: NoticeDetails): boolean =>
  entry.destination_id === details.destination_id;

function withdraw(draft: Draft, topic: OperationalTopic, isIt: (entry: NoticeDetails) => boolean): boolean {
  const pending = withdrawn(draft.state.pendingNotices, topic, isIt);
  if (pending !== null) draft.change({ pendingNotices: pending });
  return pending !== null;
}

/** Ends the alerts of destinations that the changed webhook has no more. `now` in ms since 1970. */
export function forgetDestinations(draft: Draft, changed: WebhookRecord, now: number): void {
  const kept = new Set(changed.destinations.map(({ id }) => id));
  for (const { id: destination_id, url } of draft.webhook.destinations) {
    if (kept.has(destination_id)) continue;
    const details = { destination_id, url, because: 'it was deleted' };
    end(draft, ['failing', 'disabled'], details, now);
    end(draft, ['behind'], details, now);
  }
}
