/**
 * JSON with line breaks, made of its own text: numbers, repeated keys and escapes stay as they came. Pure, and in bounded work however
 * deep or long the text is.
 */

const MAX_INDENT = 16;

/** What is shown of a text; `isCut`: there is more of it. */
export type Shown = { text: string; isCut: boolean };

export const cut = (text: string, max: number): Shown =>
  text.length > max ? { text: text.slice(0, max), isCut: true } : { text, isCut: false };

/** Null where the text is no JSON object or list. @param max characters that are made, at most */
export function prettyJson(text: string, max: number): Shown | null {
  if (!/^\s*[{[]/.test(text) || !isJson(text)) return null;
  let out = '';
  let depth = 0;
  const newLine = (): string => `\n${'  '.repeat(Math.min(depth, MAX_INDENT))}`;
  for (let at = 0; at < text.length && out.length <= max; ) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfString(text, at);
      out += text.slice(at, Math.min(end, at + max + 1));
      at = end;
      continue;
    }
    if (character === '{' || character === '[') {
      const [empty = null] = /^[{[]\s*[}\]]/.exec(text.slice(at, at + 100)) ?? [];
      if (empty === null) depth++;
      out += empty === null ? character + newLine() : `${character}${character === '{' ? '}' : ']'}`;
      at += empty?.length ?? 1;
      continue;
    }
    if (character === '}' || character === ']') {
      depth--;
      out += newLine() + character;
    } else if (character === ',') out += `,${newLine()}`;
    else if (character === ':') out += ': ';
    else if (!/\s/.test(character)) out += character;
    at++;
  }
  return cut(out, max);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Behind the quote that ends the string which begins here. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === '"') return at + 1;
  }
  return text.length;
}
