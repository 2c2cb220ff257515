/**
 * Which queued event waits for which: for every ordering key, a queue of the events that have it, in feed order.
 *
 * An event may be sent when it is first in all of its queues. With `strict` all events have the same key, with
 * `parallel` they have none, so the same queues serve every ordering.
 */
export class KeyQueues<T extends { keys: readonly string[] }> {
  #queues = new Map<string, T[]>();

  /** Adds an item as the last one in the queue of each of its keys. */
  add(item: T): void {
    for (const key of item.keys) {
      const queue = this.#queues.get(key);
      if (queue === undefined) this.#queues.set(key, [item]);
      else queue.push(item);
    }
  }

  isFirst(item: T): boolean {
    return item.keys.every(key => this.#queues.get(key)?.[0] === item);
  }

  /** Removes an item from all its queues. Returns the items that became first in one of them. */
  remove(item: T): T[] {
    const next = new Set<T>();
    for (const key of item.keys) {
      const queue = this.#queues.get(key);
      if (queue === undefined) continue;
      if (queue[0] === item) {
        queue.shift();
        const [first] = queue;
        if (first === undefined) this.#queues.delete(key);
        else next.add(first);
      } else {
        const at = queue.indexOf(item);
        if (at >= 0) queue.splice(at, 1);
      }
    }
    return [...next];
  }
}
