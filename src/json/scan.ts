/**
 * Finds its way through JSON text by character codes, without building values. Nothing recurses, so deeply nested input
 * cannot overflow the stack. The text should be valid JSON. In other text each function still ends, at the latest at the
 * end of the text, but the index it returns means nothing.
 */

export const CODE = {
  QUOTE: 0x22,
  BACKSLASH: 0x5c,
  COMMA: 0x2c,
  COLON: 0x3a,
  MINUS: 0x2d,
  ZERO: 0x30,
  NINE: 0x39,
  OPEN_OBJECT: 0x7b,
  CLOSE_OBJECT: 0x7d,
  OPEN_ARRAY: 0x5b,
  CLOSE_ARRAY: 0x5d,
} as const;

/** JSON's four whitespace characters (RFC 8259, section 2). */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Index of the first character at or after `at` that is not whitespace. */
export function afterSpace(text: string, at: number): number {
  let i = at;
  while (isSpace(text.charCodeAt(i))) i++;
  return i;
}

/** Index after the string whose opening quote is at `at`. */
export function afterString(text: string, at: number): number {
  for (let close = text.indexOf('"', at + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    // A quote is escaped when an odd number of backslashes is in front of it. Each backslash is counted once, so this is
    // linear.
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === CODE.BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return close + 1;
  }
  return text.length;
}

/** Index after the number or literal that starts at `at`. */
export function afterBare(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === CODE.COMMA || code === CODE.CLOSE_OBJECT || code === CODE.CLOSE_ARRAY || isSpace(code))
      break;
  }
  return i;
}

/** Index after the value, scalar or container, that starts at `at`. */
export function afterValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === CODE.QUOTE) return afterString(text, at);
  if (first !== CODE.OPEN_OBJECT && first !== CODE.OPEN_ARRAY) return afterBare(text, at);
  let open = 0;
  let i = at;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === CODE.QUOTE) {
      i = afterString(text, i);
      continue;
    }
    i++;
    if (code === CODE.OPEN_OBJECT || code === CODE.OPEN_ARRAY) open++;
    else if ((code === CODE.CLOSE_OBJECT || code === CODE.CLOSE_ARRAY) && --open === 0) return i;
  }
  return i;
}

/** Whether objects and arrays nest more than `levels` deep; a scalar has no level, `[]` one. Safe on any text. */
export function isDeeperThan(text: string, levels: number): boolean {
  let open = 0;
  let i = 0;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === CODE.QUOTE) {
      i = afterString(text, i);
      continue;
    }
    i++;
    if (code === CODE.OPEN_OBJECT || code === CODE.OPEN_ARRAY) {
      if (++open > levels) return true;
    } else if (code === CODE.CLOSE_OBJECT || code === CODE.CLOSE_ARRAY) open--;
  }
  return false;
}

/** The key or string between `start` (its opening quote) and `end` (after its closing one), unescaped. */
export function stringAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
}
