/** Whether an event is one that a filter asks for, by the event itself. How its deliveries stand is told elsewhere. */
import type { EventFilter } from '../contract/event-filter';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';

/** A page ends when it has searched bodies of so many bytes for a text. */
export const MAX_SEARCHED_BYTES = 8 * 1024 * 1024;

/** Everything but the text and the deliveries. */
export function isAskedFor(event: StoredEvent, filter: EventFilter): boolean {
  const { since, until, eventId, incrementId, entityKey } = filter;
  if (since !== null && event.receivedAt < since) return false;
  if (until !== null && event.receivedAt >= until) return false;
  if (eventId !== null && event.eventId !== eventId) return false;
  if (incrementId !== null && event.incrementId !== incrementId) return false;
  return entityKey === null || event.entityKeys.includes(entityKey);
}

/** Looks for a text in events, and counts the bytes of bodies that it went through. */
export class TextSearch {
  /** Bytes of bodies so far. */
  searched = 0;
  #text: string | null;
  #feed: Pick<Feed, 'body'>;
  #decoder = new TextDecoder();

  constructor(text: string | null, feed: Pick<Feed, 'body'>) {
    this.#text = text?.toLowerCase() ?? null;
    this.#feed = feed;
  }

  /** Whether the page has to end here. */
  get isSpent(): boolean {
    return this.searched >= MAX_SEARCHED_BYTES;
  }

  /** Whether a header or the body has the text; true where none is looked for. Bytes that are no UTF-8 match nothing. */
  finds(event: StoredEvent): boolean {
    const text = this.#text;
    if (text === null) return true;
    if (event.headers.some(([name, value]) => `${name}: ${value}`.toLowerCase().includes(text))) return true;
    const body = this.#feed.body(event.sequence);
    if (body === null) return false;
    this.searched += body.byteLength;
    return this.#decoder.decode(body).toLowerCase().includes(text);
  }
}
