/**
 * What there is to tell, for all listeners of one turn: what one needs to be read and written as text, another one uses too.
 */
import type { FeedCursor, FeedPosition } from '../contract/events';
import type { AttemptEnd } from '../forward/attempt-end';
import { contentOf, hasTopic, statusOf, summary } from '../read/event-summary';
import { changedGaps } from '../read/gaps';
import type { Views } from '../read/views';
import type { FeedEntry } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import type { Listener } from './listener';
import { deliveryMessage, eventMessage, type GapChanges, gapsMessage } from './messages';

const ENTRIES_PER_READ = 250;
/** Texts that are kept for the other listeners have so many characters. */
const MAX_KEPT_CHARACTERS = 1024 * 1024;

export class News {
  #views: Views;
  #ends: readonly AttemptEnd[];
  #lost: number;
  #gaps: GapChanges | null;
  #entries = new Map<string, FeedEntry[]>();
  #texts = new Map<string, string>();
  #characters = 0;

  /** @param lost how many attempts ended besides `ends` */
  constructor(views: Views, ends: readonly AttemptEnd[], lost: number) {
    this.#views = views;
    this.#ends = ends;
    this.#lost = lost;
    this.#gaps = changedGaps(views);
  }

  /** Tells a listener as much as it has room for: first its events, then what happened besides. */
  tell(listener: Listener, now: number): void {
    this.#tellEvents(listener, now);
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

  #after(position: FeedPosition): FeedEntry[] {
    const key = `${position.sequence}.${position.release}`;
    const entries = this.#entries.get(key) ?? this.#views.log.feed.after(position, ENTRIES_PER_READ);
    this.#entries.set(key, entries);
    return entries;
  }

  #text(at: FeedPosition, event: StoredEvent, { wants: { include } }: Listener): string {
    const key = `${at.sequence}.${at.release}.${include}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const { log, forwarding, webhook } = this.#views;
    const cursor: FeedCursor = { sequence: at.sequence, release: at.release, life: webhook.life };
    const entry = summary(event, statusOf(event, forwarding.rows.of(event.sequence)));
    const content = include === undefined ? {} : contentOf(log.feed, event, { include });
    const text = eventMessage(cursor, { ...entry, ...content });
    this.#characters += text.length;
    if (this.#characters <= MAX_KEPT_CHARACTERS) this.#texts.set(key, text);
    return text;
  }
}
