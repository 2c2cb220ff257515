/**
 * JSON text as other programs would have written it: the same values in the same order, with other blanks, escapes and
 * sometimes sorted keys. Numbers stay as they were written. For finding out what was signed before a body was rewritten.
 */
import { afterBare, afterSpace, afterString, afterValue, CODE, stringAt } from './scan';

export type Spelling = {
  /** Between elements, and after the colon of a member. */
  comma: string;
  colon: string;
  /** Blanks of one level; null: all in one line. */
  indent: string | null;
  sorted: boolean;
  /** `ascii`: what is beyond ASCII as `\u00e9`; `slashes`: `\/` besides; `html`: `<`, `>` and `&` as `\u003c`. */
  escaped: readonly ('ascii' | 'slashes' | 'html')[];
};

/** @param text valid JSON, at most `LIMITS.MAX_JSON_DEPTH` levels deep: this recurses */
export const spelled = (text: string, spelling: Spelling): string =>
  valueAt(text, afterSpace(text, 0), spelling, '').written;

/** `end`: the index after the value. */
type Written = { written: string; end: number };

function valueAt(text: string, at: number, spelling: Spelling, margin: string): Written {
  const code = text.charCodeAt(at);
  if (code === CODE.QUOTE) {
    const end = afterString(text, at);
    return { written: quoted(stringAt(text, at, end), spelling), end };
  }
  if (code === CODE.OPEN_OBJECT) return containerAt(text, at, spelling, margin, CODE.CLOSE_OBJECT);
  if (code === CODE.OPEN_ARRAY) return containerAt(text, at, spelling, margin, CODE.CLOSE_ARRAY);
  const end = afterBare(text, at);
  return { written: text.slice(at, end), end };
}

function containerAt(text: string, open: number, spelling: Spelling, margin: string, close: number): Written {
  const { comma, colon, indent, sorted } = spelling;
  const inner = indent === null ? '' : margin + indent;
  const isObject = close === CODE.CLOSE_OBJECT;
  const entries: { key: string; written: string }[] = [];
  let i = afterSpace(text, open + 1);
  while (i < text.length && text.charCodeAt(i) !== close) {
    let key = '';
    let name = '';
    if (isObject) {
      const end = afterString(text, i);
      key = stringAt(text, i, end);
      name = quoted(key, spelling) + colon;
      i = afterSpace(text, afterSpace(text, end) + 1);
    }
    entries.push({ key, written: name + valueAt(text, i, spelling, inner).written });
    i = afterSpace(text, afterValue(text, i));
    if (text.charCodeAt(i) === CODE.COMMA) i = afterSpace(text, i + 1);
  }
  if (isObject && sorted) entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const [begin, end] = isObject ? '{}' : '[]';
  const texts = entries.map(({ written }) => written);
  const lines = indent === null || texts.length === 0;
  const written = lines
    ? begin + texts.join(comma) + end
    : `${begin}\n${inner}${texts.join(`${comma.trimEnd()}\n${inner}`)}\n${margin}${end}`;
  return { written, end: i + 1 };
}

function quoted(value: string, { escaped }: Spelling): string {
  let text = JSON.stringify(value);
  if (escaped.includes('slashes')) text = text.replaceAll('/', '\\/');
  if (escaped.includes('html')) text = text.replace(/[<>&]/g, unicode);
  return escaped.includes('ascii') ? text.replace(/[\u0080-\uffff]/g, unicode) : text;
}

const unicode = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
