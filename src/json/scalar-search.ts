/**
 * Looks for a scalar at a place of JSON text. Two scalars are the same where they have the same form: text by its characters,
 * whatever is escaped; numbers by their value, whatever their digits (`5`, `5.0` and `50e-1`), and never rounded.
 *
 * Where a key is given twice, each of its values counts: whatever a parser would find there is found. `*` in the place of a list's
 * position stands for every element; in an object it is a key like any other. The text must be valid JSON and no deeper than
 * `LIMITS.MAX_JSON_DEPTH`, as this recurses along the path.
 */
import { afterSpace, afterString, afterValue, CODE, stringAt } from './scan';

/** The token that stands for every element of a list. */
export const EVERY = '*';

/** The form of a scalar's source text. */
export function scalarForm(source: string): string {
  const code = source.charCodeAt(0);
  if (code === CODE.QUOTE) return textForm(String(JSON.parse(source)));
  const isNumber = code === CODE.MINUS || (code >= CODE.ZERO && code <= CODE.NINE);
  return isNumber ? numberForm(source) : source;
}

/** The form of text. */
export const textForm = (text: string): string => JSON.stringify(text);

/** Its digits without zeros around them, and the power of ten to multiply them with. */
function numberForm(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start++;
  if (start === end) return '0';
  while (digits[end - 1] === '0') end--;
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign}${digits.slice(start, end)}e${power}`;
}

/** Whether a scalar of this form stands at the path (`pointer.ts`). */
export const hasScalar = (text: string, path: readonly string[], form: string): boolean =>
  isAt(text, afterSpace(text, 0), path, 0, form);

function isAt(text: string, at: number, path: readonly string[], depth: number, form: string): boolean {
  const code = text.charCodeAt(at);
  if (code === CODE.OPEN_OBJECT) return depth < path.length && isInObject(text, at, path, depth, form);
  if (code === CODE.OPEN_ARRAY) return depth < path.length && isInList(text, at, path, depth, form);
  return depth === path.length && scalarForm(text.slice(at, afterValue(text, at))) === form;
}

function isInObject(
  text: string,
  open: number,
  path: readonly string[],
  depth: number,
  form: string,
): boolean {
  let i = afterSpace(text, open + 1);
  while (text.charCodeAt(i) === CODE.QUOTE) {
    const keyEnd = afterString(text, i);
    const valueAt = afterSpace(text, afterSpace(text, keyEnd) + 1);
    if (stringAt(text, i, keyEnd) === path[depth] && isAt(text, valueAt, path, depth + 1, form)) return true;
    i = afterElement(text, valueAt);
  }
  return false;
}

function isInList(text: string, open: number, path: readonly string[], depth: number, form: string): boolean {
  const token = path[depth];
  let i = afterSpace(text, open + 1);
  for (let index = 0; i < text.length && text.charCodeAt(i) !== CODE.CLOSE_ARRAY; index++) {
    const isMeant = token === EVERY || token === String(index);
    if (isMeant && isAt(text, i, path, depth + 1, form)) return true;
    i = afterElement(text, i);
  }
  return false;
}

/** Where the next member or element, or the closing bracket, is. */
function afterElement(text: string, at: number): number {
  const i = afterSpace(text, afterValue(text, at));
  return text.charCodeAt(i) === CODE.COMMA ? afterSpace(text, i + 1) : i;
}
