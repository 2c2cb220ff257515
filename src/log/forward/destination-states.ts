/** The destination states of a webhook: made, changed and forgotten as the webhook is configured. */
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { Feed } from '../store/feed';
import { DestinationState, type Sources } from './destination-state';
import { mayBeMended, retryNow } from './early-attempts';
import type { Replays } from './replays';
import type { StoredDestination } from './stored-forwarding';
import type { Cursor } from './trail';

/** All of them, by the id of the destination. */
export class DestinationStates {
  readonly byId = new Map<string, DestinationState>();
  #sources: Sources & { feed: Feed };
  #replays: Replays;

  constructor(sources: Sources & { feed: Feed }, replays: Replays) {
    this.#sources = sources;
    this.#replays = replays;
  }

  /**
   * Takes over the destinations that the webhook has now. New ones begin at their `start`; deleted ones are forgotten
   * with their rows. What waits for one that may be mended goes at once. `now` in ms since 1970.
   * @param mended whether each of them may be
   */
  arrange(
    destinations: readonly DestinationRecord[],
    stored: ReadonlyMap<string, StoredDestination>,
    now: number,
    mended: boolean,
  ): void {
    const wanted = new Map(destinations.map(destination => [destination.id, destination]));
    for (const id of new Set([...this.byId.keys(), ...stored.keys()])) if (!wanted.has(id)) this.#forget(id);
    for (const [id, destination] of wanted) {
      const state = this.byId.get(id);
      if (state !== undefined) {
        const before = state.destination;
        state.configure(destination, now);
        const isMended = destination.isActive && (mended || mayBeMended(before, destination));
        if (isMended) retryNow(state, this.#sources.rows, now, !before.isActive);
        continue;
      }
      const from = stored.get(id) ?? this.#startOf(destination);
      this.byId.set(id, new DestinationState(destination, from, this.#sources, now));
    }
  }

  #forget(id: string): void {
    const { rows, blockedRows } = this.#sources;
    this.byId.delete(id);
    rows.forget(id);
    this.#replays.forget(id);
    blockedRows.forget(id);
  }

  #startOf({ start }: DestinationRecord): Cursor {
    const { feed } = this.#sources;
    if (start === 'now') return { ...feed.end, previous: 0, ordinal: 0 };
    const first = Math.max(start === 'beginning' ? 1 : start.sequence, feed.firstSequence);
    return { ...feed.before(first), previous: 0, ordinal: 0 };
  }
}
