/**
 * The rule that a webhook keeps its events at least as long as any destination may still be retrying them: an event
 * that retention drops undelivered is lost, so such a configuration is refused when it is made.
 */
const DAY_SECONDS = 86_400;

/**
 * Fewest whole days of retention that cover a retry schedule (in seconds) and the time events may be held before.
 */
function daysNeeded(retrySchedule: readonly number[], holdSeconds: number): number {
  const seconds = retrySchedule.reduce((sum, wait) => sum + wait, holdSeconds);
  return Math.ceil(seconds / DAY_SECONDS);
}

/** Why the retention is too short, or null. */
export function retentionProblem(
  webhook: { retentionDays: number; sequence: { holdSeconds: number } },
  retrySchedule: readonly number[],
): string | null {
  const days = daysNeeded(retrySchedule, webhook.sequence.holdSeconds);
  if (webhook.retentionDays >= days) return null;
  const hours = (retrySchedule.reduce((sum, wait) => sum + wait, 0) / 3600).toFixed(1);
  const { holdSeconds } = webhook.sequence;
  return `needs retention_days of ${days} or more: the retries take ${hours} h and hold_seconds is ${holdSeconds}`;
}
