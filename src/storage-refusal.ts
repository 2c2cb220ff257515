/**
 * Why the storage of an object refused a write. SQLite and the platform say it in words only; the words of the quota are those
 * of Cloudflare's Free plan.
 */

/**
 * `full`: the database is as large as it may be. `quota`: the plan's rows of today are used up. `too_large`: one row would be
 * larger than the platform allows. `failed`: anything else.
 */
export type StorageRefusal = 'full' | 'quota' | 'too_large' | 'failed';

const WORDS: readonly [RegExp, StorageRefusal][] = [
  [/SQLITE_TOOBIG|too big/i, 'too_large'],
  [/SQLITE_FULL|is full/i, 'full'],
  [/exceeded allowed (?:rows|storage)|rows written|free tier|quota/i, 'quota'],
];

/** What an error of a write says; `failed` where it says nothing that is known. */
export function storageRefusal(error: unknown): StorageRefusal {
  const message = error instanceof Error ? error.message : '';
  return WORDS.find(([words]) => words.test(message))?.[1] ?? 'failed';
}

/** Whether it stands for all writes, so that another one need not be tried. */
export const refusesAll = (refusal: StorageRefusal): boolean => refusal === 'full' || refusal === 'quota';
