/** When an object wakes up: the events since the last checkpoint are replayed, which gives the state of the log. */
import { countedAt } from '../../hour-counts';
import { countedInMinute } from '../../minute-counts';
import { arrive } from '../../numbering/predecessor-wait';
import { record } from '../../numbering/record';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { fingerprintHex } from '../store/known-ids';
import type { LogTables } from '../store/log-tables';
import type { StoredEvent } from '../store/stored-event';
import { counted } from './draft';
import { EVENTS_PER_CHECKPOINT, type LogState } from './log-state';
import { holdOf, waitsUntil } from './predecessor-hold';
import { holdMs, trackerSettings } from './settings';

/** The state of the log now. Brings the record of known ids in `tables` up to date too, in memory. */
export function replayEvents(saved: LogState, tables: LogTables, webhook: WebhookRecord): LogState {
  let state = saved;
  while (true) {
    const events = tables.events.after(state.lastSequence, EVENTS_PER_CHECKPOINT);
    if (events.length === 0) break;
    for (const event of events) state = afterEvent(state, event, tables, webhook);
  }
  tables.known.commit();
  return state;
}

/** Repeats what an event's commit changed without saving it (`Draft.changeWithoutSaving`): the two must agree. */
function afterEvent(
  state: LogState,
  event: StoredEvent,
  { known }: LogTables,
  webhook: WebhookRecord,
): LogState {
  let { tracker, hold } = state;
  const { incrementId, epoch, eventTime, receivedAt, sequence, topic } = event;
  if (incrementId !== null && epoch !== null) {
    const fingerprint = fingerprintHex(event.fingerprint);
    const arrival = { id: incrementId, fingerprint, eventTime, now: receivedAt };
    const placement = { kind: 'unseen', epoch, late: event.late, gap: null } as const;
    tracker = record(tracker, arrival, placement, trackerSettings(webhook)).tracker;
    known.set(epoch, incrementId, { kind: 'accepted', sequence, fingerprint }, receivedAt);
    const { current } = tracker;
    if (holdMs(webhook) > 0 && current?.number === epoch) {
      const until = waitsUntil(webhook, topic, receivedAt);
      hold = arrive(holdOf(hold, current), current, incrementId, sequence, until).hold;
    }
  }
  const perHour = countedAt(state.perHour, receivedAt);
  const perMinute = countedInMinute(state.perMinute, receivedAt);
  const moved = { lastSequence: sequence, lastEventAt: receivedAt, perHour, perMinute, tracker, hold };
  return { ...state, ...moved, ...counted(state, 'accepted') };
}
