/**
 * What somebody may have meant who wrote a word that is not known: the known ones that are nearest to it. Pure, and bounded in
 * the length and the number of words, because both may come from a request.
 */

/** Longest part of a word that is compared. */
const MAX_CHARACTERS = 60;
/** Known words that are looked at. */
const MAX_WORDS = 1000;
/** Words that are offered. */
const MAX_MEANT = 3;
/** A word that begins like another is its beginning only from so many characters on. */
const MIN_BEGINNING = 3;

/** The nearest known words, the nearest first, whatever the case of letters; none where nothing is near. */
export function nearest(given: string, known: readonly string[]): string[] {
  const wanted = given.trim().slice(0, MAX_CHARACTERS).toLowerCase();
  if (wanted === '') return [];
  const most = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  return [...new Set(known.slice(0, MAX_WORDS))]
    .map(word => ({ word, edits: editsTo(wanted, word.slice(0, MAX_CHARACTERS).toLowerCase(), most) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, MAX_MEANT)
    .map(({ word }) => word);
}

/** The same as the end of an error: `; did you mean "topics"?`, or nothing. */
export function meant(given: string, known: readonly string[]): string {
  const words = nearest(given, known).map(word => JSON.stringify(word));
  return words.length === 0 ? '' : `; did you mean ${words.join(' or ')}?`;
}

/** How far apart two words are; a beginning is as far away as anything that is still near. */
function editsTo(given: string, word: string, most: number): number {
  const isBeginning = given.length >= MIN_BEGINNING && word.startsWith(given);
  const edits = distance(given, word, most);
  return isBeginning ? Math.min(edits, most) : edits;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that make one word of the other (optimal string alignment);
 * `most + 1` stands for anything above `most`.
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const edits = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(isSwapped ? Math.min(edits, (beforeLast[j - 2] ?? 0) + 1) : edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? most + 1;
}
