/**
 * A page of events that is waited for. The object lets only so many requests wait, and does not notice a client that hung
 * up. So it is asked in turns of a few seconds: such a client holds its place until its turn ends, and no longer.
 */
import { ok, type Result } from '../../result';
import type { ApiError } from '../problem';

/** Seconds that can be asked for. */
export const MAX_WAIT_SECONDS = 30;
/** The platform ends a request after 30 s; a wait of that length would sometimes end without an answer. */
const LONGEST_WAIT_MS = 25_000;
const TURN_MS = 5000;

type Page<C> = { events: unknown[]; next: C | null; cursor: C; turnedAway?: true };

/**
 * @param read one page from a position, waiting up to that many ms for events; null once the webhook is gone
 * @param signal aborted when the client has gone, where the runtime tells
 */
export async function pageInTurns<C, P extends Page<C>>(
  read: (after: C, waitMs: number) => Promise<Result<P | null, ApiError>>,
  after: C,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Result<P | null, ApiError>> {
  const deadline = Date.now() + Math.min(waitSeconds * 1000, LONGEST_WAIT_MS);
  for (let from = after; ; ) {
    const left = Math.max(0, deadline - Date.now());
    const page = await read(from, Math.min(left, TURN_MS));
    if (!page.ok || page.value === null) return page;
    const { events, next, turnedAway, cursor } = page.value;
    const isOver = left <= TURN_MS || turnedAway === true || signal.aborted;
    if (events.length > 0 || next !== null || isOver) return ok(page.value);
    from = cursor;
  }
}
