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

/** Controls, what turns the direction of text, what separates lines, and halves of characters. */
const CONTROL = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  SHORT[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
