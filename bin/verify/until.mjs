/** Waiting. Times in seconds. */

export const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

/** Asks `check` every `every` seconds until it says true; false when it has not within `patience`. */
export async function until(patience, every, check) {
  for (const end = Date.now() + patience * 1000; ; await pause(every)) {
    if (await check()) return true;
    if (Date.now() >= end) return false;
  }
}
