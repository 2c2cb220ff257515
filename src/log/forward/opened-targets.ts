/** Destinations with their secrets opened, kept between calls for as long as all of their secrets are usable. */
import type { Clock } from '../../clock';
import type { OpenedTarget } from '../../delivery/outgoing';
import type { DestinationRecord } from '../../subscriptions/webhook';

export class OpenedTargets {
  #open: (destination: DestinationRecord) => Promise<OpenedTarget | null>;
  #clock: Pick<Clock, 'now'>;
  #known = new Map<string, { target: Promise<OpenedTarget | null>; until: number }>();

  constructor(
    open: (destination: DestinationRecord) => Promise<OpenedTarget | null>,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#open = open;
    this.#clock = clock;
  }

  /** The destinations have changed. */
  clear(): void {
    this.#known.clear();
  }

  /** Null when a secret does not open; it is tried again the next time. */
  async of(destination: DestinationRecord): Promise<OpenedTarget | null> {
    const target = await this.#kept(destination).catch(() => null);
    if (target === null) this.#known.delete(destination.id);
    return target;
  }

  #kept(destination: DestinationRecord): Promise<OpenedTarget | null> {
    const now = this.#clock.now();
    const known = this.#known.get(destination.id);
    if (known !== undefined && now < known.until) return known.target;
    const ends = destination.secrets.map(({ usableUntil }) => usableUntil ?? Number.POSITIVE_INFINITY);
    const until = Math.min(Number.POSITIVE_INFINITY, ...ends.filter(end => end > now));
    const target = this.#open(destination);
    const kept = { target, until };
    this.#known.set(destination.id, kept);
    // Secrets of the webhook, which may sign too, end at times of their own.
    const shorten = (opened: OpenedTarget | null) => {
      kept.until = Math.min(kept.until, opened?.until ?? Number.POSITIVE_INFINITY);
    };
    target.then(shorten, () => {});
    return target;
  }
}
