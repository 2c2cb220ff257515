/**
 * Finds what two JSON parsers may read differently in one text: a key that an object gives twice (the first or the last may
 * win), and a number that is not written as JavaScript writes it (`1.0`, `1e3`, more digits than a double holds). Where a
 * signature covers parsed values and not bytes, such a text could be signed as one thing and read as another.
 */
import { LIMITS } from '../limits';
import { afterBare, afterSpace, afterString, CODE, stringAt } from './scan';

export type Ambiguity = 'repeated_key' | 'inexact_number' | 'too_deep' | 'too_many_keys';

/** The first ambiguity of valid JSON text, or null. Keys, objects and lists beyond `max` are not looked at: `too_many_keys`. */
export const ambiguityOf = (text: string, max: number): Ambiguity | null => firstAmbiguity(text, true, max);

/** Whether any object of valid JSON text gives a key twice. */
export const repeatsKey = (text: string): boolean =>
  firstAmbiguity(text, false, Number.POSITIVE_INFINITY) === 'repeated_key';

/** Takes linear time and does not recurse, since anyone may send the text. */
function firstAmbiguity(text: string, areNumbersJudged: boolean, max: number): Ambiguity | null {
  /** Keys seen so far in each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let left = max;
  let i = 0;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === CODE.QUOTE) {
      const end = afterString(text, i);
      const keys = open.at(-1);
      // In valid JSON a string with a colon after it is a key, and nothing else is.
      if (keys && text.charCodeAt(afterSpace(text, end)) === CODE.COLON) {
        if (left-- === 0) return 'too_many_keys';
        const key = stringAt(text, i, end);
        if (keys.has(key)) return 'repeated_key';
        keys.add(key);
      }
      i = end;
    } else if (code === CODE.MINUS || (code >= CODE.ZERO && code <= CODE.NINE)) {
      const end = afterBare(text, i);
      const source = text.slice(i, end);
      if (areNumbersJudged && String(Number(source)) !== source) return 'inexact_number';
      i = end;
    } else {
      if (code === CODE.OPEN_OBJECT || code === CODE.OPEN_ARRAY) {
        if (left-- === 0) return 'too_many_keys';
        if (open.push(code === CODE.OPEN_OBJECT ? new Set() : null) > LIMITS.MAX_JSON_DEPTH)
          return 'too_deep';
      } else if (code === CODE.CLOSE_OBJECT || code === CODE.CLOSE_ARRAY) open.pop();
      i++;
    }
  }
  return null;
}
