/**
 * Waits for something that another process does. Calls `look` until it answers without throwing, every 50 ms; after
 * `ms` the last error is thrown, so that a test fails with what was wrong, not with "timed out".
 */
export async function eventually<T>(look: () => T | Promise<T>, ms = 20_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(50);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
