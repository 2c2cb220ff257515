/**
 * What there is to tell, for all listeners of one turn: what one needs to be read and written as text, another one uses too.
 */
import { cursorText } from '../../views/cursor';
import type { EventSummary, FeedPosition, ReplayPosition, StreamCursor } from '../contract/events';
import type { AttemptEnd } from '../forward/attempt-end';
import { contentOf, hasTopic, statusOf, summary } from '../read/event-summary';
import { changedGaps } from '../read/gaps';
import type { StreamedReplays } from '../read/streamed-replays';
import type { Views } from '../read/views';
import type { FeedEntry } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import type { Listener } from './listener';
import { deliveryMessage, eventMessage, type GapChanges, gapsMessage, replayMessage } from './messages';

const ENTRIES_PER_READ = 250;
/** Texts that are kept for the other listeners have so many characters. */
const MAX_KEPT_CHARACTERS = 1024 * 1024;

/** What listeners are told of. */
export type StreamViews = Views & { streamed: StreamedReplays };

export class News {
  #views: StreamViews;
  #ends: readonly AttemptEnd[];
  #lost: number;
  #gaps: GapChanges | null;
  #entries = new Map<string, FeedEntry[]>();
  #texts = new Map<string, string>();
  #characters = 0;

  /** @param lost how many attempts ended besides `ends` */
  constructor(views: StreamViews, ends: readonly AttemptEnd[], lost: number) {
    this.#views = views;
    this.#ends = ends;
    this.#lost = lost;
    this.#gaps = changedGaps(views);
  }

  /** Tells a listener as much as it has room for: first its events, then those of replays, then what happened besides. */
  tell(listener: Listener, now: number): void {
    this.#tellEvents(listener, now);
    this.#tellReplays(listener, now);
    listener.miss(this.#lost);
    listener.tellSkipped(now);
    for (const end of this.#ends) {
      if (hasTopic(end.event, listener.wants.topic))
        listener.tell(deliveryMessage(listener.cursor, end), now);
    }
    if (this.#gaps !== null) listener.tell(gapsMessage(listener.cursor, this.#gaps), now);
  }

  #tellEvents(listener: Listener, now: number): void {
    while (listener.hasRoom) {
      const entries = this.#after(listener.cursor);
      if (entries.length === 0) return;
      for (const { at, event } of entries) {
        const isWanted = event !== null && hasTopic(event, listener.wants.topic);
        listener.go(at, isWanted ? this.#text(at, event, listener) : null, now);
        if (!listener.hasRoom) return;
      }
    }
  }

  /** An event that it did not have yet comes as an event first, and again as one that is replayed. */
  #tellReplays(listener: Listener, now: number): void {
    const { streamed, log } = this.#views;
    for (let from = listener.replays; from !== null && listener.hasRoom; from = listener.replays) {
      const entries = streamed.after(from, ENTRIES_PER_READ, log.feed);
      if (entries.length === 0) return;
      for (const { at, event, newId } of entries) {
        const isWanted = event !== null && hasTopic(event, listener.wants.topic);
        listener.goReplay(at, isWanted ? this.#replayed(at, event, newId, listener) : null, now);
        if (!listener.hasRoom) return;
      }
    }
  }

  #replayed(at: ReplayPosition, event: StoredEvent, newId: boolean, listener: Listener): string {
    const cursor: StreamCursor = { ...listener.cursor, replay: at };
    return replayMessage(cursor, at.id, newId, this.#shown(event, listener));
  }

  #after(position: FeedPosition): FeedEntry[] {
    const key = `${position.sequence}.${position.release}`;
    const entries = this.#entries.get(key) ?? this.#views.log.feed.after(position, ENTRIES_PER_READ);
    this.#entries.set(key, entries);
    return entries;
  }

  #text(at: FeedPosition, event: StoredEvent, listener: Listener): string {
    const { webhook } = this.#views;
    const cursor: StreamCursor = { ...at, life: webhook.life, replay: listener.replays };
    const key = `${cursorText(cursor)}.${listener.wants.include}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const text = eventMessage(cursor, this.#shown(event, listener));
    this.#characters += text.length;
    if (this.#characters <= MAX_KEPT_CHARACTERS) this.#texts.set(key, text);
    return text;
  }

  #shown(event: StoredEvent, { wants: { include } }: Listener): EventSummary {
    const { log, forwarding } = this.#views;
    const entry = summary(event, statusOf(event, forwarding.rows.of(event.sequence)));
    return { ...entry, ...(include === undefined ? {} : contentOf(log.feed, event, { include })) };
  }
}
