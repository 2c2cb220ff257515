/** Something did not happen as the demo tells it; the message says what, for a reader who does not know the code. */
export class Unexpected extends Error {}

/** Fails the demo unless `holds`. */
export function must(holds, message) {
  if (!holds) throw new Unexpected(message);
}

/** Calls `look` until it no longer throws, and answers its result. After `ms` its last error is thrown. */
export async function until(look, ms) {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}
