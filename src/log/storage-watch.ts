/**
 * How much an object stores, by how much it may; and what is done before it is full.
 *
 * The last two percent are kept free: an object at the very limit could not even note what it delivers. Above that, room is made
 * as the webhook's `when_full` says: the oldest events that every destination has received are dropped, step by step, or nothing
 * is, and new events are refused. Without a destination the log itself is what its readers read, so nothing is dropped.
 */
import type { WebhookRecord } from '../subscriptions/webhook';
import type { EventLog } from './commit/event-log';
import { storageLevel } from './commit/storage-level';
import type { Forwarding } from './forward/forwarding';
import { OPERATIONS_ID } from './forward/operations-destination';
import { receivedUpTo } from './forward/received';
import type { Means } from './means';

/** From here on there is no room for new events. */
const FULL = 0.98;
/** Dropping goes on until so little is used, so that not every event makes a step. */
const ROOMY = 0.96;
/** Steps before one batch of events, which waits for them. */
const MAX_STEPS = 4;
/** What an event takes besides its body, about: headers, keys, and what is left of its pages. */
const OVERHEAD_BYTES = 4096;
/** After the whole log was looked at and nothing more could be dropped. */
const AGAIN_AFTER_MS = 60_000;
/**
 * To ask the database for its size costs as much as to store an event. So it is asked anew only after events came that may have
 * taken a part of what was left up to `NEAR`, and at most so many bytes; above that with every batch.
 */
const NEAR = 0.9;
const UNMEASURED_PART = 1 / 32;
const MAX_UNMEASURED_BYTES = 4 * 1024 * 1024;
/** It is asked anew after so long, too: deliveries, replays and erasures change the size while few events come. */
const MEASURED_FOR_MS = 60_000;

/** Storage that takes no more events. In the words of SQLite, so that it is told as a disk that is really full. */
export class StorageFull extends Error {
  override name = 'StorageFull';

  constructor() {
    super('SQLITE_FULL: less than 2 percent of the storage is left, and nothing can be dropped');
  }
}

/** Watches the storage of one object. */
export class StorageWatch {
  #means: Pick<Means, 'storage' | 'storageLimit' | 'clock'>;
  #live: { readonly webhook: WebhookRecord; readonly log: EventLog; readonly forwarding: Forwarding };
  /** Up to here the log was looked at for what can be dropped. */
  #after = 0;
  /** Before that nothing more can be dropped, ms since 1970. */
  #againAt = 0;
  /** As it was measured last, what may come before it is measured again, in bytes, and until when, in ms since 1970. */
  #measured = { share: 0, unmeasured: 0, until: 0 };

  constructor(
    means: Pick<Means, 'storage' | 'storageLimit' | 'clock'>,
    live: { readonly webhook: WebhookRecord; readonly log: EventLog; readonly forwarding: Forwarding },
  ) {
    this.#means = means;
    this.#live = live;
  }

  /** In bytes. */
  get size(): { usedBytes: number; limitBytes: number } {
    const { storage, storageLimit } = this.#means;
    return { usedBytes: storage.sql.databaseSize, limitBytes: storageLimit };
  }

  /** Asks the database, and remembers what it said. */
  #measure(): { usedBytes: number; limitBytes: number; share: number } {
    const { usedBytes, limitBytes } = this.size;
    const share = usedBytes / limitBytes;
    const unmeasured = Math.max(0, limitBytes * NEAR - usedBytes) * UNMEASURED_PART;
    this.#measured = {
      share,
      unmeasured: Math.min(unmeasured, MAX_UNMEASURED_BYTES),
      until: this.#means.clock.now() + MEASURED_FOR_MS,
    };
    return { usedBytes, limitBytes, share };
  }

  /** Whether what was measured still says how full it is. */
  get #isMeasured(): boolean {
    const { unmeasured, until } = this.#measured;
    return unmeasured >= 0 && this.#means.clock.now() < until;
  }

  #takes(bytes: number): boolean {
    const { usedBytes, limitBytes, share } = this.#measure();
    return share < FULL && usedBytes + bytes <= limitBytes;
  }

  /**
   * Whether there is room for these new events, after some was made where that is wanted. Those of a batch that is refused are tried
   * one by one, so that as many are taken as fit. Throws when storage fails.
   */
  hasRoom(events: readonly { body: Uint8Array }[]): boolean {
    const bytes = events.reduce((sum, { body }) => sum + body.byteLength + OVERHEAD_BYTES, 0);
    const hasRoom = (bytes <= this.#measured.unmeasured && this.#isMeasured) || this.#hasRoomFor(bytes);
    // Where it was measured just now, that was before these.
    this.#measured.unmeasured -= bytes;
    return hasRoom;
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#takes(bytes)) return true;
    const { webhook, forwarding, log } = this.#live;
    const { whenFull, destinations } = webhook;
    const now = this.#means.clock.now();
    if (whenFull === 'refuse' || destinations.length === 0 || now < this.#againAt) return false;
    forwarding.flush();
    const states = [...destinations.map(({ id }) => id), OPERATIONS_ID].flatMap(
      id => forwarding.destination(id) ?? [],
    );
    const upTo = receivedUpTo(states, forwarding.replays);
    for (let step = 0; step < MAX_STEPS && this.#measure().share >= ROOMY; step++) {
      const last = log.dropReceived(this.#after, upTo, now);
      this.#after = last ?? 0;
      if (last !== null) continue;
      this.#againAt = now + AGAIN_AFTER_MS;
      break;
    }
    return this.#takes(bytes);
  }

  /** To be called after commits, and when events were dropped: tells what is new about how full it is, as it was measured last. */
  look(measure = false): void {
    const { log } = this.#live;
    const before = log.state.storageLevel;
    const { share } = measure || !this.#isMeasured ? this.#measure() : this.#measured;
    if (storageLevel(before, share) !== before) log.tellStorage(this.size, this.#means.clock.now());
  }
}
