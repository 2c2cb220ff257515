/**
 * The single alarm of an object, set to the earliest time at which something is due.
 *
 * Every `setAlarm` is a row written. So the alarm only ever moves to an earlier time. An alarm that comes too early
 * finds nothing to do, which costs one request.
 *
 * The platform gives an alarm up when its handler could not be run six times, within minutes, and says so to nobody. So an
 * alarm that should have come long ago counts as none.
 */

/** An alarm in the past fires at once. With a distance, work that stays due does not fire alarms without pause. */
const MIN_DISTANCE_MS = 100;
/** Longer than the platform goes on trying. */
const LOST_AFTER_MS = 10 * 60_000;

/** The alarm, and when it is set to. */
export class DueTimes {
  #storage: DurableObjectStorage;
  /** When the alarm fires, ms since 1970; null for never. */
  #alarmAt: number | null;
  #ended: (failure: { error: unknown } | null) => void;

  /** @param ended told of each setting how it went; one that failed leaves no alarm until somebody arranges it again */
  constructor(
    storage: DurableObjectStorage,
    alarmAt: number | null,
    ended: (failure: { error: unknown } | null) => void,
  ) {
    this.#storage = storage;
    this.#alarmAt = alarmAt;
    this.#ended = ended;
  }

  /** To be called when the alarm fires, as it is then not set any more. */
  fired(): void {
    this.#alarmAt = null;
  }

  /** Whether the alarm was set to a time so long ago that it will not come any more. */
  isLost(now: number): boolean {
    return this.#alarmAt !== null && this.#alarmAt < now - LOST_AFTER_MS;
  }

  /** Makes sure that the alarm comes no later than `at` (ms since 1970; null for never). */
  arrange(at: number | null, now: number): void {
    if (at === null) return;
    const earliest = Math.max(at, now + MIN_DISTANCE_MS);
    if (this.#alarmAt !== null && this.#alarmAt <= earliest && !this.isLost(now)) return;
    void this.#set(earliest);
  }

  /** It is a row, so it can be refused as any other. */
  async #set(at: number): Promise<void> {
    this.#alarmAt = at;
    try {
      await this.#storage.setAlarm(at);
      this.#ended(null);
    } catch (error) {
      if (this.#alarmAt === at) this.#alarmAt = null;
      this.#ended({ error });
    }
  }
}
