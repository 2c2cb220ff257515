/** A replay as answers show it. */
import type { Replay, ReplayPart } from '../log/contract/replays';
import { timeOrNull, timeText } from '../time';

/** As a whole, and for each destination. It runs while a part of it does. */
export function replayView({ id, asked, startedAt, parts }: Replay) {
  const states = parts.map(({ state }) => state);
  const isRunning = states.includes('running');
  const isCancelled = states.includes('cancelled');
  const ends = parts.map(({ endedAt }) => endedAt ?? 0);
  const sum = (count: (part: ReplayPart) => number | null): number | null =>
    parts.reduce((total: number | null, part) => {
      const of = count(part);
      return total === null || of === null ? null : total + of;
    }, 0);
  return {
    replay_id: id,
    state: isRunning ? 'running' : isCancelled ? 'cancelled' : 'done',
    asked_by: asked?.by ?? null,
    request: asked?.request ?? null,
    started_at: timeText(startedAt),
    ended_at: isRunning ? null : timeText(Math.max(startedAt, ...ends)),
    counted: sum(part => part.counted),
    sent: sum(part => part.sent),
    delivered: sum(part => part.delivered),
    retrying: sum(part => part.retrying),
    dead: sum(part => part.dead),
    remaining: sum(part => part.remaining),
    destinations: parts.map(({ destinationId, endedAt, ...part }) => ({
      destination_id: destinationId,
      ...part,
      ended_at: timeOrNull(endedAt),
    })),
  };
}
