/**
 * Text of others as a terminal may have it. Topics, names and answers of receivers are written by whoever sent them, and a
 * terminal obeys some characters: those are shown as escapes.
 */

/** On one line. */
export const printable = (text: string): string => text.replaceAll(CONTROL, escaped);

/** The same for text of several lines. */
export const printableLines = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(CONTROL, character => (/[\n\t]/.test(character) ? character : escaped(character)));

/** Controls, what is not seen or turns the direction of text, what separates lines, and halves of characters. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return SHORT[character] ?? (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`);
}
