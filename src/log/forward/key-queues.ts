/**
 * Who waits for whom: for every ordering key a queue of the events that carry it, in feed order.
 *
 * An event may go when it is first in all of its queues. `strict` is one key for everything, `parallel` is none, so
 * one mechanism serves every ordering.
 */
export class KeyQueues<T extends { keys: readonly string[] }> {
  #queues = new Map<string, T[]>();

  /** Behind everything that is here. */
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

  /** Takes an item out, wherever it stands, and returns those that became first in one of its queues. */
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
