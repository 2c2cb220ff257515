/**
 * One alarm, many due times. An object has a single alarm; everything that waits for a moment says so here, and the
 * alarm stands at the earliest of them.
 *
 * Every `setAlarm` is a row written, so it moves only when something is due earlier than it stands; an alarm that
 * comes too early finds nothing to do and costs one request.
 */

/** An alarm set in the past fires at once; a distance keeps a due time that cannot be served from spinning. */
const MIN_DISTANCE_MS = 100;

export class DueTimes {
  #storage: DurableObjectStorage;
  /** Where the alarm stands, ms since 1970; null for none. */
  #alarmAt: number | null;

  constructor(storage: DurableObjectStorage, alarmAt: number | null) {
    this.#storage = storage;
    this.#alarmAt = alarmAt;
  }

  /** The alarm is firing: it stands nowhere now. */
  fired(): void {
    this.#alarmAt = null;
  }

  /** Makes sure that the alarm comes no later than `at` (ms since 1970; null for never). */
  arrange(at: number | null, now: number): void {
    if (at === null) return;
    const earliest = Math.max(at, now + MIN_DISTANCE_MS);
    if (this.#alarmAt !== null && this.#alarmAt <= earliest) return;
    this.#alarmAt = earliest;
    void this.#storage.setAlarm(earliest);
  }
}
