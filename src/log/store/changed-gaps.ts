/**
 * Which entries of the gap list were touched, so that listeners hear of it. Only in memory, and only names: what an entry is
 * now is looked up when it is told, so a transaction that was rolled back does no harm.
 */

/** What tells an entry from all others. */
export type GapKey = { epoch: number; from: number; to: number };

/** Of more, listeners are told to read the list. */
const MAX_KEYS = 200;

export class ChangedGaps {
  #keys = new Map<string, GapKey>();
  #isComplete = true;

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  note(key: GapKey): void {
    if (this.#keys.size < MAX_KEYS) this.#keys.set(`${key.epoch}/${key.from}-${key.to}`, key);
    else this.#isComplete = false;
  }

  /** What was noted since the last time. `complete`: whether that is all. */
  take(): { keys: GapKey[]; complete: boolean } {
    const taken = { keys: [...this.#keys.values()], complete: this.#isComplete };
    this.#keys.clear();
    this.#isComplete = true;
    return taken;
  }
}
