/** Sending events of the log again. */
import type { DeliveryState, EventFilter } from './event-filter';
import type { EventStatus } from './events';

/** Which events to send again. The range ends at the last event at the time of the request. */
export type ReplayRequest = {
  /** Null for every destination. */
  destinationId: string | null;
  /** Sequences, both included; null for no limit. */
  fromSequence: number | null;
  toSequence: number | null;
  /** Acceptance time in ms since 1970, `[since, until)`; null for no limit. */
  since: number | null;
  until: number | null;
  /** Topic pattern; null for all. */
  topic: string | null;
  /** Status at the destination; null for any. */
  status: EventStatus | null;
  /**
   * Only events that a list with this filter and this topic has, its `delivery` at each destination asked for. `topic` above is
   * `NO_TOPIC` then, `status` null, and the times stand here.
   */
  chosen?: { filter: Omit<EventFilter, 'delivery'>; state: DeliveryState | null; topic: string | null };
  /** Send them under new ids, so that receivers that deduplicate take them. */
  newId: boolean;
  /** Only count, and send nothing. */
  dryRun: boolean;
  /** Absent from an edge of an earlier release. */
  asked?: AskedReplay;
};

/** Who asked for a replay, and for what: `admin` or the id of an API token, and the request as it was given. */
export type AskedReplay = { by: string; request: Record<string, unknown> };

export type ReplayResult =
  /**
   * `count`: how many deliveries this makes, over all destinations asked for. `events`: how many events listeners get. `replayId`: null
   * where no delivery was begun: a plan, or nothing to send. Both are absent from an object of an earlier release.
   */
  | { kind: 'ok'; count: number; events?: number; replayId?: number | null }
  | { kind: 'gone' }
  | { kind: 'unknown_destination' }
  /** What was chosen lies in too many places; up to this sequence it does not. */
  | { kind: 'too_scattered'; upTo: number }
  /** Of a single event: */
  | { kind: 'unknown_event' }
  | { kind: 'redacted' }
  | { kind: 'not_forwarded' };

/**
 * What a replay is to one destination. Of the events that it covered when it was asked for (`counted`; null in a replay of an earlier
 * release), `sent` had a first attempt that ended; of these some were delivered, some wait for another attempt, and the others
 * (`dead`) are not tried any more. `remaining` are those that were not sent: yet, or ever where it was cancelled.
 */
export type ReplayPart = {
  destinationId: string;
  state: 'running' | 'done' | 'cancelled';
  counted: number | null;
  sent: number;
  delivered: number;
  retrying: number;
  dead: number;
  remaining: number | null;
  /** ms since 1970; null while it runs. */
  endedAt: number | null;
};

/** `asked`: null of an earlier release. `startedAt`: ms since 1970. */
export type Replay = { id: number; asked: AskedReplay | null; startedAt: number; parts: ReplayPart[] };

/** Newest first. `more`: there are older ones that run. */
export type ReplayList = { replays: Replay[]; more: boolean };

/** What becomes of sending what waits for a destination now. */
export type RetryResult =
  /**
   * `waiting`: deliveries that had not succeeded when this was asked for, retries of replays included; with `more` at least so
   * many. `nextAttemptAt`: ms since 1970, now where an attempt is under way; null when nothing waits.
   */
  | { kind: 'ok'; waiting: number; more: boolean; nextAttemptAt: number | null }
  | { kind: 'gone' }
  | { kind: 'unknown_destination' }
  /** Nothing is sent to it now; what waits is sent when it is active again. */
  | { kind: 'paused' };
