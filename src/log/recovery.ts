/**
 * Taking a webhook's object back to an earlier moment, by the platform's point-in-time recovery of its storage.
 *
 * A restore is registered and takes place when the object starts the next time, so the object ends itself soon after it has
 * answered, and takes nothing meanwhile: what it took would be lost. Then everything is as it was at that moment, record, log, gaps
 * and cursors. `resume` makes the restored object go on above every version and every place in the feed that was given before.
 *
 * Workers on one machine have no such recovery: there the answer is `unsupported`.
 */
import { errorMessage } from '../error-name';
import type { FeedPosition } from './contract/events';
import type { LostRange, RecoveryRequest, RecoveryResult } from './contract/recovery';
import type { LiveWebhook } from './live-webhook';

/** The part of the object's storage that is needed here. */
export type PointInTime = Pick<
  DurableObjectStorage,
  'getCurrentBookmark' | 'getBookmarkForTime' | 'onNextSessionRestoreBookmark'
>;

/** How far back the platform can go. */
export const RECOVERABLE_MS = 30 * 24 * 60 * 60 * 1000;
/** The platform finds a bookmark near a time. So near after the webhook was made it might be one of before, when there was none. */
const SURE_MS = 60_000;
/** Until the answer with the way back has left. */
const ENDS_AFTER_MS = 500;

export class Recovery {
  #storage: PointInTime;
  #end: () => void;
  #isEnding = false;

  /** @param end ends the object; its next call starts from what is stored */
  constructor(storage: PointInTime, end: () => void) {
    this.#storage = storage;
    this.#end = end;
  }

  /** To be called before anything that is asked of the object. Throws while it waits for its end. */
  check(): void {
    if (this.#isEnding) throw new Error('This webhook is being restored.');
  }

  /** `live` null: there is no webhook. @param now ms since 1970 */
  async answer(request: RecoveryRequest, live: LiveWebhook | null, now: number): Promise<RecoveryResult> {
    if (live === null) return { kind: 'gone' };
    if (request.what === 'resume') return resume(live, request);
    const { createdAt } = live.webhook;
    const from = Math.max(now - RECOVERABLE_MS, request.bookmark === null ? createdAt + SURE_MS : createdAt);
    const at = request.at ?? now;
    if (request.at !== null && (at < from || at > now)) return { kind: 'out_of_range', from, to: now };
    try {
      return request.what === 'look'
        ? await this.#look(live, request, at)
        : await this.#restore(live, request, now);
    } catch (error) {
      const message = errorMessage(error);
      return isUnsupported(message) ? { kind: 'unsupported' } : { kind: 'refused', message };
    }
  }

  async #look(
    live: LiveWebhook,
    { at: asked, bookmark }: { at: number | null; bookmark: string | null },
    at: number,
  ): Promise<RecoveryResult> {
    const found =
      bookmark ??
      (asked === null
        ? await this.#storage.getCurrentBookmark()
        : await this.#storage.getBookmarkForTime(asked));
    if (isNone(found)) return { kind: 'unsupported' };
    return {
      kind: 'point',
      point: { bookmark: found, at },
      lastSequence: live.log.state.lastSequence,
      lost: asked === null ? null : lostSince(live, at),
      recordGoesBack: asked !== null && live.webhook.updatedAt >= at,
    };
  }

  async #restore(
    live: LiveWebhook,
    { at, bookmark }: { at: number; bookmark: string | null },
    now: number,
  ): Promise<RecoveryResult> {
    const wanted = bookmark ?? (await this.#storage.getBookmarkForTime(at));
    this.#isEnding = true;
    try {
      // What waits for its commit is answered before, and named as lost.
      await new Promise<void>(resolve => void setTimeout(resolve, 0));
      const undo = await this.#storage.onNextSessionRestoreBookmark(wanted);
      live.stop();
      setTimeout(this.#end, ENDS_AFTER_MS);
      const { end } = live.log.feed;
      const { version } = live.webhook;
      return {
        ...{ kind: 'restoring', undo: { bookmark: undo, at: now }, lost: lostSince(live, at) },
        ...{ version, end },
      };
    } catch (error) {
      this.#isEnding = false;
      throw error;
    }
  }
}

function resume(live: LiveWebhook, { version, end }: { version: number; end: FeedPosition }): RecoveryResult {
  live.goOnAbove(version, end);
  return {
    ...{ kind: 'resumed', lastSequence: live.log.state.lastSequence, version: live.webhook.version },
  };
}

/**
 * The sequences of what was accepted at a time or later: about what a restore to that time takes away, as the platform finds a
 * bookmark near it. Null for none. Events are stored in the order of their times, so it is looked for by halves.
 */
export function lostSince({ log: { feed } }: Pick<LiveWebhook, 'log'>, at: number): LostRange | null {
  const { sequence: to } = feed.end;
  let [low, high] = [feed.firstSequence, to + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // Some sequences were never given.
    const [event] = feed.eventsAfter(middle - 1, 1);
    if (event === undefined || event.receivedAt >= at) high = middle;
    else low = event.sequence + 1;
  }
  return low > to ? null : { from: low, to };
}

/** The words of a runtime without it. */
const isUnsupported = (message: string): boolean => /point-in-time recovery/i.test(message);

/** Such a runtime does give a bookmark of now, which is none. */
const isNone = (bookmark: string): boolean => /^[0-]*$/.test(bookmark);
