/**
 * What is found of destinations by time alone, when nothing is delivered and nothing ends: that one has failed for long, and
 * that the oldest event which waits for one is older than its `behind_alert_seconds`.
 *
 * It looks with every alarm, and has one set only while something waits: as long as anything is under way or to be tried again
 * there is an alarm anyway, so a destination that keeps up costs none. It reads the oldest event once, and again when
 * that has gone. What was found is in the log's state, so a restart tells nothing twice. A paused destination is left
 * alone: somebody decided that its events wait.
 */
import type { WebhookRecord } from '../subscriptions/webhook';
import { isOpen } from './commit/alert-conditions';
import type { EventLog } from './commit/event-log';
import type { AlertChange } from './commit/open-alerts';
import type { DestinationState } from './forward/destination-state';
import type { Forwarding } from './forward/forwarding';
import { isWaiting, type OldestWaiting, oldestWaiting } from './forward/oldest-waiting';
import { failingAlert } from './forward/told-of-deliveries';

/** While it is told that one is behind, how often it is looked at after deliveries. */
const AGAIN_MS = 60_000;

type Live = { readonly webhook: WebhookRecord; readonly log: EventLog; readonly forwarding: Forwarding };
/** `delivered`: the destination's total at the last look. */
type Seen = { oldest: OldestWaiting | null; at: number; delivered: number };

export class DestinationWatch {
  #live: Live;
  /** By destination. */
  #seen = new Map<string, Seen>();

  constructor(live: Live) {
    this.#live = live;
  }

  /** When there is something to find, ms since 1970; null where nothing waits. Cheap: reads nothing. */
  dueAt(now: number): number | null {
    const times = this.#states().flatMap(state =>
      [this.#opensAt(state) ?? [], this.#behindAt(state, now) ?? []].flat(),
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Tells what is found. `now` in ms since 1970. */
  look(now: number): void {
    const changes: AlertChange[] = [];
    for (const state of this.#states()) {
      if (this.#hasWork(state) && state.openWhereItLasts(now)) changes.push(failingAlert(state));
      changes.push(...this.#behind(state, now));
    }
    this.#live.log.alert(changes, now);
  }

  #states(): DestinationState[] {
    const { webhook, forwarding } = this.#live;
    const active = webhook.destinations.filter(({ isActive }) => isActive);
    return active.flatMap(({ id }) => forwarding.destination(id) ?? []);
  }

  #isTold({ destination }: DestinationState): boolean {
    return isOpen(this.#live.log.state.openAlerts, 'behind', destination.id);
  }

  #hasWork(state: DestinationState): boolean {
    return this.#live.forwarding.times.hasEvents(state);
  }

  /** With nothing to send there is nothing to probe it with; the next failed attempt finds out. */
  #opensAt(state: DestinationState): number | null {
    return this.#hasWork(state) ? state.opensAt : null;
  }

  #behindAt(state: DestinationState, now: number): number | null {
    const { id, behindAlertSeconds } = state.destination;
    const isTold = this.#isTold(state);
    if (!this.#hasWork(state)) {
      this.#seen.delete(id);
      return isTold ? now : null;
    }
    const seen = this.#seen.get(id);
    if (isTold) {
      if (behindAlertSeconds === 0) return now;
      // Without a delivery the oldest does not change.
      return seen === undefined || seen.delivered !== state.totals.delivered
        ? Math.max(now, (seen?.at ?? 0) + AGAIN_MS)
        : null;
    }
    if (behindAlertSeconds === 0 || seen?.oldest == null) return null;
    return seen.oldest.since + behindAlertSeconds * 1000;
  }

  #behind(state: DestinationState, now: number): AlertChange[] {
    const { id: destination_id, url, behindAlertSeconds } = state.destination;
    const limit = behindAlertSeconds * 1000;
    const isTold = this.#isTold(state);
    if (!isTold && limit === 0) return [];
    const oldest = this.#oldest(state, isTold, now);
    const age = oldest === null ? 0 : now - oldest.since;
    // Not when it is just below, as it would be told with every few events.
    if (isTold && (limit === 0 || age < limit / 2))
      return [{ kind: 'end', conditions: ['behind'], details: { destination_id, url } }];
    if (isTold || oldest === null || age < limit) return [];
    const details = {
      ...{ destination_id, url, topics: oldest.topics, oldest_sequence: oldest.sequence },
      waiting_since: new Date(oldest.since).toISOString(),
      age_seconds: Math.floor(age / 1000),
      behind_alert_seconds: behindAlertSeconds,
    };
    return [{ kind: 'begin', condition: 'behind', details }];
  }

  #oldest(state: DestinationState, isTold: boolean, now: number): OldestWaiting | null {
    const { destination, totals } = state;
    const { forwarding, log } = this.#live;
    if (!this.#hasWork(state)) {
      this.#seen.delete(destination.id);
      return null;
    }
    const sources = { feed: log.feed, rows: forwarding.rows };
    const { oldest: known = null } = this.#seen.get(destination.id) ?? {};
    const isYoung = known !== null && now < known.since + destination.behindAlertSeconds * 1000;
    const stays = known !== null && ((isYoung && !isTold) || isWaiting(state, known.sequence, sources));
    const oldest = stays ? known : oldestWaiting(state, sources);
    this.#seen.set(destination.id, { oldest, at: now, delivered: totals.delivered });
    return oldest;
  }
}
